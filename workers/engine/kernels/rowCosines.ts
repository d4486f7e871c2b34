import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { matrixOf, vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { LEAST_SQUARE, rowSource } from './rowKernels';

type Shapes = readonly (readonly number[])[];

const rowsOf: KernelPair['outputShape'] = ([[rows = 0] = []]) => [rows];
const sameAsFirst: KernelPair['outputShape'] = ([shape = []]) => [...shape];

/** Both operands and the lengths of the first. */
function operands([a, b]: readonly HostArray[], [[rows = 0, columns = 0] = []]: Shapes) {
  if (!a || !b) throw new Error('There is no table.');
  return { a, b, rows, columns };
}

/** `Σ_c a_c b_c` of a row that begins at `first`. */
function dotOf(a: HostArray, b: HostArray, first: number, columns: number): number {
  let sum = 0;
  for (let c = first; c < first + columns; c++) sum += a[c]! * b[c]!;
  return sum;
}

/** 1/max(‖x‖, 1e-12). */
const inverse = (square: number): number => 1 / Math.sqrt(Math.max(square, LEAST_SQUARE));

/** `a [n, d]`, `b [n, d]` → `Σ_c a_rc b_rc`, `[n]`. */
export const rowDotsPair: KernelPair = {
  name: 'LodestoneRowDots',
  inputs: ['a', 'b'],
  outputShape: rowsOf,
  portable: (inputs, output, shapes) => {
    const { a, b, rows, columns } = operands(inputs, shapes);
    for (let row = 0; row < rows; row++) output[row] = dotOf(a, b, row * columns, columns);
  },
  wgsl: (shapes) =>
    rowSource(
      { tables: ['a', 'b'], makes: 'list' },
      shapes,
      '',
      (_, dot) => `
        var sum = 0.0;
        for (var c = first; c < first + width; c = c + 1) { sum = sum + ${dot('a[c]', 'b[c]')}; }
        result[row] = sum;`,
    ),
};

/** `x [n, d]`, `factors [n]` → `2 · factors_r · x_r`: the slope of squared lengths. */
export const squaresSlopePair: KernelPair = {
  name: 'LodestoneSquaresSlope',
  inputs: ['x', 'factors'],
  outputShape: sameAsFirst,
  portable: (inputs, output, shapes) => {
    const { a: x, b: factors, rows, columns } = operands(inputs, shapes);
    for (let row = 0; row < rows; row++) {
      const factor = 2 * factors[row]!;
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = factor * x[c]!;
    }
  },
  wgsl: (shapes) =>
    rowSource(
      { tables: ['x'], lists: ['factors'], makes: 'table' },
      shapes,
      '',
      () => `
        let factor = 2.0 * factors[row];
        for (var c = first; c < first + width; c = c + 1) { result[c] = factor * x[c]; }`,
    ),
};

/** `x [n, d]` → rows divided by `max(‖x‖, 1e-12)`, times `length`. */
export const unitRowsPair: KernelPair = {
  name: 'LodestoneUnitRows',
  inputs: ['x'],
  outputShape: sameAsFirst,
  portable: ([x], output, [[rows = 0, columns = 0] = []], { length = 1 }) => {
    if (!x) throw new Error('There is no table.');
    for (let row = 0; row < rows; row++) {
      const scale = length * inverse(dotOf(x, x, row * columns, columns));
      for (let c = row * columns; c < (row + 1) * columns; c++) output[c] = scale * x[c]!;
    }
  },
  wgsl: (shapes, { length = 1 }) =>
    rowSource(
      { tables: ['x'], makes: 'table' },
      shapes,
      String(length),
      (_, dot) => `
        var square = 0.0;
        for (var c = first; c < first + width; c = c + 1) { square = square + ${dot('x[c]', 'x[c]')}; }
        let scale = ${length === 1 ? '' : `f32(${length}) * `}inverseSqrt(max(square, ${LEAST_SQUARE}));
        for (var c = first; c < first + width; c = c + 1) { result[c] = scale * x[c]; }`,
    ),
};

/** `length · (∂y − ŷ (ŷ · ∂y)) / ‖x‖` for `ŷ = x/‖x‖`; a row shorter than 1e-12 is only divided. */
export const unitRowsSlopePair: KernelPair = {
  name: 'LodestoneUnitRowsSlope',
  inputs: ['x', 'dy'],
  outputShape: sameAsFirst,
  portable: (inputs, output, shapes, { length = 1 }) => {
    const { a: x, b: dy, rows, columns } = operands(inputs, shapes);
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const square = dotOf(x, x, first, columns);
      const scale = inverse(square);
      const turn = square >= LEAST_SQUARE ? dotOf(x, dy, first, columns) * scale * scale : 0;
      for (let c = first; c < first + columns; c++) output[c] = length * scale * (dy[c]! - turn * x[c]!);
    }
  },
  wgsl: (shapes, { length = 1 }) =>
    rowSource(
      { tables: ['x', 'dy'], makes: 'table' },
      shapes,
      String(length),
      (_, dot) => `
        var square = 0.0;
        var along = 0.0;
        for (var c = first; c < first + width; c = c + 1) {
          square = square + ${dot('x[c]', 'x[c]')};
          along = along + ${dot('x[c]', 'dy[c]')};
        }
        let scale = inverseSqrt(max(square, ${LEAST_SQUARE}));
        let turn = select(0.0, along * scale * scale, square >= ${LEAST_SQUARE});
        let slope = ${length === 1 ? '' : `f32(${length}) * `}scale;
        for (var c = first; c < first + width; c = c + 1) { result[c] = slope * (dy[c] - turn * x[c]); }`,
    ),
};

/** `a [n, d]`, `b [n, d]` → `cos(a_r, b_r)`, `[n]`. */
export const rowCosinesPair: KernelPair = {
  name: 'LodestoneRowCosines',
  inputs: ['a', 'b'],
  outputShape: rowsOf,
  portable: (inputs, output, shapes) => {
    const { a, b, rows, columns } = operands(inputs, shapes);
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const scale = inverse(dotOf(a, a, first, columns)) * inverse(dotOf(b, b, first, columns));
      output[row] = dotOf(a, b, first, columns) * scale;
    }
  },
  wgsl: (shapes) =>
    rowSource(
      { tables: ['a', 'b'], makes: 'list' },
      shapes,
      '',
      (_, dot) => `
        ${cosineSums(dot)}
        result[row] = along * inverseSqrt(max(squareA, ${LEAST_SQUARE})) * inverseSqrt(max(squareB, ${LEAST_SQUARE}));`,
    ),
};

/** `∂cos(a_r, b_r)/∂a_r · ∂y_r = ∂y_r (b̂ − cos · â) / ‖a‖`. */
export const cosineSlopePair: KernelPair = {
  name: 'LodestoneCosineSlope',
  inputs: ['a', 'b', 'dy'],
  outputShape: sameAsFirst,
  portable: (inputs, output, shapes) => {
    const { a, b, rows, columns } = operands(inputs, shapes);
    const dy = inputs[2];
    if (!dy) throw new Error('There is no slope.');
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      const square = dotOf(a, a, first, columns);
      const scale = inverse(square);
      const turn = square >= LEAST_SQUARE ? dotOf(a, b, first, columns) * scale * scale : 0;
      const factor = dy[row]! * scale * inverse(dotOf(b, b, first, columns));
      for (let c = first; c < first + columns; c++) output[c] = factor * (b[c]! - turn * a[c]!);
    }
  },
  wgsl: (shapes) =>
    rowSource(
      { tables: ['a', 'b'], lists: ['dy'], makes: 'table' },
      shapes,
      '',
      (_, dot) => `
        ${cosineSums(dot)}
        let scale = inverseSqrt(max(squareA, ${LEAST_SQUARE}));
        let turn = select(0.0, along * scale * scale, squareA >= ${LEAST_SQUARE});
        let factor = dy[row] * scale * inverseSqrt(max(squareB, ${LEAST_SQUARE}));
        for (var c = first; c < first + width; c = c + 1) { result[c] = factor * (b[c] - turn * a[c]); }`,
    ),
};

const cosineSums = (dot: (a: string, b: string) => string): string => `
        var squareA = 0.0;
        var squareB = 0.0;
        var along = 0.0;
        for (var c = first; c < first + width; c = c + 1) {
          squareA = squareA + ${dot('a[c]', 'a[c]')};
          squareB = squareB + ${dot('b[c]', 'b[c]')};
          along = along + ${dot('a[c]', 'b[c]')};
        }`;

export const ROW_PAIRS: readonly KernelPair[] = [
  rowDotsPair,
  squaresSlopePair,
  unitRowsPair,
  unitRowsSlopePair,
  rowCosinesPair,
  cosineSlopePair,
];

export const registerRowCosines = (): void => ROW_PAIRS.forEach(registerPair);

const asColumn = (list: tf.Tensor): tf.Tensor => tf.reshape(list, [-1, 1]);

/** `Σ_c a_rc b_rc`, `[n]`, of two tables `[n, d]`. */
export const rowDots = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [a, b],
      forward: (tables) => runPair(rowDotsPair, tables),
      backward: (dy, [x, y]) => [tf.mul(required(y), asColumn(dy)), tf.mul(required(x), asColumn(dy))],
    }),
  );

/** `‖x_r‖²`, `[n]`. */
export const rowSquares = (x: tf.Tensor2D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [x],
      forward: ([table]) => runPair(rowDotsPair, [required(table), required(table)]),
      backward: (dy, [table]) => [runPair(squaresSlopePair, [required(table), dy])],
    }),
  );

/** Rows divided by `max(‖x‖, 1e-12)`, times `length`. */
export const unitRows = (x: tf.Tensor2D, length = 1): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [x],
      forward: (tables) => runPair(unitRowsPair, tables, { length }),
      backward: (dy, [table]) => [runPair(unitRowsSlopePair, [required(table), dy], { length })],
    }),
  );

/** `cos(x_r, y_r)`, `[n]`. */
export const rowCosines = (x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [x, y],
      forward: (tables) => runPair(rowCosinesPair, tables),
      backward: (dy, [a, b]) => [
        runPair(cosineSlopePair, [required(a), required(b), dy]),
        runPair(cosineSlopePair, [required(b), required(a), dy]),
      ],
    }),
  );

/** The same; no gradient flows to `fixed`. */
export const rowCosinesWith = (x: tf.Tensor2D, fixed: tf.Tensor2D): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [x],
      constants: [fixed],
      forward: ([table]) => runPair(rowCosinesPair, [required(table), fixed]),
      backward: (dy, [a], [b]) => [runPair(cosineSlopePair, [required(a), required(b), dy])],
    }),
  );
