import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/**
 * Rows with Gaussian noise: `f_r0 x_rc + f_r1 z_rc`, `x [n, d]`, `factors [n, 2]`. Normal numbers z come from uniform `draws [n, 2d]` by Box and Muller: the left half gives
 * lengths `√(−2 ln(1 − u))`, the right half angles.
 */
export const noisyRowsPair: KernelPair = {
  name: 'LodestoneNoisyRows',
  inputs: ['x', 'draws', 'factors'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, draws, factors], output, [[rows = 0, columns = 0] = []]) => {
    if (!x || !draws || !factors) throw new Error('Noise has rows, draws and factors.');
    for (let row = 0; row < rows; row++)
      for (let c = 0; c < columns; c++) {
        const place = 2 * row * columns + c;
        const length = Math.sqrt(-2 * Math.log(1 - draws[place]!));
        const normal = length * Math.cos(2 * Math.PI * draws[place + columns]!);
        output[row * columns + c] = factors[2 * row]! * x[row * columns + c]! + factors[2 * row + 1]! * normal;
      }
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.outShape[1];
          let row = index / columns;
          let place = index + row * columns;
          // From −π to π, where cosines are exact enough.
          let normal = -sqrt(-2.0 * log(1.0 - draws[place])) * cos(${2 * Math.PI} * (draws[place + columns] - 0.5));
          result[index] = factors[2 * row] * x[index] + factors[2 * row + 1] * normal;
        }
      }`,
  }),
};

export const registerNoisyRows = (): void => registerPair(noisyRowsPair);

/** Of `x [n, d]`, `draws [n, 2d]` and `factors [n, 2]`, as the pair says; carries no gradient. */
export const noisyRows = (x: tf.Tensor2D, draws: tf.Tensor2D, factors: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(runPair(noisyRowsPair, [x, draws, factors]));
