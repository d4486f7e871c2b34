import { describe, expect, it, vi } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../../src/domain/models/table';
import { byKind, readWeights } from '../../src/storage/weights';
import type { Database } from '../../src/storage/database';
import { openRun } from '../../workers/analysis/openRun';
import { readRepresentation } from '../../workers/engine/representation';
import { matrixOf } from '../../workers/engine/tensors';
import type { Model, ModelKind } from '../../workers/models/model';
import { readCheckpoint } from '../../workers/training/checkpoint';
import { withoutClock } from '../helpers/clock';
import { openTestDevice } from '../helpers/device';
import { closedAtStep, copyOf, execute, executed, tinyStudy, type Stored } from '../helpers/runs';

/** The epoch after which the model below ranks worse. */
const GOOD = 1;

/** Ranks with what it keeps, the epoch: after `GOOD` every second item's row points the other way. */
function withState(model: Model): Model {
  let epoch = 0;
  return {
    ...model,
    epochGraphs: async (now) => {
      epoch = now;
      return [];
    },
    represent: () => {
      const { users, items } = model.represent();
      const signs = Float32Array.from({ length: items.shape[0] }, (_, i) => (epoch > GOOD && i % 2 === 1 ? -1 : 1));
      return { users, items: matrixOf(tf.mul(items, tf.tensor2d(signs, [signs.length, 1]))) };
    },
    state: async () => ({ epoch: Float32Array.of(epoch) }),
    restoreState: (state) => (epoch = state['epoch']?.[0] ?? epoch),
  };
}

vi.mock('../../workers/models/registry', async (original) => {
  const { modelKind } = await original<typeof import('../../workers/models/registry')>();
  return {
    modelKind: (id: ModelKind['id']): ModelKind => ({
      id,
      build: async (context) => withState(await modelKind(id).build(context)),
    }),
  };
});

const CHANGES: Config = { epochs: 5, batchSize: 64, learningRate: 0.01, patience: 0 };

async function endOf({ database }: Stored, run: Stored['run']) {
  return { run: withoutClock(run), weights: await readWeights(database, run.id) };
}

/** What a checkpoint held before its best weights had a state. */
async function forgetState({ checkpoints }: Database): Promise<void> {
  for (const slot of [0, 1]) {
    const manifest = (await checkpoints.get(`run/slot${slot}`)) as { best?: { state?: unknown } } | undefined;
    if (!manifest?.best) continue;
    const { state: _, ...best } = manifest.best;
    await checkpoints.set(`run/slot${slot}`, { ...manifest, best });
  }
}

describe('a model that ranks with what it keeps besides its parameters', () => {
  it('ranks at the end as in its best epoch, and keeps for it what it ranked with', async () => {
    const stored = await tinyStudy('bpr', CHANGES, 'cpu');
    const { run, weights } = await execute(stored, 'cpu');
    const { bestEpoch, valid } = run.result!;
    expect(bestEpoch).toBeLessThanOrEqual(GOOD);
    expect(valid).toEqual(run.epochs[bestEpoch]!.valid);
    expect(byKind(weights!).state).toEqual({ epoch: Float32Array.of(bestEpoch) });

    const device = (await openTestDevice('cpu'))!;
    const { model } = await openRun(stored.database, run.id, 'best', async () => undefined);
    const { items } = await readRepresentation(() => model.represent());
    expect(items).toEqual(weights!['represent/items']);
    model.dispose();
    device.close();
  });

  it('has it after its tab was closed, and goes on from a checkpoint without it', async () => {
    const stored = await tinyStudy('bpr', CHANGES, 'cpu');
    const alone = { ...stored, database: await copyOf(stored.database) };
    const { run } = await execute(alone, 'cpu');
    const left = await closedAtStep(stored, 'cpu', run.stepsPerEpoch * 3 + 2);
    const older = await copyOf(left);
    expect((await readCheckpoint(left, run.id))?.bestWeights?.state).toEqual({
      epoch: Float32Array.of(run.result!.bestEpoch),
    });
    const resumed = await executed({ ...stored, database: left }, 'cpu');
    expect(await endOf({ ...stored, database: left }, resumed)).toEqual(await endOf(alone, run));

    await forgetState(older);
    expect((await readCheckpoint(older, run.id))?.bestWeights?.state).toEqual({});
    expect((await executed({ ...stored, database: older }, 'cpu')).status).toBe('finished');
  });
});
