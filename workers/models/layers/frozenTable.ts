import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src/domain/errors';
import type { PrecisionConfig } from '../../../src/domain/models/options/graphs';
import { isWebGPU, largestBinding, submitRecorded } from '../../engine/backends';
import type { Activation } from '../../engine/kernels/activationSlope';
import { packedHalves, unpackedHalves } from '../../engine/kernels/halves';
import { noteBuffer } from '../../engine/ledger';
import { activated } from '../../engine/products';
import type { RowIndex } from '../../engine/rows';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { uploadMade, uploadRows } from '../../engine/upload';
import { MOST_HALF } from '../../numbers/half';
import type { FeatureMatrix } from '../model';
import type { Linear } from './linear';

const BYTES = 4;
/** Halves pass a layer in pieces that take so many bytes unpacked, at most. */
export const PIECE = 2 ** 25;

/** A table that layers read. */
export interface RowTable {
  /** All rows through a layer, `[rows, out]`; linear unless an activation is asked for. */
  through(layer: Linear, activation?: Activation): tf.Tensor2D;
  /** All rows times a matrix `[columns, out]`, `[rows, out]`. */
  times(weight: tf.Tensor2D): tf.Tensor2D;
  /** The same of several matrices. On WebGPU each is a product; elsewhere the table is read once for all. */
  timesEach(weights: readonly tf.Tensor2D[]): tf.Tensor2D[];
  /** The rows that a batch names, `[n, columns]`. */
  rows(index: RowIndex): tf.Tensor2D;
  dispose(): void;
}

/** How constants are kept. */
export interface Storage {
  /** In half precision, two numbers to a word. */
  readonly half: boolean;
  /** The most bytes of one buffer that a shader can be given; by default the open device's. */
  readonly binding?: number;
}

/** As the option `featurePrecision` has it. */
export const storageOf = (config: PrecisionConfig): Storage => ({ half: config.featurePrecision === 'half' });

interface Slice {
  readonly first: number;
  readonly taken: number;
  /** `[taken, columns]`, or `[taken, ⌈columns / 2⌉]` of packed halves. */
  readonly table: tf.Tensor2D;
}

/**
 * A constant table, in as many slices as the device's bindings need. Throws `CONFIG_INVALID` where half precision is asked for and
 * a value lies outside of its range.
 */
export async function frozenTable(
  feature: FeatureMatrix,
  { half, binding = largestBinding() }: Storage,
): Promise<RowTable> {
  const { key, rows, columns } = feature;
  const words = half ? Math.ceil(columns / 2) : columns;
  const height = Math.max(1, Math.min(rows, Math.floor(binding / (BYTES * words))));
  const halves = {
    dtype: 'int32',
    columns: words,
    made: (block: Float32Array, count: number) => packed(key, block, count, columns),
  } as const;
  const slices: Slice[] = [];
  for (let first = 0; first < rows; first += height) {
    const end = Math.min(rows, first + height);
    const table = await (half ? uploadMade(feature, halves, first, end) : uploadRows(feature, first, end));
    noteBuffer(table, { cut: true });
    slices.push({ first, taken: end - first, table });
  }
  const [only] = slices.length === 1 ? slices : [];
  const gathered = (table: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D =>
    half ? unpackedHalves(table, indices, columns) : matrixOf(tf.gather(table, indices));
  const times = (weight: tf.Tensor2D): tf.Tensor2D => {
    if (half) return halvesProduct(slices, columns, weight);
    return only ? tf.matMul(only.table, weight) : joined(slices.map(({ table }) => tf.matMul(table, weight)));
  };
  return {
    times,
    timesEach: (weights) => {
      if (isWebGPU(tf.backend())) return weights.map(times);
      const widths = weights.map((weight) => weight.shape[1]);
      return tf.split(times(matrixOf(tf.concat([...weights], 1))), widths, 1).map(matrixOf);
    },
    through: (layer, activation = 'linear') => {
      if (half) return activated(matrixOf(tf.add(times(matrixOf(layer.weight.tensor)), layer.bias.tensor)), activation);
      const options = { constant: true, activation };
      return only ? layer.apply(only.table, options) : joined(slices.map(({ table }) => layer.apply(table, options)));
    },
    rows: ({ indices }) => {
      if (only) return gathered(only.table, indices);
      const parts = slices.map((slice) => {
        const { near, inside } = within(indices, slice);
        return matrixOf(tf.mul(gathered(slice.table, near), inside));
      });
      return matrixOf(parts.reduce((sum, part) => tf.add(sum, part)));
    },
    dispose: () => slices.forEach(({ table }) => table.dispose()),
  };
}

function packed(key: string, values: Float32Array, rows: number, columns: number): Int32Array {
  const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (most <= MOST_HALF) return packedHalves(values, rows, columns);
  throw new AppError(
    'CONFIG_INVALID',
    `Half precision goes up to ${MOST_HALF.toLocaleString('en')}, but the features ${key} contain ${most.toPrecision(3)}.`,
    'Keep the frozen features in single precision, or rescale them.',
    { option: 'featurePrecision' },
  );
}

const joined = (parts: tf.Tensor2D[]): tf.Tensor2D => matrixOf(tf.concat(parts, 0));

/** Places of a batch's rows in a slice, and 1 for those that lie there, 0 for the others. */
function within(indices: tf.Tensor1D, { first, taken }: Slice): { near: tf.Tensor1D; inside: tf.Tensor2D } {
  const local = tf.sub(indices, tf.scalar(first, 'int32'));
  const near = vectorOf(
    tf.cast(tf.maximum(tf.minimum(local, tf.scalar(taken - 1, 'int32')), tf.scalar(0, 'int32')), 'int32'),
  );
  return { near, inside: matrixOf(tf.reshape(tf.cast(tf.equal(local, near), 'float32'), [-1, 1])) };
}

/** `X W` of packed halves: a piece at a time is unpacked, forth and again for the gradient `Xᵀ ∂y`, so that never more than a piece is there in single precision. */
function halvesProduct(slices: readonly Slice[], columns: number, weight: tf.Tensor2D): tf.Tensor2D {
  const most = Math.max(1, Math.floor(PIECE / (BYTES * columns)));
  const pieces = slices.flatMap(({ first, taken, table }) =>
    Array.from({ length: Math.ceil(taken / most) }, (_, part) => ({
      table,
      from: part * most,
      first: first + part * most,
      taken: Math.min(most, taken - part * most),
    })),
  );
  const withPiece = (piece: (typeof pieces)[number], use: (x: tf.Tensor2D) => tf.Tensor): tf.Tensor2D => {
    const result = tf.tidy(() => {
      const { table, from, taken } = piece;
      const unpacked = unpackedHalves(table, tf.range(from, from + taken, 1, 'int32'), columns);
      noteBuffer(unpacked, { mostBytes: PIECE });
      return matrixOf(use(unpacked));
    });
    // What is recorded holds on to its buffers until it is submitted.
    const backend: unknown = tf.backend();
    if (pieces.length > 1 && isWebGPU(backend)) submitRecorded(backend);
    return result;
  };
  const product = tf.customGrad((operand) => {
    if (!(operand instanceof tf.Tensor)) throw new Error('A product has a tensor operand.');
    return {
      value: joined(pieces.map((piece) => withPiece(piece, (x) => tf.matMul(x, matrixOf(operand))))),
      gradFunc: (dy: tf.Tensor) =>
        pieces
          .map((piece) =>
            withPiece(piece, (x) => tf.matMul(x, tf.slice(matrixOf(dy), [piece.first, 0], [piece.taken, -1]), true)),
          )
          .reduce((sum, part) => matrixOf(tf.add(sum, part))),
    };
  });
  return matrixOf(product(weight));
}
