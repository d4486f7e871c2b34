/** Popularity: `score(u, i)` = training interactions of `i` (TopPop of Cremonesi, Koren, Turrin: Performance of Recommender Algorithms on Top-N Recommendation Tasks, RecSys 2010). */
import * as tf from '@tensorflow/tfjs-core';
import { at } from '../../../src/domain/at';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { matrix } from '../../engine/tensors';
import { table } from './table';

export const model = defineModel(
  table,
  async ({ input: { train, users, items } }) => {
    const counts = new Float32Array(items);
    for (const item of train.items) counts[item] = at(counts, item) + 1;
    const held = {
      users: tf.keep(matrix(new Float32Array(users).fill(1), users, 1)),
      items: tf.keep(matrix(counts, items, 1)),
    };
    return computedModel({ represent: () => held, dispose: () => tf.dispose([held.users, held.items]) });
  },
  ({ users, items }): ComputedMemory => ({ graphs: 0, constants: 4 * (users + items), made: 4 * items, largest: 0 }),
);
