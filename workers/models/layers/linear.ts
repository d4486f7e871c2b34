import type * as tf from '@tensorflow/tfjs-core';
import { newParameter, type Parameter } from '../../engine/parameters';
import { productWithBias, type LayerOptions } from '../../engine/products';
import { matrixOf } from '../../engine/tensors';
import type { Random } from '../../numbers/rng';
import { drawnMatrix, linearMatrix, linearUniform } from './initialisers';

/** A layer `φ(x W + b)`, `W [in, out]`; linear unless an activation is asked for. */
export interface Linear {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly parameters: readonly Parameter[];
  apply(x: tf.Tensor2D, options?: LayerOptions): tf.Tensor2D;
}

/** PyTorch's default initialisation, each tensor from its own stream; `start` gives the weight another one, `[in, out]`. */
export function linear(
  name: string,
  meaning: string,
  inputs: number,
  outputs: number,
  random: (name: string) => Random,
  start = linearMatrix,
): Linear {
  const weight = drawnMatrix(random, `${name}/weight`, `${meaning}, [in, out]`, inputs, outputs, start);
  const bias = newParameter(
    `${name}/bias`,
    `${meaning}, bias`,
    [outputs],
    linearUniform(random(`init/${name}/bias`), inputs, outputs),
  );
  return linearOf(weight, bias);
}

export function linearOf(weight: Parameter, bias: Parameter): Linear {
  return {
    weight,
    bias,
    parameters: [weight, bias],
    apply: (x, options) => productWithBias(x, matrixOf(weight.tensor), bias.tensor, options),
  };
}
