import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from '../../engine/backends';
import { gumbelSoftmax, MARGIN } from '../../engine/kernels/gumbelSoftmax';
import { matrixOf } from '../../engine/tensors';

/**
 * `softmax((x − ln(−ln u)) / temperature)` of each row, logits and uniform numbers `[n, k]`: one kernel on WebGPU; on WASM a chain of compiled operations is
 * faster.
 */
export function softWithNoise(logits: tf.Tensor2D, uniform: tf.Tensor2D, temperature: number): tf.Tensor2D {
  if (isWebGPU(tf.backend())) return gumbelSoftmax(logits, uniform, temperature);
  const noise = tf.log(tf.neg(tf.log(tf.clipByValue(uniform, MARGIN, 1 - MARGIN))));
  return matrixOf(tf.softmax(tf.mul(tf.sub(logits, noise), 1 / temperature)));
}
