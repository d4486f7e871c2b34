import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** `x`, `y` `[n, d]`, `factors [n, 2]` → `f_r0 x_r + f_r1 y_r`. */
export const rowBlendPair: KernelPair = {
  name: 'LodestoneRowBlend',
  inputs: ['x', 'y', 'factors'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, y, factors], output, [[rows = 0, columns = 0] = []]) => {
    if (!x || !y || !factors) throw new Error('A blend has two tables and factors.');
    for (let row = 0; row < rows; row++) {
      const [a, b] = [factors[2 * row]!, factors[2 * row + 1]!];
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = a * x[c]! + b * y[c]!;
    }
  },
  wgsl: (shapes) =>
    rowSource(
      { tables: ['x', 'y'], lists: ['factors'], makes: 'table' },
      shapes,
      '',
      () => `
        let a = factors[2 * row];
        let b = factors[2 * row + 1];
        for (var c = first; c < first + width; c = c + 1) { result[c] = a * x[c] + b * y[c]; }`,
    ),
};

/** `dy [n, d]`, `factors [n, 2]` → `f_r0 ∂y_r` (`of` 0) or `f_r1 ∂y_r` (`of` 1). */
export const rowBlendSlopePair: KernelPair = {
  name: 'LodestoneRowBlendSlope',
  inputs: ['dy', 'factors'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([dy, factors], output, [[rows = 0, columns = 0] = []], { of = 0 }) => {
    if (!dy || !factors) throw new Error('A blend has slopes and factors.');
    for (let row = 0; row < rows; row++)
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = factors[2 * row + of]! * dy[c]!;
  },
  wgsl: (shapes, { of = 0 }) =>
    rowSource(
      { tables: ['dy'], lists: ['factors'], makes: 'table' },
      shapes,
      String(of),
      () => `
        let factor = factors[2 * row + ${of}];
        for (var c = first; c < first + width; c = c + 1) { result[c] = factor * dy[c]; }`,
    ),
};

export const BLEND_PAIRS: readonly KernelPair[] = [rowBlendPair, rowBlendSlopePair];

export const registerRowBlend = (): void => BLEND_PAIRS.forEach(registerPair);

/** `f_r0 x_r + f_r1 y_r`, `[n, d]`, of two tables `[n, d]` and `factors [n, 2]`; no gradient flows to the factors. */
export const rowBlend = (x: tf.Tensor2D, y: tf.Tensor2D, factors: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x, y],
      constants: [factors],
      forward: (tables) => runPair(rowBlendPair, [...tables, factors]),
      backward: (dy, _, [kept]) => [0, 1].map((of) => runPair(rowBlendSlopePair, [dy, required(kept)], { of })),
    }),
  );
