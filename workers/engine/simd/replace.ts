import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { isWasm } from '../backends';
import { simdOf, type SimdKernels } from './heap';

export interface Call {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: tf.NamedAttrMap;
  readonly backend: BackendWasm;
  /** Null where the engine knows no SIMD. */
  readonly kernels: SimdKernels | null;
  /** What the backend itself would have done. */
  readonly stock: (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => tf.TensorInfo | tf.TensorInfo[];
}

const replaced = new Set<string>();

/** Puts `work` in the place of a kernel of the WASM backend; where it answers null the backend's own runs. */
export function replaceOnWasm(name: string, work: (call: Call) => tf.TensorInfo | tf.TensorInfo[] | null): void {
  const stock = tf.getKernel(name, 'wasm');
  if (replaced.has(name) || !stock) return;
  replaced.add(name);
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) => {
      if (!isWasm(backend)) throw new Error(`This ${name} is for WASM alone.`);
      const given = attrs ?? {};
      const own = work({ inputs, attrs: given, backend, kernels: simdOf(backend), stock: (some, others) => stock.kernelFunc({ inputs: some, backend, attrs: others }) });
      return own ?? stock.kernelFunc({ inputs, backend, attrs: given });
    },
  });
}
