import * as tf from '@tensorflow/tfjs-core';
import { sequenceRows } from '../../engine/kernels/sequenceRows';
import type { RowIndex } from '../../engine/rows';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { logSumExpRows } from '../layers/losses';
import type { Batch } from '../model';

/** What the transformer reads, `[U + I, ·]`. */
interface Sequences {
  readonly y: tf.Tensor2D;
  readonly q: tf.Tensor2D;
  readonly k: tf.Tensor2D;
}

/**
 * `−ln softmax_c(z_u · Z_i[c])` at position 0, `[B]`: among the C + 1 transformed positions of its positive item's own sequence the user is to find the
 * item itself. `Z_i = keep M_i + (1 − keep) softmax(Q Kᵀ/√h) M_i`, of which only the products with `z_u` are made.
 */
export function positionLosses(
  users: tf.Tensor2D,
  { y, q, k }: Sequences,
  {
    batch,
    samples,
    first,
    keep,
  }: { readonly batch: Batch; readonly samples: RowIndex; readonly first: number; readonly keep: number },
): tf.Tensor1D {
  const positions = samples.length / y.shape[0] + 1;
  const taken = (x: tf.Tensor2D): tf.Tensor3D =>
    tf.reshape(sequenceRows(x, batch.positives, samples, first), [batch.size, positions, x.shape[1]]);
  const products = tf.matMul(taken(y), tf.reshape(users, [batch.size, users.shape[1], 1]));
  const scores = tf.matMul(taken(q), taken(k), false, true);
  const shares = tf.softmax(tf.mul(scores, 1 / Math.sqrt(q.shape[1])));
  const mixed = tf.add(tf.mul(products, keep), tf.mul(tf.matMul(shares, products), 1 - keep));
  const logits = matrixOf(tf.reshape(mixed, [batch.size, positions]));
  const own = tf.reshape(tf.slice(logits, [0, 0], [batch.size, 1]), [-1]);
  return vectorOf(tf.sub(logSumExpRows(logits), own));
}
