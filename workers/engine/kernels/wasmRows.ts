import * as tf from '@tensorflow/tfjs-core';
import { addressOf } from '../simd/heap';
import { replaceOnWasm } from '../replace';

/** Numbers of four bytes: what is copied as it is. */
const isPlain = ({ dtype }: tf.TensorInfo): boolean => dtype === 'float32' || dtype === 'int32';

/** The WASM backend gathers number by number, a hundred times slower than memory is copied; batches are gathered several times a step. */
export function replaceWasmGather(): void {
  replaceOnWasm('GatherV2', ({ inputs: { x, indices }, attrs, backend, kernels }) => {
    if (!kernels || !x || !indices || !isPlain(x) || indices.dtype !== 'int32' || attrs['axis'] !== 0 || (attrs['batchDims'] ?? 0) !== 0) return null;
    const [rows = 0, ...rest] = x.shape;
    const width = tf.util.sizeFromShape(rest);
    const count = tf.util.sizeFromShape(indices.shape);
    if (rows * width * count === 0) return null;
    const output = backend.makeOutput([...indices.shape, ...rest], x.dtype);
    const wrong = kernels.gatherRows(addressOf(backend, x), addressOf(backend, indices), addressOf(backend, output), rows, count, width);
    if (wrong < 0) return output;
    backend.disposeData(output.dataId);
    throw new Error(`The row index at place ${wrong} lies outside of a table of ${rows} rows.`);
  });
}

/** The WASM backend cuts a matrix into columns row by row in JavaScript: the gradient of each joining of experts' parts. */
export function replaceWasmSplit(): void {
  replaceOnWasm('SplitV', ({ inputs: { x }, attrs, backend, kernels }) => {
    const parts = attrs['numOrSizeSplits'];
    if (!kernels || !x || !isPlain(x) || x.shape.length !== 2 || (attrs['axis'] !== 1 && attrs['axis'] !== -1) || !Array.isArray(parts)) return null;
    const [rows = 0, width = 0] = x.shape;
    const sizes = parts.map(Number);
    if (rows === 0 || sizes.some((size) => !(size > 0)) || sizes.reduce((sum, size) => sum + size, 0) !== width) return null;
    let first = 0;
    return sizes.map((size) => {
      const output = backend.makeOutput([rows, size], x.dtype);
      kernels.copyColumns(addressOf(backend, x), addressOf(backend, output), rows, width, first, size);
      first += size;
      return output;
    });
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
