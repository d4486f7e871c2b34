import * as tf from '@tensorflow/tfjs-core';
import { isWasm } from '../backends';
import { addressOf, simdOf } from '../simd/heap';

const NAME = 'Exp';
let replaced = false;

/** The WASM backend takes exponentials one by one; contrastive losses take millions a step. This takes four at once. */
export function replaceWasmExp(): void {
  const stock = tf.getKernel(NAME, 'wasm');
  if (replaced || !stock) return;
  replaced = true;
  tf.unregisterKernel(NAME, 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x } = inputs;
      if (!isWasm(backend)) throw new Error('This exponential is for WASM alone.');
      const kernels = simdOf(backend);
      const size = x ? tf.util.sizeFromShape(x.shape) : 0;
      if (!kernels || !x || x.dtype !== 'float32' || size === 0) return stock.kernelFunc({ inputs, backend, attrs: attrs ?? {} });
      const output = backend.makeOutput(x.shape, 'float32');
      kernels.exponential(addressOf(backend, x), addressOf(backend, output), size);
      return output;
    },
  });
}
