/** Implicit ALS. Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008; solved exactly. */
import * as tf from '@tensorflow/tfjs-core';
import { matrix } from '../../engine/tensors';
import { writeNumbers } from '../../engine/upload';
import { interactionMatrix } from '../../graphs/behaviour';
import { transpose } from '../../graphs/csr';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { lossOf, solveAll } from './solve';
import { table } from './table';

/** Start values are uniform below this. */
const START = 0.01;

/** `score(u, i) = x_u · y_i`. An epoch is a sweep: all users given the items, then all items given the users. */
export const model = defineModel(
  table,
  async ({ input: { train, users, items }, config: { embeddingSize: width, confidence, regWeight }, random }) => {
    const histories = interactionMatrix(train, users, items);
    const takers = transpose(histories);
    const drawn = (name: string, rows: number): Float32Array => {
      const next = random(`init/${name}`);
      return Float32Array.from({ length: rows * width }, () => START * next.uniform());
    };
    const own = { users: drawn('users', users), items: drawn('items', items) };
    const held = { users: tf.keep(matrix(own.users, users, width)), items: tf.keep(matrix(own.items, items, width)) };
    const upload = (): void => {
      writeNumbers(held.users, 0, own.users);
      writeNumbers(held.items, 0, own.items);
    };
    const weights = { width, confidence, regWeight };
    return computedModel({
      fit: async (_epoch, between) => {
        if (!(await solveAll(histories, own.items, own.users, weights, between))) return null;
        if (!(await solveAll(takers, own.users, own.items, weights, between))) return null;
        upload();
        return { loss: lossOf(histories, own.users, own.items, weights) };
      },
      represent: () => held,
      state: async () => ({ users: own.users.slice(), items: own.items.slice() }),
      restoreState: ({ users: kept, items: keptItems }) => {
        if (kept) own.users.set(kept);
        if (keptItems) own.items.set(keptItems);
        upload();
      },
      dispose: () => tf.dispose([held.users, held.items]),
    });
  },
  ({ users, items, train }, { embeddingSize }): ComputedMemory => ({
    graphs: 0,
    constants: 4 * (users + items) * embeddingSize,
    made: 4 * (users + items) * embeddingSize + 16 * train,
    largest: 4 * Math.max(users, items) * embeddingSize,
  }),
);
