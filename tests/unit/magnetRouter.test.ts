import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { readFloats } from '../../workers/engine/backends';
import { overwrite } from '../../workers/engine/parameters';
import { heldRows } from '../../workers/engine/rowSource';
import { stream } from '../../workers/numbers/rng';
import { eachTerm } from '../../workers/engine/step';
import type { Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch } from '../../workers/training/batch';
import { describeOn } from '../helpers/device';
import { pairsOf } from '../helpers/matrices';
import { QuietStep } from '../helpers/step';

const [USERS, ITEMS, EXPERTS] = [5, 8, 9];
const random = stream(8, 'router');
const table = (key: string, columns: number) => ({
  key,
  ...heldRows(
    Float32Array.from({ length: ITEMS * columns }, () => random.normal()),
    ITEMS,
    columns,
  ),
});
const input: ModelInput = {
  users: USERS,
  items: ITEMS,
  train: pairsOf(Array.from({ length: 20 }, (_, e) => [e % USERS, (3 * e) % ITEMS] as const)),
  ratings: null,
  itemVectors: null,
  userVectors: null,
  pretrained: null,
  features: [table('image', 4), table('text', 3)],
};

const build = (changes: Config): Promise<Model> =>
  modelKind('magnet').build({
    input,
    config: completeConfig('magnet', {
      embeddingSize: 4,
      batchSize: 8,
      view: 'single',
      dropout: 0,
      weightDecay: 0,
      ...changes,
    }),
    random: (name) => stream(2, name),
    progress: async () => undefined,
  });

/** The loss of a batch, its gradients by the name of the parameter, and the ranking. */
async function told(model: Model) {
  const ids = (of: readonly number[]): Int32Array => Int32Array.from({ length: 8 }, (_, place) => of[place] ?? 0);
  const batch = deviceBatch(
    {
      count: 4,
      pairs: ids([0, 1, 2, 3]),
      users: ids([0, 1, 2, 3]),
      positives: ids([0, 3, 6, 1]),
      negatives: ids([2, 5, 1, 7]),
    },
    USERS,
    ITEMS,
  );
  const { value, grads } = tf.engine().gradients(
    () =>
      tf.addN(eachTerm(model.loss(batch, new QuietStep())).map((term) => tf.mul<tf.Scalar>(term.value, term.weight))),
    model.parameters.map(({ tensor }) => tensor),
  );
  const gradients = new Map<string, Float32Array>();
  for (const [place, { name }] of model.parameters.entries()) {
    const gradient = grads[place];
    if (gradient) gradients.set(name, await readFloats(gradient));
  }
  const loss = (await readFloats(value))[0]!;
  const scores = await readFloats(
    tf.tidy(() => {
      const { users, items, score } = model.represent();
      return score!(users, items);
    }),
  );
  batch.dispose();
  return { loss, gradients, scores };
}

const near = (found: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(found.length).toBe(wanted.length);
  Array.from(found).forEach((value, place) => expect(value).toBeCloseTo(wanted[place]!, 5));
};

async function expectAlike(frozen: Model, learned: Model): Promise<void> {
  expect(frozen.parameters.map(({ name }) => name)).toEqual(
    learned.parameters.map(({ name }) => name).filter((name) => !name.startsWith('router/')),
  );
  const [a, b] = [await told(frozen), await told(learned)];
  expect(a.loss).toBeCloseTo(b.loss, 6);
  near(a.scores, b.scores);
  expect(a.gradients.size).toBe(frozen.parameters.length);
  for (const [name, gradient] of a.gradients) near(gradient, b.gradients.get(name)!);
  expect([...b.gradients.keys()].some((name) => name.startsWith('router/'))).toBe(true);
}

describeOn('cpu', 'MAGNET’s frozen routers', (test) => {
  test('random: as a learned one that has not moved, and nothing of it is trained', async () => {
    const [frozen, learned] = [await build({ router: 'random' }), await build({})];
    await expectAlike(frozen, learned);
    frozen.dispose();
    learned.dispose();
  });

  test('uniform: as a learned one of zeros that sends every pair to all experts', async () => {
    const [frozen, learned] = [await build({ router: 'uniform' }), await build({ topExperts: EXPERTS })];
    for (const parameter of learned.parameters)
      if (parameter.name.startsWith('router/'))
        overwrite(parameter, new Float32Array((await readFloats(parameter.tensor)).length));
    await expectAlike(frozen, learned);
    const { probabilities } = await frozen.routePairs!({ users: Int32Array.of(0, 3), items: Int32Array.of(1, 2) });
    near(probabilities, new Float32Array(2 * EXPERTS).fill(1 / EXPERTS));
    frozen.dispose();
    learned.dispose();
  });
});
