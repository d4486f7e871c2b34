import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../../engine/kernels/adam';
import { matrixOf } from '../../engine/tensors';
import type { Random } from '../../numbers/rng';
import type { RowTable } from './frozenTable';
import { linear } from './linear';

/** How much the hidden layer is wider than the output. */
const WIDER = 4;
const SLOPE = 0.01;

/** `LeakyReLU(X W₁ + b₁) W₂ + b₂`, `W₁ [in, 4d]`, `W₂ [4d, d]`. */
export interface Encoder {
  readonly parameters: readonly Parameter[];
  /** `[n, in]` → `[n, d]`; of a table all rows. */
  apply(x: tf.Tensor2D | RowTable): tf.Tensor2D;
}

/** PyTorch's default start; layers `<name>/hidden` and `<name>/output`. */
export function twoLayerEncoder(
  name: string,
  meaning: string,
  inputs: number,
  width: number,
  random: (name: string) => Random,
): Encoder {
  const hidden = linear(`${name}/hidden`, `${meaning}, hidden layer`, inputs, WIDER * width, random);
  const output = linear(`${name}/output`, `${meaning}, last layer`, WIDER * width, width, random);
  return {
    parameters: [...hidden.parameters, ...output.parameters],
    apply: (x) => output.apply(matrixOf(tf.leakyRelu(x instanceof tf.Tensor ? hidden.apply(x) : x.through(hidden), SLOPE))),
  };
}
