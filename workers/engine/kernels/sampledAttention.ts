import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import {
  registerPair,
  runPair,
  type Attributes,
  type HostArray,
  type KernelPair,
  type WgslSource,
} from '../kernelPair';
import type { RowIndex } from '../rows';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

/**
 * Attention of every node over a sequence of its own: position 0 is the node, the C others are rows that were sampled for it, `first +
 * indices`. What a node gives lies in `weights [N, C + 1]`. No sequence is ever gathered.
 */

type Shapes = readonly (readonly number[])[];

const WORKGROUP = 64;

/** One invocation for each of `rows`. */
const perRow = (rows: number, key: string, inputComponents: readonly number[], code: string): WgslSource => ({
  key,
  inputComponents,
  outputComponent: 1,
  workgroupSize: WORKGROUP,
  workgroups: Math.ceil(rows / WORKGROUP),
  code,
});

const places = (node: number, count: number, first: number, indices: HostArray): number[] => [
  node,
  ...Array.from({ length: count }, (_, j) => first + indices[node * count + j]!),
];

function dot(a: HostArray, b: HostArray, ofA: number, ofB: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += a[ofA * width + c]! * b[ofB * width + c]!;
  return sum;
}

const countOf = ([[rows = 0] = [], , [length = 0] = []]: Shapes): number => length / Math.max(1, rows);

/** `q`, `k [N, h]`, `indices [N·C]` → `softmax_j(s q_n · k_j)` over the node's sequence, `[N, C + 1]`; `s` is `scale`. */
export const sequenceSharesPair: KernelPair = {
  name: 'LodestoneSequenceShares',
  inputs: ['q', 'k', 'indices'],
  outputShape: (shapes) => [shapes[0]?.[0] ?? 0, countOf(shapes) + 1],
  portable: ([q, k, indices], output, shapes, { first = 0, scale = 1 }) => {
    const [[rows = 0, width = 0] = []] = shapes;
    const count = countOf(shapes);
    for (let node = 0; node < rows; node++) {
      const scores = places(node, count, first, indices!).map((row) => scale * dot(q!, k!, node, row, width));
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      const sum = powers.reduce((total, power) => total + power, 0);
      output.set(
        powers.map((power) => power / sum),
        node * (count + 1),
      );
    }
  },
  wgsl: (shapes, { first = 0, scale = 1 }) => {
    const [[rows = 0, width = 0] = []] = shapes;
    const count = countOf(shapes);
    return perRow(
      rows,
      `${count}_${width}_${first}_${scale}`,
      [1, 1, 1],
      `
      fn main(node : i32) {
        if (node >= uniforms.qShape[0]) { return; }
        var scores : array<f32, ${count + 1}>;
        var most = -3.0e38;
        for (var j = 0; j <= ${count}; j = j + 1) {
          var row = node;
          if (j > 0) { row = ${first} + i32(indices[node * ${count} + j - 1]); }
          var sum = 0.0;
          for (var c = 0; c < ${width}; c = c + 1) { sum = sum + q[node * ${width} + c] * k[row * ${width} + c]; }
          scores[j] = f32(${scale}) * sum;
          most = max(most, scores[j]);
        }
        var total = 0.0;
        for (var j = 0; j <= ${count}; j = j + 1) {
          scores[j] = exp(scores[j] - most);
          total = total + scores[j];
        }
        for (var j = 0; j <= ${count}; j = j + 1) { result[node * ${count + 1} + j] = scores[j] / total; }
      }`,
    );
  },
};

/** `x [N, d]`, `weights`, `indices` → `keep x_n + scale Σ_j w_nj x_j` over the node's sequence, `[N, d]`. */
export const sequenceMixPair: KernelPair = {
  name: 'LodestoneSequenceMix',
  inputs: ['x', 'weights', 'indices'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, weights, indices], output, shapes, { first = 0, keep = 0, scale = 1 }) => {
    const [[rows = 0, width = 0] = []] = shapes;
    const count = countOf(shapes);
    output.fill(0);
    for (let node = 0; node < rows; node++) {
      const sequence = places(node, count, first, indices!);
      sequence.forEach((row, j) => {
        const weight = (j === 0 ? keep : 0) + scale * weights![node * (count + 1) + j]!;
        for (let c = 0; c < width; c++) output[node * width + c]! += weight * x![row * width + c]!;
      });
    }
  },
  wgsl: (shapes, { first = 0, keep = 0, scale = 1 }) => {
    const [[, width = 0] = []] = shapes;
    const count = countOf(shapes);
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    return {
      key: `${count}_${columns}_${component}_${first}_${keep}_${scale}`,
      inputComponents: [component, 1, 1],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let node = index / ${columns};
          let column = index % ${columns};
          let own = node * ${count + 1};
          var sum = weights[own] * x[index];
          for (var j = 0; j < ${count}; j = j + 1) {
            sum = sum + weights[own + 1 + j] * x[(${first} + i32(indices[node * ${count} + j])) * ${columns} + column];
          }
          result[index] = f32(${keep}) * x[index] + f32(${scale}) * sum;
        }
      }`,
    };
  },
};

/**
 * The transpose of `sequenceMix`: `x [N, d]`, `weights`, and for each sampled row the places where it was taken → `keep x_r + scale (w_r0 x_r +
 * Σ w_nj x_n)` over the nodes `n` that have row `r` at position `j`, `[N, d]`.
 */
export const sequenceSumsPair: KernelPair = {
  name: 'LodestoneSequenceSums',
  inputs: ['x', 'weights', 'rowPointers', 'places'],
  outputShape: ([shape = []]) => [...shape],
  portable: (
    [x, weights, pointers, taken],
    output,
    [[rows = 0, width = 0] = [], [, positions = 1] = []],
    { first = 0, keep = 0, scale = 1 },
  ) => {
    const add = (row: number, weight: number, node: number): void => {
      for (let c = 0; c < width; c++) output[row * width + c]! += weight * x![node * width + c]!;
    };
    output.fill(0);
    for (let row = 0; row < rows; row++) {
      add(row, keep + scale * weights![row * positions]!, row);
      if (row < first) continue;
      for (let p = pointers![row - first]!; p < pointers![row - first + 1]!; p++) {
        const node = Math.floor(taken![p]! / (positions - 1));
        add(row, scale * weights![node * positions + 1 + (taken![p]! % (positions - 1))]!, node);
      }
    }
  },
  wgsl: ([[, width = 0] = [], [, positions = 1] = []], { first = 0, keep = 0, scale = 1 }) => {
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    return {
      key: `${positions}_${columns}_${component}_${first}_${keep}_${scale}`,
      inputComponents: [component, 1, 1, 1],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / ${columns};
          let column = index % ${columns};
          var sum = weights[row * ${positions}] * x[index];
          if (row >= ${first}) {
            let end = rowPointers[row - ${first} + 1];
            for (var p = rowPointers[row - ${first}]; p < end; p = p + 1) {
              let node = places[p] / ${positions - 1};
              let position = places[p] % ${positions - 1};
              sum = sum + weights[node * ${positions} + 1 + position] * x[node * ${columns} + column];
            }
          }
          result[index] = f32(${keep}) * x[index] + f32(${scale}) * sum;
        }
      }`,
    };
  },
};

/** `y`, `dz [N, d]`, `shares`, `indices` → the slopes of the scores behind the shares, `a_j (d_j − Σ a d)` with `d_j = scale ∂z_n · y_j`, `[N, C + 1]`. */
export const sequenceSlopePair: KernelPair = {
  name: 'LodestoneSequenceSlope',
  inputs: ['y', 'dz', 'indices', 'shares'],
  outputShape: (shapes) => [shapes[0]?.[0] ?? 0, countOf(shapes) + 1],
  portable: ([y, dz, indices, shares], output, shapes, { first = 0, scale = 1 }) => {
    const [[rows = 0, width = 0] = []] = shapes;
    const count = countOf(shapes);
    for (let node = 0; node < rows; node++) {
      const own = node * (count + 1);
      const slopes = places(node, count, first, indices!).map((row) => scale * dot(dz!, y!, node, row, width));
      const mean = slopes.reduce((sum, slope, j) => sum + slope * shares![own + j]!, 0);
      slopes.forEach((slope, j) => (output[own + j] = shares![own + j]! * (slope - mean)));
    }
  },
  wgsl: (shapes, { first = 0, scale = 1 }) => {
    const [[rows = 0, width = 0] = []] = shapes;
    const count = countOf(shapes);
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    const times = (a: string, b: string): string => (component === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`);
    return perRow(
      rows,
      `${count}_${columns}_${component}_${first}_${scale}`,
      [component, component, 1, 1],
      `
      fn main(node : i32) {
        if (node >= uniforms.yShape[0]) { return; }
        var slopes : array<f32, ${count + 1}>;
        let own = node * ${count + 1};
        var mean = 0.0;
        for (var j = 0; j <= ${count}; j = j + 1) {
          var row = node;
          if (j > 0) { row = ${first} + i32(indices[node * ${count} + j - 1]); }
          var sum = 0.0;
          for (var c = 0; c < ${columns}; c = c + 1) {
            sum = sum + ${times(`dz[node * ${columns} + c]`, `y[row * ${columns} + c]`)};
          }
          slopes[j] = f32(${scale}) * sum;
          mean = mean + shares[own + j] * slopes[j];
        }
        for (var j = 0; j <= ${count}; j = j + 1) { result[own + j] = shares[own + j] * (slopes[j] - mean); }
      }`,
    );
  },
};

export const SEQUENCE_PAIRS: readonly KernelPair[] = [
  sequenceSharesPair,
  sequenceMixPair,
  sequenceSumsPair,
  sequenceSlopePair,
];

export const registerSampledAttention = (): void => SEQUENCE_PAIRS.forEach(registerPair);

/**
 * `z_n = keep y_n + (1 − keep) Σ_j softmax_j(q_n · k_j / √h) y_j` over node n itself and the rows `first + samples` that were drawn for it, `[N, d]`.
 * `y [N, d]`, `q`, `k [N, h]`; `samples` takes `N·C` of the rows from `first` on, C for each node after another.
 */
export function sampledAttention(
  [y, q, k]: readonly [y: tf.Tensor2D, q: tf.Tensor2D, k: tf.Tensor2D],
  { indices, places: { rowPointers, columnIndices } }: RowIndex,
  { first, keep }: { readonly first: number; readonly keep: number },
): tf.Tensor2D {
  const scores: Attributes = { first, scale: 1 / Math.sqrt(q.shape[1]) };
  const rows: Attributes = { first, keep, scale: 1 - keep };
  const made = withGradient({
    inputs: [y, q, k],
    constants: [indices, rowPointers, columnIndices],
    forward: ([values, queries, keys], kept) => {
      const shares = runPair(sequenceSharesPair, [required(queries), required(keys), indices], scores);
      kept(shares);
      return runPair(sequenceMixPair, [required(values), shares, indices], rows);
    },
    backward: (dz, inputs, constants, [kept]) => {
      const [values, queries, keys] = inputs.map(required);
      const [taken, pointers, at] = constants.map(required);
      const shares = required(kept);
      const slopes = runPair(sequenceSlopePair, [values!, dz, taken!, shares], { first, scale: 1 - keep });
      return [
        runPair(sequenceSumsPair, [dz, shares, pointers!, at!], rows),
        runPair(sequenceMixPair, [keys!, slopes, taken!], scores),
        runPair(sequenceSumsPair, [queries!, slopes, pointers!, at!], scores),
      ];
    },
  });
  return matrixOf(made);
}
