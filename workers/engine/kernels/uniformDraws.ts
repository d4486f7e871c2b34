import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import type { Random } from '../../numbers/rng';
import { matrixOf, vectorOf } from '../tensors';

/** A bijection of 32 bits that leaves no visible pattern. */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

const MIX = `
      fn mixBits(value : u32) -> u32 {
        var x = (value ^ (value >> 16u)) * ${0x7feb352d}u;
        x = (x ^ (x >> 15u)) * ${0x846ca68b}u;
        return x ^ (x >> 16u);
      }`;

/** Draws are multiples of this. */
const RESOLUTION = 2 ** -24;
const ID_STEP = 0x9e3779b1;
const COLUMN_STEP = 0x85ebca77;

/**
 * `result[r, c]` in [0, 1): a multiple of 2⁻²⁴ that depends on the key, on `ids[r]` and on `c` alone. Drawn where it is
 * used: nothing is uploaded but the key, and every backend draws the same bits.
 */
export const uniformDrawsPair: KernelPair = {
  name: 'LodestoneUniformDraws',
  inputs: ['key', 'ids'],
  outputShape: (shapes, { width = 1 }) => [shapes[1]?.[0] ?? 0, width],

  portable: ([key, ids], output, shapes, { width = 1 }) => {
    if (!key || !ids) throw new Error('Draws need a key and row ids.');
    const rows = shapes[1]?.[0] ?? 0;
    for (let row = 0; row < rows; row++) {
      const start = mix((key[0] ?? 0) ^ Math.imul(ids[row] ?? 0, ID_STEP)) ^ (key[1] ?? 0);
      for (let c = 0; c < width; c++)
        output[row * width + c] = (mix((start + Math.imul(c, COLUMN_STEP)) | 0) >>> 8) * RESOLUTION;
    }
  },

  wgsl: () => ({
    key: '',
    inputComponents: [1, 1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      ${MIX}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.outShape[1];
          let row = index / width;
          let column = u32(index % width);
          let start = mixBits(bitcast<u32>(key[0]) ^ (bitcast<u32>(ids[row]) * ${ID_STEP}u)) ^ bitcast<u32>(key[1]);
          result[index] = f32(mixBits(start + column * ${COLUMN_STEP}u) >> 8u) / 16777216.0;
        }
      }`,
  }),
};

/** A row must fit into single precision, and its product with a third of a draw's bits into 32 bits. */
const MOST_ROWS = 2 ** 24;

/** `⌊u · rows⌋` of those numbers, of the ids 0 … n − 1, `[n · width]`: whole numbers. */
export const drawnRowsPair: KernelPair = {
  name: 'LodestoneDrawnRows',
  inputs: ['key'],
  outputShape: (_, { n = 0, width = 1 }) => [n * width],
  portable: ([key], output, _, { n = 0, width = 1, rows = 1 }) => {
    if (!key) throw new Error('Draws need a key.');
    // In double precision the product is exact.
    const scale = rows * RESOLUTION;
    let place = 0;
    for (let id = 0; id < n; id++) {
      let word = mix((key[0] ?? 0) ^ Math.imul(id, ID_STEP)) ^ (key[1] ?? 0);
      for (let c = 0; c < width; c++) {
        output[place++] = ((mix(word) >>> 8) * scale) | 0;
        word = (word + COLUMN_STEP) | 0;
      }
    }
  },
  wgsl: (_, { width = 1, rows = 1 }) => ({
    key: `${width}_${rows}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      ${MIX}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let start = mixBits(bitcast<u32>(key[0]) ^ (u32(index / ${width}) * ${ID_STEP}u)) ^ bitcast<u32>(key[1]);
          let draw = mixBits(start + u32(index % ${width}) * ${COLUMN_STEP}u) >> 8u;
          // The product with 24 bits is taken in three parts.
          let low = ((draw & 255u) * ${rows}u) >> 8u;
          let middle = (((draw >> 8u) & 255u) * ${rows}u + low) >> 8u;
          result[index] = f32(((draw >> 16u) * ${rows}u + middle) >> 8u);
        }
      }`,
  }),
};

export const registerUniformDraws = (): void => [uniformDrawsPair, drawnRowsPair].forEach(registerPair);

/** Rows of a table of `rows` that a key draws, `width` for each of `n`, `[n · width]`, as float32. Throws a `RangeError` for a table of more than 2²⁴ rows. */
export function drawnRowsOf(
  key: tf.Tensor1D,
  { n, width, rows }: { readonly n: number; readonly width: number; readonly rows: number },
): tf.Tensor1D {
  if (rows > MOST_ROWS) throw new RangeError(`Rows are drawn of at most ${MOST_ROWS}, not of ${rows}.`);
  return vectorOf(runPair(drawnRowsPair, [key], { n, width, rows }));
}

/** A key of draws, from a stream. */
export const drawKey = (random: Random): Int32Array => Int32Array.of(random.next() | 0, random.next() | 0);

/** The same numbers on the host, of the ids 0 … n − 1, `[n, width]`. */
export function hostDraws(key: Int32Array, n: number, width: number): Float32Array {
  const draws = new Float32Array(n * width);
  uniformDrawsPair.portable([key, Int32Array.from({ length: n }, (_, id) => id)], draws, [[2], [n]], { width });
  return draws;
}

/** Uniform numbers `[ids.length, width]` of a key `[2]` int32; rows with the same id are the same. */
export const uniformDraws = (key: tf.Tensor1D, ids: tf.Tensor1D, width: number): tf.Tensor2D =>
  matrixOf(runPair(uniformDrawsPair, [key, ids], { width }));
