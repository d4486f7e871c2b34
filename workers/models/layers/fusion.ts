import { entry } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { matrixOf } from '../../engine/tensors';
import type { Linear } from './linear';

/**
 * Shared and specific parts: `a_m = v·tanh(E_m W + b)`, softmax over modalities per node, `E_S = Σ_m a_m E_m`, and
 * `E_M = (E_S + Σ_m P_m ⊙ (E_m − E_S)) / (|M| + 1)`. `views[m]` and `gates[m]` (P_m) are `[n, d]`, `query` is `[d, 1]`.
 */
export function fuseModalities(
  views: readonly tf.Tensor2D[],
  gates: readonly tf.Tensor2D[],
  attention: Linear,
  query: tf.Tensor2D,
): tf.Tensor2D {
  const scores = views.map((view) => matrixOf(tf.matMul(tf.tanh(attention.apply(view)), query)));
  const shares = matrixOf(tf.softmax(tf.concat(scores, 1)));
  const share = (m: number): tf.Tensor2D => tf.slice(shares, [0, m], [shares.shape[0], 1]);
  const shared = tf.addN(views.map((view, m) => tf.mul(view, share(m))));
  const specific = views.map((view, m) => tf.mul(entry(gates, m), tf.sub(view, shared)));
  return matrixOf(tf.mul(tf.addN([shared, ...specific]), 1 / (views.length + 1)));
}
