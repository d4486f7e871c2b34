import { entry, required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type Attributes, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** As many tables as are summed at once. */
const MOST = 3;
const NAMES = Array.from({ length: MOST }, (_, of) => [`x${of}`, `weights${of}`] as const);

/** Up to three tables `x_k [n_k, d]` with `weights_k [n_k]` → `f w_kr ‖x_kr‖²`, table after table, `[Σ n_k]`; `f` is `factor`. */
export const weightedSquaresPair: KernelPair = {
  name: 'LodestoneWeightedSquares',
  inputs: NAMES.flat(),
  outputShape: (shapes) => [shapes.reduce((sum, [rows = 0], place) => sum + (place % 2 === 0 ? rows : 0), 0)],
  portable: (inputs, output, shapes, { factor = 1 }) => {
    let to = 0;
    for (let of = 0; of < inputs.length; of += 2) {
      const [x, weights] = [entry(inputs, of), entry(inputs, of + 1)];
      const columns = shapes[of]?.[1] ?? 0;
      for (let row = 0; row < weights.length; row++) {
        let sum = 0;
        for (let c = row * columns; c < (row + 1) * columns; c++) sum += x[c]! * x[c]!;
        output[to++] = factor * weights[row]! * sum;
      }
    }
  },
  wgsl: (shapes, { factor = 1 }) => {
    const columns = shapes[0]?.[1] ?? 0;
    const component = columns % 4 === 0 ? 4 : 1;
    const square = (x: string): string => (component === 4 ? `dot(${x}[c], ${x}[c])` : `${x}[c] * ${x}[c]`);
    return {
      key: `${component}_${factor}`,
      inputComponents: shapes.map((_, place) => (place % 2 === 0 ? component : 1)),
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let width = uniforms.x0Shape[1] / ${component};
        var row = index;
        ${NAMES.slice(0, shapes.length / 2)
          .map(
            ([x, weights]) => `
        if (row >= 0 && row < uniforms.${x}Shape[0]) {
          var sum = 0.0;
          for (var c = row * width; c < (row + 1) * width; c = c + 1) { sum = sum + ${square(x)}; }
          result[index] = f32(${factor}) * ${weights}[row] * sum;
        }
        row = row - uniforms.${x}Shape[0];`,
          )
          .join('')}
      }`,
    };
  },
};

/** `x [n, d]`, `weights [n]`, `dy [1]` → `2 f ∂y w_r x_r`. */
export const weightedSquaresSlopePair: KernelPair = {
  name: 'LodestoneWeightedSquaresSlope',
  inputs: ['x', 'weights', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, weights, dy], output, [[rows = 0, columns = 0] = []], { factor = 1 }) => {
    if (!x || !weights || !dy) throw new Error('Squares have a table, weights and a slope.');
    for (let row = 0; row < rows; row++) {
      const slope = 2 * factor * dy[0]! * weights[row]!;
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = slope * x[c]!;
    }
  },
  wgsl: (shapes, { factor = 1 }) =>
    rowSource(
      { tables: ['x'], lists: ['weights', 'dy'], makes: 'table' },
      shapes,
      String(factor),
      () => `
        let slope = f32(${2 * factor}) * dy[0] * weights[row];
        for (var c = first; c < first + width; c = c + 1) { result[c] = slope * x[c]; }`,
    ),
};

const LANES = 256;
const countsOf = (attributes: Attributes): number[] =>
  Array.from({ length: MOST }, (_, of) => attributes[`rows${of}`] ?? 0).filter((count) => count > 0);
const startsOf = (counts: readonly number[]): number[] =>
  counts.map((_, of) => counts.slice(0, of).reduce((sum, count) => sum + count, 0));

/** Squares of rows, table after table, `rows0`, `rows1` and `rows2` of them → the root of each table's sum, one for each. */
export const tableNormsPair: KernelPair = {
  name: 'LodestoneTableNorms',
  inputs: ['squares'],
  outputShape: (_, attributes) => [countsOf(attributes).length],
  portable: ([squares], output, _, attributes) => {
    if (!squares) throw new Error('Norms are made of squares.');
    const counts = countsOf(attributes);
    startsOf(counts).forEach((start, of) => {
      let sum = 0;
      for (let row = start; row < start + entry(counts, of); row++) sum += squares[row]!;
      output[of] = Math.sqrt(Math.fround(sum));
    });
  },
  wgsl: (_, attributes) => {
    const counts = countsOf(attributes);
    return {
      key: counts.join('_'),
      inputComponents: [1],
      outputComponent: 1,
      workgroupSize: LANES,
      workgroups: counts.length,
      code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let table = min(index / ${LANES}, ${counts.length - 1});
        let lane = i32(localId.x);
        let counts = array<i32, ${counts.length}>(${counts.join(', ')});
        let starts = array<i32, ${counts.length}>(${startsOf(counts).join(', ')});
        let end = min(starts[table] + counts[table], uniforms.squaresShape);
        var sum = 0.0;
        for (var row = starts[table] + lane; row < end; row = row + ${LANES}) { sum = sum + squares[row]; }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[table] = sqrt(parts[0]); }
      }`,
    };
  },
};

/** `x [n, d]`, `weights [n]`, `norms`, `dy [1]` → `∂y w_r x_r / norms_k` with the norm at place `table`. */
export const tableNormsSlopePair: KernelPair = {
  name: 'LodestoneTableNormsSlope',
  inputs: ['x', 'weights', 'norms', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([x, weights, norms, dy], output, [[rows = 0, columns = 0] = []], { table = 0 }) => {
    if (!x || !weights || !norms || !dy) throw new Error('Norms have a table, weights and a slope.');
    const half = Math.fround(dy[0]! / (2 * norms[table]!));
    for (let row = 0; row < rows; row++) {
      const slope = 2 * Math.fround(half * weights[row]!);
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = slope * x[c]!;
    }
  },
  wgsl: (shapes, { table = 0 }) =>
    rowSource(
      { tables: ['x'], lists: ['weights', 'norms', 'dy'], makes: 'table' },
      shapes,
      String(table),
      () => `
        let slope = dy[0] / norms[${table}] * weights[row];
        for (var c = first; c < first + width; c = c + 1) { result[c] = slope * x[c]; }`,
    ),
};

export const WEIGHTED_SQUARES_PAIRS: readonly KernelPair[] = [
  weightedSquaresPair,
  weightedSquaresSlopePair,
  tableNormsPair,
  tableNormsSlopePair,
];

export const registerWeightedSquares = (): void => WEIGHTED_SQUARES_PAIRS.forEach(registerPair);

/** `f Σ_k Σ_r w_kr ‖x_kr‖²` over up to three tables `x_k [n_k, d]` with `w_k [n_k]`; no gradient flows to the weights. */
export const weightedSquares = (
  terms: readonly (readonly [x: tf.Tensor2D, weights: tf.Tensor1D])[],
  factor: number,
): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: terms.map(([x]) => x),
      constants: terms.map(([, weights]) => weights),
      forward: (tables) => {
        const inputs = terms.flatMap(([, weights], of) => [required(tables[of]), weights]);
        return tf.sum(runPair(weightedSquaresPair, inputs, { factor }));
      },
      backward: (dy, tables, weights) =>
        tables.map((x, of) =>
          runPair(weightedSquaresSlopePair, [x, entry(weights, of), tf.reshape(dy, [1])], { factor }),
        ),
    }),
  );

/** `Σ_k √(Σ_r w_kr ‖x_kr‖²)` over up to three tables `x_k [n_k, d]` with `w_k [n_k]`; no gradient flows to the weights. */
export const weightedNorms = (terms: readonly (readonly [x: tf.Tensor2D, weights: tf.Tensor1D])[]): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: terms.map(([x]) => x),
      constants: terms.map(([, weights]) => weights),
      forward: (tables, keep) => {
        const inputs = terms.flatMap(([, weights], of) => [required(tables[of]), weights]);
        const counts = Object.fromEntries(terms.map(([x], of) => [`rows${of}`, x.shape[0]]));
        const norms = runPair(tableNormsPair, [runPair(weightedSquaresPair, inputs)], counts);
        keep(norms);
        return tf.sum(norms);
      },
      backward: (dy, tables, weights, [norms]) =>
        tables.map((x, table) => {
          const inputs = [x, entry(weights, table), required(norms), tf.reshape(dy, [1])];
          return runPair(tableNormsSlopePair, inputs, { table });
        }),
    }),
  );
