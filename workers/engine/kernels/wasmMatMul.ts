import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { isWasm } from '../backends';
import { addressOf, simdOf } from '../simd/heap';

const NAME = 'BatchMatMul';
let replaced = false;

/**
 * The WASM backend multiplies with SIMD only when neither operand is transposed; with a flag it falls back to plain
 * loops, ten to thirty times slower. This replaces its kernel by one that transposes first. Both gradients of every
 * product pass here. Remove when the backend does it by itself.
 */
export function replaceWasmMatMul(): void {
  const product = tf.getKernel(NAME, 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  if (replaced || !product || !transpose) return;
  replaced = true;
  tf.unregisterKernel(NAME, 'wasm');
  tf.registerKernel({
    ...product,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { a, b } = inputs;
      if (!isWasm(backend)) throw new Error('This product is for WASM alone.');
      if (!a || !b || a.shape.length !== 2 || b.shape.length !== 2 || !(attrs?.['transposeA'] || attrs?.['transposeB'])) {
        return product.kernelFunc({ inputs, backend, attrs: attrs ?? {} });
      }
      const turn = (x: tf.TensorInfo, flag: unknown): tf.TensorInfo => {
        if (!flag) return x;
        const made = transposed(backend, x) ?? transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm: [1, 0] } });
        if (Array.isArray(made)) throw new Error('A transpose has one result.');
        return made;
      };
      const left = turn(a, attrs['transposeA']);
      const right = turn(b, attrs['transposeB']);
      const result = product.kernelFunc({ inputs: { a: left, b: right }, backend, attrs: { transposeA: false, transposeB: false } });
      for (const [made, given] of [[left, a], [right, b]] as const) if (made !== given) backend.disposeData(made.dataId);
      return result;
    },
  });
}

/** By the compiled loop, several times faster than the backend's; null where there is none. */
function transposed(backend: BackendWasm, x: tf.TensorInfo): tf.TensorInfo | null {
  const kernels = simdOf(backend);
  const [rows = 0, columns = 0] = x.shape;
  if (!kernels || x.dtype !== 'float32' || rows * columns === 0) return null;
  const output = backend.makeOutput([columns, rows], 'float32');
  kernels.transpose(addressOf(backend, x), addressOf(backend, output), rows, columns);
  return output;
}
