import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** Uniform numbers are kept so far from 0 and 1 before two logarithms. */
export const MARGIN = 1e-7;
const [LEAST, MOST] = [Math.fround(MARGIN), Math.fround(1 - MARGIN)];

/** `x [n, k]`, uniform draws `u [n, k]` → `softmax_c((x − ln(−ln u)) / temperature)` of each row. */
export const gumbelSoftmaxPair: KernelPair = {
  name: 'LodestoneGumbelSoftmax',
  inputs: ['x', 'draws'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, draws], output, [[rows = 0, columns = 0] = []], { temperature = 1 }) => {
    if (!x || !draws) throw new Error('A Gumbel softmax has logits and uniform numbers.');
    for (let first = 0; first < rows * columns; first += columns) {
      let [greatest, sum] = [-Infinity, 0];
      for (let c = first; c < first + columns; c++) {
        output[c] = (x[c]! - Math.log(-Math.log(Math.min(MOST, Math.max(LEAST, draws[c]!))))) / temperature;
        greatest = Math.max(greatest, output[c]!);
      }
      for (let c = first; c < first + columns; c++) sum += output[c] = Math.exp(output[c]! - greatest);
      for (let c = first; c < first + columns; c++) output[c]! /= sum;
    }
  },
  wgsl: ([[rows = 0] = []], { temperature = 1 }) => ({
    key: `${rows}_${temperature}`,
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: Math.ceil(rows / 64),
    code: `
      fn raised(place : i32) -> f32 {
        return (x[place] - log(-log(clamp(draws[place], f32(${LEAST}), f32(${MOST}))))) * f32(${1 / temperature});
      }
      fn main(row : i32) {
        if (row >= ${rows}) { return; }
        let width = uniforms.xShape[1];
        let first = row * width;
        var greatest = -3.0e38;
        for (var c = first; c < first + width; c = c + 1) { greatest = max(greatest, raised(c)); }
        var sum = 0.0;
        for (var c = first; c < first + width; c = c + 1) { sum = sum + exp(raised(c) - greatest); }
        for (var c = first; c < first + width; c = c + 1) { result[c] = exp(raised(c) - greatest) / sum; }
      }`,
  }),
};

/** `y [n, k]`, what a softmax gave, and `dy` → `y (∂y − Σ_c y_c ∂y_c) / temperature`. */
export const softmaxSlopePair: KernelPair = {
  name: 'LodestoneSoftmaxSlope',
  inputs: ['y', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([y, dy], output, [[rows = 0, columns = 0] = []], { temperature = 1 }) => {
    if (!y || !dy) throw new Error('A softmax has a slope.');
    for (let first = 0; first < rows * columns; first += columns) {
      let along = 0;
      for (let c = first; c < first + columns; c++) along += y[c]! * dy[c]!;
      for (let c = first; c < first + columns; c++) output[c] = (y[c]! * (dy[c]! - along)) / temperature;
    }
  },
  wgsl: (shapes, { temperature = 1 }) =>
    rowSource(
      { tables: ['y', 'dy'], makes: 'table' },
      shapes,
      String(temperature),
      (_, dot) => `
        var along = 0.0;
        for (var c = first; c < first + width; c = c + 1) { along = along + ${dot('y[c]', 'dy[c]')}; }
        for (var c = first; c < first + width; c = c + 1) { result[c] = f32(${1 / temperature}) * y[c] * (dy[c] - along); }`,
    ),
};

export const GUMBEL_PAIRS: readonly KernelPair[] = [gumbelSoftmaxPair, softmaxSlopePair];

export const registerGumbelSoftmax = (): void => GUMBEL_PAIRS.forEach(registerPair);

/** `softmax((x − ln(−ln u)) / temperature)` of each row, logits and uniform numbers `[n, k]`. */
export const gumbelSoftmax = (logits: tf.Tensor2D, uniform: tf.Tensor2D, temperature: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [logits],
      constants: [uniform],
      forward: ([x], keep) => {
        const made = runPair(gumbelSoftmaxPair, [required(x), uniform], { temperature });
        keep(made);
        return made;
      },
      backward: (dy, _, __, [y]) => [runPair(softmaxSlopePair, [required(y), dy], { temperature })],
    }),
  );
