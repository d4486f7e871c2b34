import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from './backends';
import { matrixOf } from './tensors';

/** `x W + b`, `[n, in]`, `[in, out]`, `[out]`. On WebGPU the bias is added where the product is written; the compiled products of WASM have none. */
export function productWithBias(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
  return isWebGPU(tf.backend())
    ? matrixOf(tf.fused.matMul({ a: x, b: weight, transposeA: false, transposeB: false, bias }))
    : matrixOf(tf.add(tf.matMul(x, weight), bias));
}
