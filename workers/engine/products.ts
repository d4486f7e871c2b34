import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import { isWebGPU } from './backends';
import { activationSlope, LEAK, type Activation } from './kernels/activationSlope';
import { columnSums } from './kernels/columnSums';
import { matrixOf } from './tensors';
import { withGradient } from './withGradient';

export interface LayerOptions {
  /** `linear` by default. */
  readonly activation?: Activation;
  /** Whether no gradient flows to `x`. */
  readonly constant?: boolean;
}

/**
 * `φ(x W + b)`, `[n, in]`, `[in, out]`, `[out]`. On WebGPU bias and activation, but for tanh, are applied where the product is written, and the bias'
 * gradient is one kernel; the compiled products of WASM have neither.
 */
export function productWithBias(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor,
  { activation = 'linear', constant = false }: LayerOptions = {},
): tf.Tensor2D {
  if (!isWebGPU(tf.backend())) {
    return activated(matrixOf(tf.add(tf.matMul(x, weight), bias)), activation);
  }
  const made = withGradient({
    inputs: constant ? [weight, bias] : [weight, bias, x],
    constants: constant ? [x] : [],
    forward: ([w, b], keep) => {
      const value = fusedProduct(x, required(w), required(b), activation);
      if (activation !== 'linear') keep(value);
      return value;
    },
    backward: (dy, [w, , given], [fixed], [value]) => {
      const slope = matrixOf(value && activation !== 'linear' ? activationSlope(value, dy, activation) : dy);
      const rows = matrixOf(required(given ?? fixed));
      const toParameters = [tf.matMul(rows, slope, true), columnSums(slope)];
      return given ? [...toParameters, tf.matMul(slope, matrixOf(required(w)), false, true)] : toParameters;
    },
  });
  return matrixOf(made);
}

/** `φ(x)`. */
export function activated(x: tf.Tensor2D, activation: Activation): tf.Tensor2D {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyRelu':
      return tf.leakyRelu(x, LEAK);
    case 'tanh':
      return tf.tanh(x);
  }
}

/** tfjs's own kernel: `tf.fused.matMul` takes activations apart where gradients are asked for. */
function fusedProduct(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, activation: Activation): tf.Tensor {
  if (activation === 'tanh') return tf.tanh(fusedProduct(x, weight, bias, 'linear'));
  const inputs: tf.NamedTensorMap = { a: tf.expandDims(x), b: tf.expandDims(weight), bias };
  const attributes = {
    transposeA: false,
    transposeB: false,
    activation: activation === 'leakyRelu' ? 'leakyrelu' : activation,
    leakyreluAlpha: LEAK,
  };
  return tf.squeeze(tf.engine().runKernel<tf.Tensor>(tf._FusedMatMul, inputs, attributes), [0]);
}
