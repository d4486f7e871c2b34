import * as tf from '@tensorflow/tfjs-core';
import { modalityMix } from '../../engine/kernels/modalityMix';
import { tanhScores } from '../../engine/kernels/tanhScores';
import { productWithBias } from '../../engine/products';
import { matrixOf } from '../../engine/tensors';
import type { Linear } from './linear';

/**
 * Shared and specific parts: `a_m = v·tanh(E_m W + b)`, softmax over modalities per node, `E_S = Σ_m a_m E_m`, and
 * `E_M = (E_S + Σ_m P_m ⊙ (E_m − E_S)) / (|M| + 1)`, `[n, d]`. `views` holds the E_m one under the other, `[|M|·n, d]`, `gates` the P_m side by side,
 * `[n, |M|·d]`, `query` is `[d, 1]`.
 */
export const fuseModalities = (
  views: tf.Tensor2D,
  gates: tf.Tensor2D,
  attention: Linear,
  query: tf.Tensor2D,
): tf.Tensor2D => modalityMix(views, gates, tanhScores(attention.apply(views), query));

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
