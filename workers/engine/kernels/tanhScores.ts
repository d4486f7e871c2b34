import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from '../backends';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { columnSums } from './columnSums';
import { rowSource } from './rowKernels';

/** Of what is not positive the exponential cannot overflow. */
const tanhOf = (y: string): string => `(sign(${y}) * (1.0 - exp(-2.0 * abs(${y}))) / (1.0 + exp(-2.0 * abs(${y}))))`;

/** `x [n, d]`, `query [d]` → `Σ_c q_c tanh x_rc`, `[n]`. */
export const tanhScoresPair: KernelPair = {
  name: 'LodestoneTanhScores',
  inputs: ['x', 'query'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([x, query], output, [[rows = 0, columns = 0] = []]) => {
    if (!x || !query) throw new Error('Scores have a table and a query.');
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += query[c]! * Math.tanh(x[row * columns + c]!);
      output[row] = sum;
    }
  },
  wgsl: (shapes) =>
    withQuery(
      rowSource(
        { tables: ['x'], lists: ['query'], makes: 'list' },
        shapes,
        '',
        (_, dot) => `
        var sum = 0.0;
        for (var c = 0; c < width; c = c + 1) {
          let y = x[first + c];
          sum = sum + ${dot('query[c]', tanhOf('y'))};
        }
        result[row] = sum;`,
      ),
    ),
};

/** `x [n, d]`, `query [d]`, `dy [n]` → `∂y_r q_c (1 − tanh² x_rc)`. */
export const tanhScoresSlopePair: KernelPair = {
  name: 'LodestoneTanhScoresSlope',
  inputs: ['x', 'query', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, query, dy], output, [[rows = 0, columns = 0] = []]) => {
    if (!x || !query || !dy) throw new Error('Scores have a table, a query and slopes.');
    for (let row = 0; row < rows; row++)
      for (let c = 0; c < columns; c++) {
        const value = Math.tanh(x[row * columns + c]!);
        output[row * columns + c] = dy[row]! * query[c]! * (1 - value * value);
      }
  },
  wgsl: (shapes) =>
    withQuery(
      rowSource(
        { tables: ['x'], lists: ['query', 'dy'], makes: 'table' },
        shapes,
        '',
        () => `
        for (var c = 0; c < width; c = c + 1) {
          let y = x[first + c];
          let value = ${tanhOf('y')};
          result[first + c] = dy[row] * query[c] * (1.0 - value * value);
        }`,
      ),
    ),
};

/** The query is as wide as a row, and read as that is. */
function withQuery(source: ReturnType<typeof rowSource>): ReturnType<typeof rowSource> {
  const [table = 1, , ...rest] = source.inputComponents;
  return { ...source, inputComponents: [table, table, ...rest] };
}

export const TANH_PAIRS: readonly KernelPair[] = [tanhScoresPair, tanhScoresSlopePair];

export const registerTanhScores = (): void => TANH_PAIRS.forEach(registerPair);

/** `Σ_c q_c tanh x_rc`, `[n]`, of `x [n, d]` and `query [d, 1]`. On WASM the compiled tanh is faster than the twin. */
export function tanhScores(x: tf.Tensor2D, query: tf.Tensor2D): tf.Tensor1D {
  if (!isWebGPU(tf.backend())) return vectorOf(tf.reshape(tf.matMul(tf.tanh(x), query), [-1]));
  return vectorOf(
    withGradient({
      inputs: [x, query],
      forward: ([table, q]) => runPair(tanhScoresPair, [required(table), tf.reshape(required(q), [-1])]),
      backward: (dy, [table, q]) => [
        runPair(tanhScoresSlopePair, [required(table), tf.reshape(required(q), [-1]), dy]),
        tf.reshape(columnSums(matrixOf(required(table)), dy, true), query.shape),
      ],
    }),
  );
}
