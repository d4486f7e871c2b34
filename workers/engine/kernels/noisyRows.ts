import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** `−ln(1 − u)`. WGSL's logarithm may be off by 2⁻²¹ beside 1, of which a root makes a thousandth: there a series of `u/(2 − u)` stands for it. */
const LOGARITHM = `
      fn minusLog(u : f32) -> f32 {
        let s = u / (2.0 - u);
        let q = s * s;
        let near = 2.0 * s * (1.0 + q * (${1 / 3} + q * (${1 / 5} + q * (${1 / 7} + q * (${1 / 9} + q * ${1 / 11})))));
        return select(-log(1.0 - u), near, u < 0.5);
      }`;

/** `cos 2πu`, by series within an eighth of a turn: WGSL's cosine may be off by 2⁻¹¹. */
const COSINE = `
      fn turned(u : f32) -> f32 {
        let quarter = round(4.0 * u);
        let a = ${Math.PI / 2} * (4.0 * u - quarter);
        let q = a * a;
        let sine = a * (1.0 - q * (${1 / 6} - q * (${1 / 120} - q * (${1 / 5040} - q * ${1 / 362880}))));
        let cosine = 1.0 - q * (0.5 - q * (${1 / 24} - q * (${1 / 720} - q * ${1 / 40320})));
        let odd = (i32(quarter) & 1) == 1;
        let turn = i32(quarter) & 3;
        let value = select(cosine, sine, odd);
        return select(value, -value, turn == 1 || turn == 2);
      }`;

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
      ${LOGARITHM}
      ${COSINE}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.outShape[1];
          let row = index / columns;
          let place = index + row * columns;
          let normal = sqrt(2.0 * minusLog(draws[place])) * turned(draws[place + columns]);
          result[index] = factors[2 * row] * x[index] + factors[2 * row + 1] * normal;
        }
      }`,
  }),
};

export const registerNoisyRows = (): void => registerPair(noisyRowsPair);

/** Of `x [n, d]`, `draws [n, 2d]` and `factors [n, 2]`, as the pair says; carries no gradient. */
export const noisyRows = (x: tf.Tensor2D, draws: tf.Tensor2D, factors: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(runPair(noisyRowsPair, [x, draws, factors]));
