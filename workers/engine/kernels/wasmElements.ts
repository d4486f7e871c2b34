import * as tf from '@tensorflow/tfjs-core';
import { hostView } from '../backends';
import { replaceOnWasm } from '../replace';
import { addressOf } from '../simd/heap';

/** The WASM backend takes exponentials one by one; contrastive losses take millions a step. This takes four at once. */
export function replaceWasmExp(): void {
  for (const [name, kernel] of [
    ['Exp', 'exponential'],
    ['Tanh', 'hyperbolicTangent'],
  ] as const) {
    replaceOnWasm(name, ({ inputs: { x }, backend, kernels }) => {
      const size = x ? tf.util.sizeFromShape(x.shape) : 0;
      if (!kernels || !x || x.dtype !== 'float32' || size === 0) return null;
      const output = backend.makeOutput(x.shape, 'float32');
      kernels[kernel](addressOf(backend, x), addressOf(backend, output), size);
      return output;
    });
  }
}

/** The WASM backend compares with a general loop over two shapes; dropout and leaky units compare with one number. */
export function replaceWasmComparisons(): void {
  for (const [name, orEqual] of [
    ['Greater', false],
    ['GreaterEqual', true],
  ] as const) {
    replaceOnWasm(name, ({ inputs: { a, b }, backend, kernels }) => {
      if (!kernels || !a || !b || b.shape.length > 0 || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
      const [limit] = hostView(backend, b);
      if (limit === undefined) return null;
      const output = backend.makeOutput(a.shape, 'bool');
      kernels.compare(
        addressOf(backend, a),
        addressOf(backend, output),
        tf.util.sizeFromShape(a.shape),
        limit,
        orEqual,
      );
      return output;
    });
  }
}
