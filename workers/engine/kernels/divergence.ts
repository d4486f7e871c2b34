import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';

/** Invocations that share a row. */
const LANES = 64;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** σ of what an exponential of a positive number would overflow for. */
const WGSL_SIGMOID = `
      fn likely(x : f32) -> f32 {
        let small = exp(-abs(x));
        return select(small, 1.0, x >= 0.0) / (1.0 + small);
      }`;

/** Logits `a` and `b` `[n, k]`, weights of rows `[n]` and of columns `[k]` → `w_r Σ_c v_c (σ(a_rc) − σ(b_rc)) (a_rc − b_rc)`, `[n]`. */
export const divergencePair: KernelPair = {
  name: 'LodestoneDivergence',
  inputs: ['a', 'b', 'rows', 'columns'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([a, b, rows, columns], output) => {
    if (!a || !b || !rows || !columns) throw new Error('A divergence is between logits.');
    for (let r = 0, place = 0; r < rows.length; r++) {
      let sum = 0;
      for (let c = 0; c < columns.length; c++, place++)
        sum += columns[c]! * (sigmoid(a[place]!) - sigmoid(b[place]!)) * (a[place]! - b[place]!);
      output[r] = rows[r]! * sum;
    }
  },
  simd: {
    run: (kernels, { inputs: [a = 0, b = 0, rows = 0, columns = 0], output }, [[n = 0, k = 0] = []]) =>
      kernels.divergences(a, b, rows, columns, output, n, k),
  },
  wgsl: ([[rows = 0] = []]) => ({
    key: String(rows),
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: rows,
    code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      ${WGSL_SIGMOID}
      fn main(index : i32) {
        let row = min(index / ${LANES}, ${rows - 1});
        let lane = i32(localId.x);
        let width = uniforms.aShape[1];
        var sum = 0.0;
        for (var c = lane; c < width; c = c + ${LANES}) {
          let x = a[row * width + c];
          let y = b[row * width + c];
          sum = sum + columns[c] * (likely(x) - likely(y)) * (x - y);
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[row] = rows[row] * parts[0]; }
      }`,
  }),
};

/** The slope of the sum of these with respect to `a`; with `a` and `b` changed places, to `b`. `[n, k]` */
export const divergenceSlopePair: KernelPair = {
  name: 'LodestoneDivergenceSlope',
  inputs: ['a', 'b', 'rows', 'columns'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([a, b, rows, columns], output) => {
    if (!a || !b || !rows || !columns) throw new Error('A divergence is between logits.');
    for (let r = 0, place = 0; r < rows.length; r++)
      for (let c = 0; c < columns.length; c++, place++) {
        const likely = sigmoid(a[place]!);
        const slope = likely * (1 - likely) * (a[place]! - b[place]!) + likely - sigmoid(b[place]!);
        output[place] = rows[r]! * columns[c]! * slope;
      }
  },
  simd: {
    run: (kernels, { inputs: [a = 0, b = 0, rows = 0, columns = 0], output }, [[n = 0, k = 0] = []]) =>
      kernels.divergenceSlope(a, b, rows, columns, output, n, k),
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      ${WGSL_SIGMOID}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.aShape[1];
          let own = likely(a[index]);
          let slope = own * (1.0 - own) * (a[index] - b[index]) + own - likely(b[index]);
          result[index] = rows[index / width] * columns[index % width] * slope;
        }
      }`,
  }),
};

export const DIVERGENCE_PAIRS: readonly KernelPair[] = [divergencePair, divergenceSlopePair];

export const registerDivergence = (): void => DIVERGENCE_PAIRS.forEach(registerPair);

/** Weights of the rows and the columns of logits. */
export interface CellWeights {
  readonly rows: tf.Tensor1D;
  readonly columns: tf.Tensor1D;
}

/** Each row's part of `Σ w_r v_c (σ(a_rc) − σ(b_rc)) (a_rc − b_rc)`, `[n]`; carries no gradient. */
export const divergences = (a: tf.Tensor2D, b: tf.Tensor2D, { rows, columns }: CellWeights): tf.Tensor1D =>
  vectorOf(runPair(divergencePair, [a, b, rows, columns]));

/** The slope of their sum with respect to `a`, `[n, k]`; carries no gradient. */
export const divergenceSlope = (a: tf.Tensor2D, b: tf.Tensor2D, { rows, columns }: CellWeights): tf.Tensor2D =>
  matrixOf(runPair(divergenceSlopePair, [a, b, rows, columns]));
