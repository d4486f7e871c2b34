import * as tf from '@tensorflow/tfjs-core';
import { addressOf } from '../simd/heap';
import { replaceOnWasm } from '../replace';

/** The WASM backend takes exponentials one by one; contrastive losses take millions a step. This takes four at once. */
export function replaceWasmExp(): void {
  replaceOnWasm('Exp', ({ inputs: { x }, backend, kernels }) => {
    const size = x ? tf.util.sizeFromShape(x.shape) : 0;
    if (!kernels || !x || x.dtype !== 'float32' || size === 0) return null;
    const output = backend.makeOutput(x.shape, 'float32');
    kernels.exponential(addressOf(backend, x), addressOf(backend, output), size);
    return output;
  });
}
