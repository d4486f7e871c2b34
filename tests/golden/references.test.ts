import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { completeConfig, REFERENCE_IDS } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { heldRows } from '../../workers/engine/rowSource';
import { matrixOf } from '../../workers/engine/tensors';
import type { Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { stream } from '../../workers/numbers/rng';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';

interface Golden {
  users: number;
  items: number;
  train: { users: number[]; items: number[] };
  features: Record<string, { columns: number; values: number[] }>;
  config: Record<ModelId, Config>;
  scores: Record<ModelId, number[]>;
  als: { start: { users: number[]; items: number[] }; losses: number[]; scores: number[] };
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/references.json', import.meta.url), 'utf8')) as Golden;

/** Relative to the largest score. */
const TOLERANCE = 1e-6;

const input: ModelInput = {
  users: golden.users,
  items: golden.items,
  train: { users: Int32Array.from(golden.train.users), items: Int32Array.from(golden.train.items) },
  ratings: null,
  features: Object.entries(golden.features).map(([key, { columns, values: numbers }]) => ({
    key,
    ...heldRows(Float32Array.from(numbers), golden.items, columns),
  })),
  itemVectors: null,
  userVectors: null,
  pretrained: null,
};

const built = (id: ModelId): Promise<Model> =>
  modelKind(id).build({
    input,
    config: completeConfig(id, golden.config[id] ?? {}),
    random: (name) => stream(1, name),
    progress: async () => undefined,
  });

/** Scores of all users with all items, `[U, I]`. */
const scoresOf = (model: Model): Promise<Float32Array> =>
  values(() => {
    const { users, items, score } = model.represent();
    return tf.clone(matrixOf(score?.(users, items) ?? tf.matMul(users, items, false, true)));
  });

const relative = (got: ArrayLike<number>, expected: readonly number[]): number =>
  worst(got, expected) / Math.max(...expected.map(Math.abs));

for (const backend of BACKENDS)
  describeOn(backend, 'references score as NumPy does', (test) => {
    for (const id of REFERENCE_IDS.filter((one) => golden.scores[one]))
      test(id, async () => {
        const model = await built(id);
        expect(await model.fit?.(0, async () => true)).toEqual({});
        expect(relative(await scoresOf(model), golden.scores[id]!)).toBeLessThan(TOLERANCE);
        model.dispose();
      });

    test('als, sweep by sweep', async () => {
      const model = await built('als');
      const { start, losses, scores } = golden.als;
      model.restoreState?.({ users: Float32Array.from(start.users), items: Float32Array.from(start.items) });
      for (const [epoch, loss] of losses.entries()) {
        const terms = await model.fit?.(epoch, async () => true);
        expect(Math.abs((terms?.['loss'] ?? NaN) / loss - 1)).toBeLessThan(1e-6);
      }
      expect(relative(await scoresOf(model), scores)).toBeLessThan(1e-5);
      // What it kept brings it back.
      const kept = await model.state?.();
      await model.fit?.(3, async () => true);
      model.restoreState?.(kept ?? {});
      expect(relative(await scoresOf(model), scores)).toBeLessThan(1e-5);
      model.dispose();
    });
  });
