import { describe, expect, it } from 'vitest';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { readWeights } from '../../src/storage/weights';
import { readCheckpoint, writeCheckpoint } from '../../workers/training/checkpoint';
import { everyCase } from '../helpers/cases';
import { closedAtStep, executed, tinyStudy, type Stored } from '../helpers/runs';

const CHANGES: Config = { epochs: 2, batchSize: 64 };
const CLOSED_AT = 9;

/** A run with a checkpoint in its second epoch. */
async function halfDone(model: ModelId, changes: Config): Promise<Stored> {
  const stored = await tinyStudy(model, { ...CHANGES, ...changes }, 'wasm');
  return { ...stored, database: await closedAtStep(stored, 'wasm', CLOSED_AT) };
}

async function expectStopped(
  { database, run }: Stored,
  named: { readonly term?: string; readonly parameter?: string },
): Promise<void> {
  const before = await readCheckpoint(database, run.id);
  expect(before?.step).toBe(CLOSED_AT);
  const ended = await executed({ database, run }, 'wasm', () => undefined, 0);
  expect(ended.status).toBe('failed');
  expect(ended.fault).toMatchObject({ code: 'RUN_DIVERGED', context: named });
  expect(ended.fault?.message).toContain(named.term ?? named.parameter);
  expect(ended.result).toBeNull();
  expect(ended.epochs).toHaveLength(1);
  expect(await readCheckpoint(database, run.id)).toEqual(before);
  expect(await readWeights(database, run.id)).toBeNull();
}

/** Both slots, so that nothing better is left to go back to. */
async function spoil(database: Database, name: string): Promise<void> {
  const checkpoint = await readCheckpoint(database, 'run');
  const saved = checkpoint?.parameters[name];
  if (!checkpoint || !saved)
    throw new Error(`The checkpoint has no ${name}: it has ${Object.keys(checkpoint?.parameters ?? {}).join(', ')}.`);
  const spoiled = {
    ...checkpoint,
    parameters: { ...checkpoint.parameters, [name]: { ...saved, values: saved.values.map(() => NaN) } },
  };
  for (let slot = 0; slot < 2; slot++) await writeCheckpoint(database, 'run', spoiled);
}

describe('a parameter that is no number any more', () => {
  for (const [model, { config: changes, parameter: name, term }] of everyCase(({ diverges }) => diverges)) {
    it(`ends the run where it is seen and keeps the last good checkpoint: ${name} of ${model} ${JSON.stringify(changes)}`, async () => {
      const stored = await halfDone(model, changes);
      const good = await readCheckpoint(stored.database, 'run');
      await spoil(stored.database, name);
      const spoiled = await readCheckpoint(stored.database, 'run');
      await expectStopped(stored, term === undefined ? { parameter: name } : { term });
      // The spoiled one was put there; nothing that came of it was added.
      expect(spoiled?.step).toBe(good?.step);
    });
  }
});

describe('features that are no numbers', () => {
  for (const [model, { config: changes, term = 'bpr' }] of everyCase(({ frozenFeatures }) => frozenFeatures)) {
    it(`end the run that reads them and keep the last good checkpoint: ${model} ${JSON.stringify(changes)}`, async () => {
      const stored = await halfDone(model, changes);
      const { database } = stored;
      const keys = (await database.features.keys('small/')).filter((key) => key.includes('image'));
      expect(keys.length).toBeGreaterThan(0);
      expect((await readDataset(database, 'small')).features.map(({ key }) => key)).toContain('image');
      for (const key of keys) {
        const values = await database.features.get(key);
        if (!(values instanceof Float32Array)) throw new Error(`${key} holds no numbers.`);
        await database.features.set(
          key,
          values.map(() => NaN),
        );
      }
      await expectStopped(stored, { term });
    });
  }
});
