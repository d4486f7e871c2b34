/** Random order: `score(u, i) = a_u · b_i` with standard normal vectors, so that every order of the items is equally likely for a user. */
import * as tf from '@tensorflow/tfjs-core';
import { matrix } from '../../engine/tensors';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { table } from './table';

/** Users' orders are unrelated but for 1 part in √64. */
const COLUMNS = 64;

export const model = defineModel(
  table,
  async ({ input: { users, items }, random }) => {
    const drawn = (name: string, rows: number): tf.Tensor2D => {
      const normal = random(`draw/${name}`);
      return tf.keep(
        matrix(
          Float32Array.from({ length: rows * COLUMNS }, () => normal.normal()),
          rows,
          COLUMNS,
        ),
      );
    };
    const held = { users: drawn('users', users), items: drawn('items', items) };
    return computedModel({ represent: () => held, dispose: () => tf.dispose([held.users, held.items]) });
  },
  ({ users, items }): ComputedMemory => ({
    graphs: 0,
    constants: 4 * COLUMNS * (users + items),
    made: 4 * COLUMNS * Math.max(users, items),
    largest: 4 * COLUMNS * Math.max(users, items),
  }),
);
