import { entry } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';
import { type SimdKernels } from '../simd/kernels';
import { pieceOf } from './piece';

const BYTES = 4;

/** Numbers of four bytes: what is copied as it is. */
const isPlain = ({ dtype }: tf.TensorInfo): boolean => dtype === 'float32' || dtype === 'int32';

/** The WASM backend gathers number by number, a hundred times slower than memory is copied; batches are gathered several times a step. */
export function replaceWasmGather(): void {
  replaceOnWasm('GatherV2', ({ inputs: { x, indices }, attrs, backend, kernels }) => {
    if (
      !kernels ||
      !x ||
      !indices ||
      !isPlain(x) ||
      indices.dtype !== 'int32' ||
      attrs['axis'] !== 0 ||
      (attrs['batchDims'] ?? 0) !== 0
    )
      return null;
    const [rows = 0, ...rest] = x.shape;
    const width = tf.util.sizeFromShape(rest);
    const count = tf.util.sizeFromShape(indices.shape);
    if (rows * width * count === 0) return null;
    const output = backend.makeOutput([...indices.shape, ...rest], x.dtype);
    const wrong = kernels.gatherRows(
      addressOf(backend, x),
      addressOf(backend, indices),
      addressOf(backend, output),
      rows,
      count,
      width,
    );
    if (wrong < 0) return output;
    backend.disposeData(output.dataId);
    throw new Error(`The row index at place ${wrong} lies outside of a table of ${rows} rows.`);
  });
}

/** Numbers of `shape` before, in one step along, and within one step of `axis`. */
function around(shape: readonly number[], axis: number): { readonly outer: number; readonly inner: number } {
  return { outer: tf.util.sizeFromShape(shape.slice(0, axis)), inner: tf.util.sizeFromShape(shape.slice(axis + 1)) };
}

/** `x` from `first` to `first + size` along `axis`. */
function cut(
  backend: BackendWasm,
  kernels: SimdKernels,
  x: tf.TensorInfo,
  axis: number,
  first: number,
  size: number,
): tf.TensorInfo {
  const { outer, inner } = around(x.shape, axis);
  const output = backend.makeOutput(
    x.shape.map((length, a) => (a === axis ? size : length)),
    x.dtype,
  );
  kernels.copyColumns(
    addressOf(backend, x) + BYTES * first * inner,
    addressOf(backend, output),
    outer,
    entry(x.shape, axis) * inner,
    size * inner,
    size * inner,
  );
  return output;
}

/** To cut a piece out of a tensor the WASM backend copies all of it into JavaScript first, or goes row by row there. */
export function replaceWasmCuts(): void {
  replaceOnWasm('Slice', ({ inputs: { x }, attrs, backend, kernels }) => {
    if (!kernels || !x || !isPlain(x)) return null;
    const piece = pieceOf(x, attrs);
    return piece && cut(backend, kernels, x, piece.axis, piece.first, piece.size);
  });
  replaceOnWasm('SplitV', ({ inputs: { x }, attrs, backend, kernels }) => {
    const parts = attrs['numOrSizeSplits'];
    if (!kernels || !x || !isPlain(x) || x.shape.includes(0)) return null;
    const [axis = 0] = tf.util.parseAxisParam(Number(attrs['axis']), x.shape);
    const length = entry(x.shape, axis);
    const sizes = Array.isArray(parts)
      ? parts.map(Number)
      : new Array<number>(Number(parts)).fill(length / Number(parts));
    if (sizes.some((size) => !(size > 0)) || sizes.reduce((sum, size) => sum + size, 0) !== length) return null;
    let first = 0;
    return sizes.map((size) => {
      const output = cut(backend, kernels, x, axis, first, size);
      first += size;
      return output;
    });
  });
  replaceOnWasm('Unpack', ({ inputs: { value: x }, attrs, backend, kernels }) => {
    if (!kernels || !x || !isPlain(x) || x.shape.includes(0)) return null;
    const [axis = 0] = tf.util.parseAxisParam(Number(attrs['axis']), x.shape);
    const shape = x.shape.filter((_, a) => a !== axis);
    return Array.from({ length: entry(x.shape, axis) }, (_, place) => ({
      ...cut(backend, kernels, x, axis, place, 1),
      shape,
    }));
  });
}

/** Replaces transposes of stacks of matrices, `[n, m, d]` → `[m, n, d]`, where rows stay whole. The WASM backend moves number by number. */
export function replaceWasmTranspose(): void {
  replaceOnWasm('Transpose', ({ inputs: { x }, attrs: { perm }, backend, kernels }) => {
    if (!kernels || !x || !isPlain(x) || x.shape.length !== 3 || !Array.isArray(perm) || perm.join() !== '1,0,2')
      return null;
    const [n = 0, m = 0, d = 0] = x.shape;
    const output = backend.makeOutput([m, n, d], x.dtype);
    const [from, to] = [addressOf(backend, x), addressOf(backend, output)];
    for (let place = 0; place < m; place++)
      kernels.copyColumns(from + BYTES * place * d, to + BYTES * place * n * d, n, m * d, d, d);
    return output;
  });
}

/** The WASM backend joins columns row by row in JavaScript: a mixture's scores come expert by expert. */
export function replaceWasmConcat(): void {
  replaceOnWasm('Concat', ({ inputs, attrs, backend, kernels }) => {
    const given = Object.values(inputs).flatMap((x) => x ?? []);
    const [first] = given;
    if (!kernels || !first || !given.every((x) => isPlain(x) && x.dtype === first.dtype && !x.shape.includes(0)))
      return null;
    const [axis = 0] = tf.util.parseAxisParam(Number(attrs['axis']), first.shape);
    const { outer, inner } = around(first.shape, axis);
    const lengths = given.map(({ shape }) => entry(shape, axis) * inner);
    const whole = lengths.reduce((sum, length) => sum + length, 0);
    const output = backend.makeOutput(
      first.shape.map((length, a) => (a === axis ? whole / inner : length)),
      first.dtype,
    );
    let to = addressOf(backend, output);
    given.forEach((x, k) => {
      const length = entry(lengths, k);
      kernels.copyColumns(addressOf(backend, x), to, outer, length, whole, length);
      to += BYTES * length;
    });
    return output;
  });
}

/** The WASM backend copies what is only given another name; the tape names every value that a gradient needs. */
export function replaceWasmIdentity(): void {
  replaceOnWasm('Identity', ({ inputs: { x }, backend }) => {
    if (!x || x.dtype === 'string') return null;
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}
