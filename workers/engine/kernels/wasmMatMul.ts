import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { addressOf, type SimdKernels } from '../simd/heap';
import { replaceOnWasm } from '../simd/replace';

/** From this depth on, in units of the result's rows, packing costs the backend more than multiplying. */
const DEEP = 8;

/**
 * The WASM backend multiplies with SIMD only when neither operand is transposed; with a flag it falls back to plain
 * loops, ten to thirty times slower. This replaces its kernel by one that transposes first, or, for the gradients of weights
 * (small results of deep sums, of which the backend would pack a copy for each), by the compiled product. Both gradients of
 * every product pass here.
 */
export function replaceWasmMatMul(): void {
  const transpose = tf.getKernel('Transpose', 'wasm');
  replaceOnWasm('BatchMatMul', ({ inputs: { a, b }, attrs, backend, kernels, stock }) => {
    if (!transpose || !a || !b || a.shape.length !== 2 || b.shape.length !== 2) return null;
    const [turnedA, turnedB] = [attrs['transposeA'] === true, attrs['transposeB'] === true];
    const compiled = kernels && multiply(backend, kernels, a, b, turnedA, turnedB);
    if (compiled) return compiled;

    const turn = (x: tf.TensorInfo, flag: boolean): tf.TensorInfo => {
      if (!flag) return x;
      const made = (kernels && transposed(backend, kernels, x)) ?? transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm: [1, 0] } });
      if (Array.isArray(made)) throw new Error('A transpose has one result.');
      return made;
    };
    const left = turn(a, turnedA);
    const right = turn(b, turnedB);
    const result = stock({ a: left, b: right }, { transposeA: false, transposeB: false });
    for (const [made, given] of [[left, a], [right, b]] as const) if (made !== given) backend.disposeData(made.dataId);
    return result;
  });
}

/** Null where the compiled product is not for these operands. */
function multiply(backend: BackendWasm, kernels: SimdKernels, a: tf.TensorInfo, b: tf.TensorInfo, turnedA: boolean, turnedB: boolean): tf.TensorInfo | null {
  const [m = 0, k = 0] = turnedA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = b.shape[turnedB ? 0 : 1] ?? 0;
  if (k < DEEP * m || a.dtype !== 'float32' || b.dtype !== 'float32' || m * k * n === 0) return null;
  const result = backend.makeOutput([m, n], 'float32');
  const packed = backend.makeOutput([kernels.packedNumbers(n)], 'float32');
  kernels.matMul(addressOf(backend, a), addressOf(backend, b), addressOf(backend, packed), addressOf(backend, result), m, k, n, turnedA, turnedB);
  backend.disposeData(packed.dataId);
  return result;
}

/** By the compiled loop, several times faster than the backend's; null where it is not for such a matrix. */
function transposed(backend: BackendWasm, kernels: SimdKernels, x: tf.TensorInfo): tf.TensorInfo | null {
  const [rows = 0, columns = 0] = x.shape;
  if (x.dtype !== 'float32' || rows * columns === 0) return null;
  const output = backend.makeOutput([columns, rows], 'float32');
  kernels.transpose(addressOf(backend, x), addressOf(backend, output), rows, columns);
  return output;
}
