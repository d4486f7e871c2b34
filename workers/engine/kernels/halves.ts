import * as tf from '@tensorflow/tfjs-core';
import { halfOf, valuesOfHalves } from '../../numbers/half';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/**
 * `x [rows, ⌈columns / 2⌉]`, two numbers of half precision in each word, the first in its low bits; `indices [n]` → `[n, columns]`.
 * Gathering is part of it because the backends' own kernels carry integers as numbers of 24 bits.
 */
export const halvesPair: KernelPair = {
  name: 'LodestoneHalves',
  inputs: ['x', 'indices'],
  outputShape: ([, [count = 0] = []], { columns = 0 }) => [count, columns],

  portable: ([x, indices], output, [[rows = 0, words = 0] = []], { columns = 0 }) => {
    if (!x || !indices) throw new Error('There are no halves.');
    const values = valuesOfHalves();
    for (let place = 0; place < indices.length; place++) {
      const row = indices[place]!;
      if (row < 0 || row >= rows) throw outside(place, rows);
      for (let column = 0; column < columns; column++) {
        const word = x[row * words + (column >> 1)]!;
        output[place * columns + column] = values[(column & 1 ? word >>> 16 : word) & 0xffff]!;
      }
    }
  },

  simd: {
    run: (
      kernels,
      { inputs: [x = 0, indices = 0], output },
      [[rows = 0, words = 0] = [], [count = 0] = []],
      { columns = 0 },
    ) => {
      const wrong = kernels.halves(x, indices, output, rows, count, words, columns);
      if (wrong >= 0) throw outside(wrong, rows);
    },
  },

  wgsl: (_, { columns = 0 }) => {
    const fours = columns % 4 === 0;
    const across = fours ? columns / 4 : columns;
    return {
      key: String(columns),
      inputComponents: [1, 1],
      outputComponent: fours ? 4 : 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
        fn main(index : i32) {
          if (index < uniforms.size) {
            let row = indices[index / ${across}] * ${Math.ceil(columns / 2)};
            let column = index % ${across};
            ${
              fours
                ? 'result[index] = vec4<f32>(unpack2x16float(bitcast<u32>(x[row + 2 * column])), unpack2x16float(bitcast<u32>(x[row + 2 * column + 1])));'
                : 'result[index] = unpack2x16float(bitcast<u32>(x[row + column / 2]))[column % 2];'
            }
          }
        }`,
    };
  },
};

const outside = (place: number, rows: number): Error =>
  new Error(`The row index at place ${place} lies outside of a table of ${rows} rows.`);

export const registerHalves = (): void => registerPair(halvesPair);

/** The rows that `indices [n]` names of packed halves `[rows, ⌈columns / 2⌉]`, as `[n, columns]`; carries no gradient. */
export const unpackedHalves = (x: tf.Tensor2D, indices: tf.Tensor1D, columns: number): tf.Tensor2D =>
  matrixOf(runPair(halvesPair, [x, indices], { columns }));

/** Rounds `values [rows, columns]` to half precision, two in a word; ±∞ for what is too large. */
export function packedHalves(values: Float32Array, rows: number, columns: number): Int32Array {
  const words = Math.ceil(columns / 2);
  const packed = new Int32Array(rows * words);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * words + (column >> 1);
      packed[at] = (packed[at] ?? 0) | (halfOf(values[row * columns + column] ?? 0) << (column & 1 ? 16 : 0));
    }
  }
  return packed;
}
