import * as tf from '@tensorflow/tfjs-core';
import type { Representation } from '../../engine/contract';
import { maskedTopK } from '../../engine/kernels/maskedTopK';
import { matrixOf } from '../../engine/tensors';

/** The score of what is put last. */
const LAST = -1e9;

interface Rows {
  /** `[U, d]` */
  readonly users: tf.Tensor2D;
  /** `[I, d]` */
  readonly items: tf.Tensor2D;
}

/**
 * Ranks by `p(u, i) = P_u·P_i`, but puts the `count` items with the greatest `n(u, i) = N_u·N_i` of each user last; of equal ones those with
 * the lower index. Both tables stand side by side, `[P | N]`.
 */
export function filteredRanking(p: Rows, n: Rows, count: number): Representation {
  const width = p.users.shape[1];
  const half = (x: tf.Tensor2D, of: 0 | 1): tf.Tensor2D => matrixOf(tf.slice(x, [0, of * width], [-1, width]));
  return {
    users: matrixOf(tf.concat([p.users, n.users], 1)),
    items: matrixOf(tf.concat([p.items, n.items], 1)),
    score: (users, items) => {
      const positive = tf.matMul(half(users, 0), half(items, 0), false, true);
      const negative = matrixOf(tf.matMul(half(users, 1), half(items, 1), false, true));
      return matrixOf(tf.where(greatest(negative, count), LAST, positive));
    },
  };
}

/** Whether a number is among the `count` greatest of its row, of equal ones the first. */
function greatest(x: tf.Tensor2D, count: number): tf.Tensor {
  const [rows, columns] = x.shape;
  const last = Math.min(count, columns) - 1;
  const nothing = { pointers: tf.zeros<tf.Rank.R1>([2], 'int32'), columns: tf.zeros<tf.Rank.R1>([1], 'int32') };
  const best = tf.reshape(maskedTopK(x, tf.zeros([rows], 'int32'), nothing, last + 1), [rows, -1]);
  const place = tf.slice(best, [0, last], [rows, 1]);
  const least = tf.slice(best, [0, 2 * last + 1], [rows, 1]);
  const own = tf.range(0, columns, 1, 'float32');
  return tf.logicalOr(tf.greater(x, least), tf.logicalAnd(tf.equal(x, least), tf.lessEqual(own, place)));
}
