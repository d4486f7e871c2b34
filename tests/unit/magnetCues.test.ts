import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { readFloats } from '../../workers/engine/backends';
import { heldRows } from '../../workers/engine/rowSource';
import { stream } from '../../workers/numbers/rng';
import { eachTerm } from '../../workers/engine/step';
import type { Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch } from '../../workers/training/batch';
import { describeOn, values } from '../helpers/device';
import { pairsOf, type PairList } from '../helpers/matrices';
import { QuietStep } from '../helpers/step';

const [USERS, ITEMS, WIDTH, COLUMNS] = [4, 6, 4, 3];
/** A user with one training item, one with two, one with three, and one with none. */
const TRAIN: PairList = [
  [0, 1],
  [1, 1],
  [1, 4],
  [2, 0],
  [2, 2],
  [2, 5],
];
const random = stream(6, 'cues');
const features = Float32Array.from({ length: ITEMS * COLUMNS }, () => random.normal());
const input: ModelInput = {
  users: USERS,
  items: ITEMS,
  train: pairsOf(TRAIN),
  ratings: null,
  itemVectors: null,
  userVectors: null,
  pretrained: null,
  features: [{ key: 'image', ...heldRows(features, ITEMS, COLUMNS) }],
};

/** One head on the mean of `[z, h]`: everything but the cue is plain arithmetic. */
async function built(userCue: string): Promise<{ model: Model; parameter: (name: string) => Float32Array }> {
  const changes: Config = {
    embeddingSize: WIDTH,
    batchSize: 8,
    view: 'single',
    experts: false,
    expertHead: 'hadamard',
    dropout: 0,
    featureScale: 'none',
    weightDecay: 0,
    userCue,
  };
  const model = await modelKind('magnet').build({
    input,
    config: completeConfig('magnet', changes),
    random: (name) => stream(2, name),
    progress: async () => undefined,
  });
  const all = new Map<string, Float32Array>();
  for (const { name, tensor } of model.parameters) all.set(name, await readFloats(tensor));
  return { model, parameter: (name) => all.get(name)! };
}

const range = (length: number): number[] => Array.from({ length }, (_, place) => place);
const row = (table: ArrayLike<number>, r: number, width: number): number[] =>
  range(width).map((c) => table[r * width + c]!);
const times = (x: readonly number[], matrix: ArrayLike<number>, outputs: number): number[] =>
  range(outputs).map((c) => x.reduce((sum, value, k) => sum + value * matrix[k * outputs + c]!, 0));
const plus = (...all: readonly (readonly number[])[]): number[] =>
  all[0]!.map((_, c) => all.reduce((sum, x) => sum + x[c]!, 0));
const scale = (x: readonly number[], by: number): number[] => x.map((value) => value * by);

/** The score of a pair in double precision, with the cue of the user's history without `left`. */
function reference(
  parameter: (name: string) => Float32Array,
): (user: number, item: number, left: number | null) => number {
  const degree = (side: 0 | 1, id: number): number => TRAIN.filter((pair) => pair[side] === id).length;
  let nodes = {
    users: range(USERS).map((u) => row(parameter('userEmbedding'), u, WIDTH)),
    items: range(ITEMS).map((i) => row(parameter('itemEmbedding'), i, WIDTH)),
  };
  const layers = [nodes];
  for (let layer = 0; layer < 2; layer++) {
    const weight = (u: number, i: number): number => 1 / Math.sqrt(degree(0, u) * degree(1, i));
    const zero = scale(nodes.users[0]!, 0);
    const { users, items } = nodes;
    nodes = {
      users: users.map((_, u) =>
        plus(zero, ...TRAIN.filter((pair) => pair[0] === u).map(([, i]) => scale(items[i]!, weight(u, i)))),
      ),
      items: items.map((_, i) =>
        plus(zero, ...TRAIN.filter((pair) => pair[1] === i).map(([u]) => scale(users[u]!, weight(u, i)))),
      ),
    };
    layers.push(nodes);
  }
  const mean = (side: 'users' | 'items', id: number): number[] =>
    scale(plus(...layers.map((of) => of[side][id]!)), 1 / layers.length);
  const cue = (item: number): number[] =>
    plus(times(row(features, item, COLUMNS), parameter('cue/image/weight'), WIDTH), [...parameter('cue/image/bias')]);
  const history = (user: number, left: number | null): number[] => {
    const own = TRAIN.filter(([u, i]) => u === user && i !== left).map(([, i]) => cue(i));
    return own.length === 0 ? range(WIDTH).map(() => 0) : scale(plus(...own), 1 / own.length);
  };
  return (user, item, left) => {
    const p = times(scale(plus(mean('users', user), history(user, left)), 0.5), parameter('expert/user'), WIDTH);
    const q = times(scale(plus(mean('items', item), cue(item)), 0.5), parameter('expert/item'), WIDTH);
    return p.reduce((sum, value, c) => sum + value * q[c]! * parameter('expert/output')[c]!, 0);
  };
}

/** Rows of users with one, two and three training items; negatives beside each. */
const ROWS = [
  { user: 0, positive: 1, negative: 3 },
  { user: 1, positive: 4, negative: 0 },
  { user: 2, positive: 2, negative: 4 },
];

describeOn('cpu', 'MAGNET’s user cue', (test) => {
  for (const userCue of ['leaveOneOut', 'history']) {
    for (const rows of [...ROWS.map((only) => [only]), ROWS]) {
      test(`${userCue}: in training, users with ${rows.map(({ user }) => TRAIN.filter(([u]) => u === user).length).join(', ')} items`, async () => {
        const { model, parameter } = await built(userCue);
        const score = reference(parameter);
        const pad = (of: (row: (typeof ROWS)[number]) => number): Int32Array =>
          Int32Array.from({ length: 8 }, (_, place) => (rows[place] ? of(rows[place]) : 0));
        const batch = deviceBatch(
          {
            count: rows.length,
            pairs: pad(() => 0),
            users: pad(({ user }) => user),
            positives: pad(({ positive }) => positive),
            negatives: pad(({ negative }) => negative),
          },
          USERS,
          ITEMS,
        );
        const [bpr] = await values(() =>
          tf.stack(
            eachTerm(model.loss(batch, new QuietStep()))
              .filter(({ key }) => key === 'bpr')
              .map(({ value }) => value),
          ),
        );
        const terms = rows.map(({ user, positive, negative }) => {
          const left = userCue === 'leaveOneOut' ? positive : null;
          return Math.log(1 + Math.exp(score(user, negative, left) - score(user, positive, left)));
        });
        expect(bpr).toBeCloseTo(terms.reduce((a, b) => a + b) / rows.length, 6);
        // The other cue is another number: this test can tell them apart.
        const other = rows.map(({ user, positive, negative }) => {
          const left = userCue === 'leaveOneOut' ? null : positive;
          return Math.log(1 + Math.exp(score(user, negative, left) - score(user, positive, left)));
        });
        expect(Math.abs(bpr! - other.reduce((a, b) => a + b) / rows.length)).toBeGreaterThan(1e-4);
        batch.dispose();
        model.dispose();
      });
    }

    test(`${userCue}: in ranking it is the whole history, and 0 without one`, async () => {
      const { model, parameter } = await built(userCue);
      const score = reference(parameter);
      const got = await values(() => {
        const { users, items, score: rank } = model.represent();
        return rank!(users, items);
      });
      for (const user of range(USERS))
        for (const item of range(ITEMS)) expect(got[user * ITEMS + item]).toBeCloseTo(score(user, item, null), 5);
      model.dispose();
    });
  }
});
