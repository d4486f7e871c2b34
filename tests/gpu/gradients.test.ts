import * as tf from '@tensorflow/tfjs-core';
import { expect, vi } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { readFloats } from '../../workers/engine/backends';
import { overwrite } from '../../workers/engine/parameters';
import { heldRows } from '../../workers/engine/rowSource';
import { stream, type Random } from '../../workers/numbers/rng';
import type { FeatureMatrix, Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch, type HostBatch } from '../../workers/training/batch';
import { casesOf } from '../helpers/cases';
import { describeOn } from '../helpers/device';
import { held } from '../helpers/held';
import { expectGradients } from '../helpers/slopes';
import { QuietStep } from '../helpers/step';

vi.mock('../../workers/models/layers/losses', async (original) => {
  const { held } = await import('../helpers/held');
  const real = await original<typeof import('../../workers/models/layers/losses')>();
  return { ...real, withoutGradient: held.holding(real.withoutGradient) };
});

const USERS = 7;
const ITEMS = 9;
const data = stream(11, 'gradients');
const table = (key: string, rows: number, columns: number): FeatureMatrix => ({
  key,
  ...heldRows(
    Float32Array.from({ length: rows * columns }, () => data.normal()),
    rows,
    columns,
  ),
});

/** Every user and all items but the last have a training pair; the last user has one alone. */
const train = [
  ...Array.from(
    { length: 26 },
    (_, e) => [e % (USERS - 1), (3 * e + Math.floor(e / (USERS - 1))) % (ITEMS - 1)] as const,
  ),
  [USERS - 1, 7] as const,
].filter(([user, item], place, all) => all.findIndex(([u, i]) => u === user && i === item) === place);

const input: ModelInput = {
  users: USERS,
  items: ITEMS,
  train: { users: Int32Array.from(train, ([user]) => user), items: Int32Array.from(train, ([, item]) => item) },
  features: [table('image', ITEMS, 5), table('text', ITEMS, 3)],
  ratings: Float32Array.from(train, (_, pair) => 1 + ((2 * pair) % 5)),
  itemVectors: null,
  userVectors: table('user_preferences', USERS, 4),
  attributes: [1, 2].map((k) => table(`attribute_${k}`, ITEMS, 4)),
  pretrained: null,
};

/** Eight places: five real rows, with a user, an item and a whole pair that occur twice, items on both sides, and a history of one. */
function shortBatch(ratio: number): HostBatch {
  const filled = (list: readonly number[], length: number): Int32Array =>
    Int32Array.from({ length }, (_, place) => list[place] ?? 0);
  const negatives = [4, 8, 8, 2, 0, 1, 4, 4, 6, 3, 8, 5, 7, 2, 2];
  const users = [1, 3, 3, 6, 1];
  const positives = [3, 1, 4, 7, 3];
  const pairs = users.map((user, row) => train.findIndex(([u, i]) => u === user && i === positives[row]));
  if (pairs.includes(-1)) throw new Error('A row of the batch is no training pair.');
  return {
    count: 5,
    pairs: filled(pairs, 8),
    users: filled(users, 8),
    positives: filled(positives, 8),
    negatives: filled(negatives.slice(0, 5 * ratio), 8 * ratio),
  };
}

/** Before a ReLU. Far from 0 they keep its units clearly on or off, and the loss without a kink nearby. */
const BEFORE_KINK = /^(expert|(user|negative|router)\/hidden|mlp\/\d+|(view\d\/)?encode\/\w+\/hidden)\/bias$/;

/** To a point where slopes do not drown in rounding: where parameters start, small embeddings make the ranking term flat, and small queries the attention. */
async function moveAway(
  { parameters }: Model,
  random: Random,
  deviations: Readonly<Record<string, number>>,
): Promise<void> {
  for (const parameter of parameters) {
    if (parameter.name.startsWith('features/')) continue;
    const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
    const [, own] = Object.entries(deviations).find(([names]) => new RegExp(names).test(parameter.name)) ?? [];
    const deviation = own ?? (parameter.name === 'attention/query' ? 3 : 0.5);
    overwrite(
      parameter,
      (await readFloats(parameter.tensor)).map(
        (value) => value + deviation * random.normal() + (BEFORE_KINK.test(parameter.name) ? 3 * sign() : 0),
      ),
    );
  }
}

/** In a browser the same loops run on the same backend: one case of each model stands for all. */
const inBrowser = 'document' in globalThis;

describeOn('cpu', 'the gradient of every parameter is the slope of the loss', (test) => {
  for (const id of MODEL_IDS) {
    const { gradients } = casesOf(id);
    for (const { config: changes, stepInEpoch = 1, flat, constants = 0, deviations = {}, seed = 11 } of inBrowser
      ? gradients.slice(0, 1)
      : gradients) {
      const name = `${id} ${JSON.stringify(changes)}${stepInEpoch === 0 ? ', an epoch’s first step' : ''}`;
      test(name, async () => {
        held.release();
        const before = tf.memory().numTensors;
        const random = stream(seed, name);
        const config = completeConfig(id, { embeddingSize: 4, batchSize: 8, ...changes });
        const model = await modelKind(id).build({
          input,
          config,
          random: (of) => stream(3, of),
          progress: async () => undefined,
        });
        await moveAway(model, random, deviations);
        const graphs = await model.epochGraphs?.(0, new QuietStep({ stepInEpoch: 0 }));
        if (graphs) model.useEpochGraphs?.(graphs);
        const batch = deviceBatch(shortBatch(Number(config['negativesPerPositive'] ?? 0)), USERS, ITEMS);
        const at = { model, batch, stepInEpoch, random };
        await expectGradients({ ...at, flat: (of) => flat !== undefined && new RegExp(flat).test(of), constants });
        held.release();
        if (model.second) {
          await expectGradients({ ...at, second: true, flat: () => false, constants: 0 });
          held.release();
        }
        batch.dispose();
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  }
});
