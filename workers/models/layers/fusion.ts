import { entry } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from '../../engine/backends';
import { modalityMix } from '../../engine/kernels/modalityMix';
import { gatedSum, viewParts } from '../../engine/kernels/partsOfViews';
import { tanhScores } from '../../engine/kernels/tanhScores';
import { productWithBias } from '../../engine/products';
import { matrixOf } from '../../engine/tensors';
import type { Linear } from './linear';

/**
 * Shared and specific parts: `a_m = v·tanh(E_m W + b)`, softmax over modalities per node, `E_S = Σ_m a_m E_m`, and
 * `E_M = (E_S + Σ_m P_m ⊙ (E_m − E_S)) / (|M| + 1)`, `[n, d]`. `views` holds the E_m one under the other, `[|M|·n, d]`, `gates` the P_m side by side,
 * `[n, |M|·d]`, `query` is `[d, 1]`.
 */
export function fuseModalities(
  views: tf.Tensor2D,
  gates: tf.Tensor2D,
  attention: Linear,
  query: tf.Tensor2D,
): tf.Tensor2D {
  const scores = tanhScores(attention.apply(views), query);
  // On WASM the compiled operations of the chain are faster than the kernel's twin.
  return isWebGPU(tf.backend()) ? modalityMix(views, gates, scores) : mixed(views, gates, scores);
}

/**
 * The same without gates: `(Σ_m E_m − w E_S)/(|M| + 1)` of `count` views one under the other, `[|M|·n, d]` → `[n, d]`. With `w = |M| − 1` it is
 * `fuseModalities` with gates of 1.
 */
export function fuseUngated(
  views: tf.Tensor2D,
  count: number,
  attention: Linear,
  query: tf.Tensor2D,
  weight: number,
): tf.Tensor2D {
  const [length, width] = views.shape;
  const rows = length / count;
  const scores = tanhScores(attention.apply(views), query);
  const shares = tf.softmax(tf.transpose(tf.reshape(scores, [count, rows])));
  const factors = tf.transpose(tf.mul(tf.sub(1, tf.mul(shares, weight)), 1 / (count + 1)));
  const weighed = tf.mul(tf.reshape(views, [count, rows, width]), tf.reshape(factors, [count, rows, 1]));
  return matrixOf(tf.sum(weighed, 0));
}

function mixed(views: tf.Tensor2D, gates: tf.Tensor2D, scores: tf.Tensor1D): tf.Tensor2D {
  const rows = gates.shape[0];
  const count = scores.size / rows;
  const shares = matrixOf(tf.softmax(tf.transpose(tf.reshape(scores, [count, rows]))));
  const share = (m: number): tf.Tensor2D => tf.slice(shares, [0, m], [rows, 1]);
  // tfjs has no gradient for a split into one.
  const parts = (x: tf.Tensor2D, axis: number): tf.Tensor2D[] => (count === 1 ? [x] : tf.split(x, count, axis));
  const each = parts(views, 0);
  const gate = parts(gates, 1);
  const shared = tf.addN(each.map((view, m) => tf.mul(view, share(m))));
  const specific = each.map((view, m) => tf.mul(entry(gate, m), tf.sub(view, shared)));
  return matrixOf(tf.mul(tf.addN([shared, ...specific]), 1 / (count + 1)));
}

/** What each of `count` views one under the other has besides what they share, side by side, and then that: `[count·n, d]`, `[n, d]` → `[n, (count + 1)·d]`. */
export function partsOfViews(views: tf.Tensor2D, shared: tf.Tensor2D, count: number): tf.Tensor2D {
  // On WASM the compiled operations of the chains below are faster than the kernels' twins.
  if (isWebGPU(tf.backend())) return viewParts(views, shared, count);
  const [rows, width] = shared.shape;
  const own = Array.from({ length: count }, (_, m) => tf.sub(tf.slice(views, [m * rows, 0], [rows, width]), shared));
  return matrixOf(tf.concat([...own, shared], 1));
}

/** `Σ_k s_k G_k ⊙ P_k` of gates and parts side by side, `[n, K·d]`, with shares `[K]`, `[n, d]`. To shares that are `constant` no gradient flows. */
export function sharedOut(
  gates: tf.Tensor2D,
  parts: tf.Tensor2D,
  shares: tf.Tensor1D,
  { constant }: { readonly constant: boolean },
): tf.Tensor2D {
  if (constant && isWebGPU(tf.backend())) return gatedSum(gates, parts, shares);
  const blocks = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [gates.shape[0], shares.size, -1]);
  const weighed = tf.mul(blocks(gates), tf.reshape(shares, [1, -1, 1]));
  return matrixOf(tf.sum(tf.mul(weighed, blocks(parts)), 1));
}

/** `σ(x W_m + b_m)` of several layers side by side, `[n, d]` → `[n, |M|·out]`: one product. */
export const gatesOf = (x: tf.Tensor2D, layers: readonly Linear[]): tf.Tensor2D =>
  productWithBias(
    x,
    matrixOf(
      tf.concat(
        layers.map(({ weight }) => weight.tensor),
        1,
      ),
    ),
    tf.concat(
      layers.map(({ bias }) => bias.tensor),
      0,
    ),
    { activation: 'sigmoid' },
  );
