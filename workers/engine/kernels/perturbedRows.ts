import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { LEAST_SQUARE, rowSource } from './rowKernels';

/** `x [n, d]`, `draws [n, d]` → `x + noise · sign(x) ⊙ n_r/‖n_r‖`, `n` the draws. */
export const perturbedRowsPair: KernelPair = {
  name: 'LodestonePerturbedRows',
  inputs: ['x', 'draws'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, draws], output, [[rows = 0, columns = 0] = []], { noise = 0 }) => {
    if (!x || !draws) throw new Error('Rows are perturbed by draws.');
    for (let row = 0; row < rows; row++) {
      let square = 0;
      for (let c = row * columns; c < (row + 1) * columns; c++) square += draws[c]! * draws[c]!;
      const scale = noise / Math.sqrt(Math.max(square, LEAST_SQUARE));
      for (let c = row * columns; c < (row + 1) * columns; c++)
        output[c] = x[c]! + scale * Math.sign(x[c]!) * draws[c]!;
    }
  },
  wgsl: (shapes, { noise = 0 }) =>
    rowSource(
      { tables: ['x', 'draws'], makes: 'table' },
      shapes,
      String(noise),
      (_, dot) => `
        var square = 0.0;
        for (var c = first; c < first + width; c = c + 1) { square = square + ${dot('draws[c]', 'draws[c]')}; }
        let scale = f32(${noise}) * inverseSqrt(max(square, ${LEAST_SQUARE}));
        for (var c = first; c < first + width; c = c + 1) { result[c] = x[c] + scale * sign(x[c]) * draws[c]; }`,
    ),
};

export const registerPerturbedRows = (): void => registerPair(perturbedRowsPair);

/** `x + noise · sign(x) ⊙ n/‖n‖` row by row, `x` and draws `n` `[n, d]`; the sign carries no gradient. */
export const perturbedRows = (x: tf.Tensor2D, draws: tf.Tensor2D, noise: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x],
      constants: [draws],
      forward: ([table]) => runPair(perturbedRowsPair, [required(table), draws], { noise }),
      backward: (dy) => [dy.clone()],
    }),
  );
