import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';
import { forEachRow, mixSource } from './modalityMix';

/** `views V_m [M·n, d]` one under the other, `scores s_m [M·n]` → `Σ_m a_m V_m` with `a = softmax_m s`, `[n, d]`; `count` is M. */
export const sharedPartPair: KernelPair = {
  name: 'LodestoneSharedPart',
  inputs: ['views', 'scores'],
  outputShape: ([[stacked = 0, columns = 0] = []], { count = 1 }) => [stacked / count, columns],
  portable: ([views, scores], output, [[stacked = 0, columns = 0] = []], { count = 1 }) => {
    forEachRow(views, scores, stacked / count, columns, (row, { shared }) => output.set(shared, row * columns));
  },
  wgsl: (shapes, { count = 1 }) =>
    mixSource(
      { makes: 'table', count, columns: shapes[0]?.[1] ?? 0 },
      shapes,
      1,
      () => `
        for (var c = 0; c < width; c = c + 1) { result[row * width + c] = SHARED; }`,
    ),
};

/** `∂V_m = a_m ∂y`, `[M·n, d]`. */
export const sharedViewsSlopePair: KernelPair = {
  name: 'LodestoneSharedPartViewsSlope',
  inputs: ['scores', 'dy'],
  outputShape: ([[stacked = 0] = [], [, columns = 0] = []]) => [stacked, columns],
  portable: ([scores, dy], output, [, [rows = 0, columns = 0] = []]) => {
    forEachRow(undefined, scores, rows, columns, (row, { shares, view }) => {
      for (let m = 0; m < shares.length; m++)
        for (let c = 0; c < columns; c++) output[view(m) + c] = shares[m]! * dy![row * columns + c]!;
    });
  },
  wgsl: (shapes) => {
    const [[stacked = 0] = [], [rows = 0, columns = 0] = []] = shapes;
    return mixSource(
      { makes: 'table', count: stacked / Math.max(1, rows), columns },
      shapes,
      0,
      (each) => `
        for (var c = 0; c < width; c = c + 1) {
          ${each((m) => `result[v${m} + c] = a${m} * dy[row * width + c];`)}
        }`,
    );
  },
};

/** `∂s_m = a_m (b_m − Σ_k a_k b_k)` with `b_m = Σ_c ∂y_c V_mc`, `[M·n]`. */
export const sharedScoresSlopePair: KernelPair = {
  name: 'LodestoneSharedPartScoresSlope',
  inputs: ['views', 'scores', 'dy'],
  outputShape: ([[stacked = 0] = []]) => [stacked],
  portable: ([views, scores, dy], output, [, , [rows = 0, columns = 0] = []]) => {
    forEachRow(undefined, scores, rows, columns, (row, { shares, view }) => {
      const along = Array.from(shares, (_, m) => {
        let sum = 0;
        for (let c = 0; c < columns; c++) sum += dy![row * columns + c]! * views![view(m) + c]!;
        return sum;
      });
      const mean = along.reduce((sum, value, m) => sum + shares[m]! * value, 0);
      along.forEach((value, m) => (output[m * rows + row] = shares[m]! * (value - mean)));
    });
  },
  wgsl: (shapes) => {
    const [[stacked = 0, columns = 0] = [], , [rows = 0] = []] = shapes;
    return mixSource(
      { makes: 'list', count: stacked / Math.max(1, rows), columns },
      shapes,
      1,
      (each, dot) => `
        ${each((m) => `var b${m} = 0.0;`)}
        for (var c = 0; c < width; c = c + 1) {
          let t = dy[row * width + c];
          ${each((m) => `b${m} = b${m} + ${dot('t', `views[v${m} + c]`)};`)}
        }
        var mean = 0.0;
        ${each((m) => `mean = mean + a${m} * b${m};`)}
        ${each((m) => `result[row + ${m} * rows] = a${m} * (b${m} - mean);`)}`,
    );
  },
};

export const SHARED_PAIRS: readonly KernelPair[] = [sharedPartPair, sharedViewsSlopePair, sharedScoresSlopePair];

export const registerSharedPart = (): void => SHARED_PAIRS.forEach(registerPair);

/** What `count` views have in common, weighed by a softmax of their scores: `views [count·n, d]`, `scores [count·n]` → `[n, d]`. */
export const sharedPart = (views: tf.Tensor2D, scores: tf.Tensor1D, count: number): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [views, scores],
      forward: (all) => runPair(sharedPartPair, all, { count }),
      backward: (dy, all) => [
        runPair(sharedViewsSlopePair, [required(all[1]), dy]),
        runPair(sharedScoresSlopePair, [...all, dy]),
      ],
    }),
  );
