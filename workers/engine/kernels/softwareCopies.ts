import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';
import { pieceOf } from './piece';

/** Numbers that are moved at once. */
const FOUR = 4;

/**
 * `x [n, w]` from column `first`, `width` columns: of the rows that `rows [m]` names, or, without it, of `height` rows of which the first is
 * `−above`. Zeros where x has no such row. All in whole fours.
 */
export const softwareRowsPair: KernelPair = {
  name: 'LodestoneSoftwareRows',
  inputs: ['x', 'rows'],
  outputShape: ([, rows], { width = 0, height = 0 }) => [rows ? (rows[0] ?? 0) : height, width],

  portable: ([x, rows], output, [[n = 0, w = 0] = []], { width = 0, first = 0, above = 0 }) => {
    if (!x) throw new Error('There is a table to copy from.');
    for (let at = 0; at * width < output.length; at++) {
      const row = rows ? rows[at]! : at - above;
      for (let c = 0; c < width; c++) output[at * width + c] = row >= 0 && row < n ? x[row * w + first + c]! : 0;
    }
  },

  wgsl: ([, rows], { width = 0, first = 0, above = 0 }) => ({
    key: [rows !== undefined, width, first, above].join('_'),
    inputComponents: rows ? [FOUR, 1] : [FOUR],
    outputComponent: FOUR,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let at = index / ${width / FOUR};
          let row = ${rows ? 'i32(rows[at])' : `at - ${above}`};
          let column = ${first / FOUR} + index % ${width / FOUR};
          result[index] = vec4<f32>(0.0);
          if (row >= 0 && row < uniforms.xShape[0]) { result[index] = x[row * (uniforms.xShape[1] / ${FOUR}) + column]; }
        }
      }`,
  }),
};

/** `[a, b]` side by side, `[n, p]` and `[n, q]` → `[n, p + q]`, in whole fours. */
export const softwareJoinPair: KernelPair = {
  name: 'LodestoneSoftwareJoin',
  inputs: ['a', 'b'],
  outputShape: ([a = [], b = []]) => [a[0] ?? 0, (a[1] ?? 0) + (b[1] ?? 0)],

  portable: ([a, b], output, [[n = 0, p = 0] = [], [, q = 0] = []]) => {
    if (!a || !b) throw new Error('There are two tables to join.');
    for (let row = 0; row < n; row++) {
      for (let c = 0; c < p; c++) output[row * (p + q) + c] = a[row * p + c]!;
      for (let c = 0; c < q; c++) output[row * (p + q) + p + c] = b[row * q + c]!;
    }
  },

  wgsl: ([[, p = 0] = [], [, q = 0] = []]) => ({
    key: [p, q].join('_'),
    inputComponents: [FOUR, FOUR],
    outputComponent: FOUR,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / ${(p + q) / FOUR};
          let column = index % ${(p + q) / FOUR};
          if (column < ${p / FOUR}) { result[index] = a[row * ${p / FOUR} + column]; } else { result[index] = b[row * ${q / FOUR} + column - ${p / FOUR}]; }
        }
      }`,
  }),
};

const inFours = (...counts: readonly number[]): boolean => counts.every((count) => count > 0 && count % FOUR === 0);
const sizeOf = (shape: readonly number[]): number => tf.util.sizeFromShape([...shape]);

/** `x` from `first` to `first + size` along `axis`; null where that is not in fours. */
function cut(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  axis: number,
  first: number,
  size: number,
): tf.TensorInfo | null {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const across = (x.shape[axis] ?? 0) * inner;
  if (outer === 0 || !inFours(across, size * inner) || (first * inner) % FOUR !== 0) return null;
  const made = runOnDevice(backend, softwareRowsPair, [{ ...x, shape: [outer, across] }], {
    width: size * inner,
    first: first * inner,
    height: outer,
  });
  return { ...made, shape: x.shape.map((length, a) => (a === axis ? size : length)) };
}

/** The backend moves number by number and computes each one's place in every dimension; here four of a row go at once. */
export function replaceSoftwareCopies(): void {
  replaceOnSoftware('GatherV2', ({ inputs: { x, indices }, attrs, backend }) => {
    if (x?.dtype !== 'float32' || indices?.dtype !== 'int32' || attrs['axis'] !== 0 || (attrs['batchDims'] ?? 0) !== 0)
      return null;
    const [rows = 0, ...rest] = x.shape;
    const width = sizeOf(rest);
    const count = sizeOf(indices.shape);
    if (rows * count === 0 || !inFours(width)) return null;
    const made = runOnDevice(
      backend,
      softwareRowsPair,
      [
        { ...x, shape: [rows, width] },
        { ...indices, shape: [count] },
      ],
      { width, first: 0 },
    );
    return { ...made, shape: [...indices.shape, ...rest] };
  });
  replaceOnSoftware('Slice', ({ inputs: { x }, attrs, backend }) => {
    const piece = x?.dtype === 'float32' ? pieceOf(x, attrs) : null;
    return x && piece ? cut(backend, x, piece.axis, piece.first, piece.size) : null;
  });
  // The gradient of a piece.
  replaceOnSoftware('PadV2', ({ inputs: { x }, attrs: { paddings, constantValue }, backend }) => {
    if (
      x?.dtype !== 'float32' ||
      constantValue !== 0 ||
      !Array.isArray(paddings) ||
      x.shape.length === 0 ||
      x.shape.includes(0)
    )
      return null;
    const around = paddings.map((pair: unknown) => (Array.isArray(pair) ? pair.map(Number) : []));
    if (around.slice(1).some(([before, after]) => before !== 0 || after !== 0)) return null;
    const [rows = 0, ...rest] = x.shape;
    const [above = 0, below = 0] = around[0] ?? [];
    const width = sizeOf(rest);
    if (!inFours(width)) return null;
    const height = above + rows + below;
    return {
      ...runOnDevice(backend, softwareRowsPair, [{ ...x, shape: [rows, width] }], { width, first: 0, above, height }),
      shape: [height, ...rest],
    };
  });
  replaceOnSoftware('Concat', ({ inputs, attrs, backend }) => {
    const [a, b, ...others] = Object.values(inputs);
    if (a?.dtype !== 'float32' || b?.dtype !== 'float32' || others.length > 0) return null;
    const [axis = 0] = tf.util.parseAxisParam(Number(attrs['axis']), a.shape);
    const outer = sizeOf(a.shape.slice(0, axis));
    const [p, q] = [sizeOf(a.shape.slice(axis)), sizeOf(b.shape.slice(axis))];
    if (outer === 0 || !inFours(p, q)) return null;
    const made = runOnDevice(
      backend,
      softwareJoinPair,
      [
        { ...a, shape: [outer, p] },
        { ...b, shape: [outer, q] },
      ],
      {},
    );
    return { ...made, shape: a.shape.map((length, at) => (at === axis ? length + (b.shape[axis] ?? 0) : length)) };
  });
}
