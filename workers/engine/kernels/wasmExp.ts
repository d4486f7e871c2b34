import * as tf from '@tensorflow/tfjs-core';
import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';

/** The WASM backend takes exponentials one by one; contrastive losses take millions a step. This takes four at once. */
export function replaceWasmExp(): void {
  for (const [name, kernel] of [['Exp', 'exponential'], ['Tanh', 'hyperbolicTangent']] as const) {
    replaceOnWasm(name, ({ inputs: { x }, backend, kernels }) => {
      const size = x ? tf.util.sizeFromShape(x.shape) : 0;
      if (!kernels || !x || x.dtype !== 'float32' || size === 0) return null;
      const output = backend.makeOutput(x.shape, 'float32');
      kernels[kernel](addressOf(backend, x), addressOf(backend, output), size);
      return output;
    });
  }
}
