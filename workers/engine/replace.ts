import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { isWasm } from './backends';
import { simdOf } from './simd/heap';
import { type SimdKernels } from './simd/kernels';

type Made = tf.TensorInfo | tf.TensorInfo[];

/** `kernels` is null where the engine knows no SIMD. */
export interface WasmCall {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: tf.NamedAttrMap;
  readonly backend: BackendWasm;
  readonly kernels: SimdKernels | null;
}

const replaced = new Set<string>();

/** Puts `work` in the place of a kernel of the WASM backend; where it answers null the backend's own runs. */
export function replaceOnWasm(name: string, work: (call: WasmCall) => Made | null): void {
  const stock = tf.getKernel(name, 'wasm');
  if (replaced.has(name) || !stock) return;
  replaced.add(name);
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const given = attrs ?? {};
      const own = isWasm(backend) ? work({ inputs, attrs: given, backend, kernels: simdOf(backend) }) : null;
      return own ?? stock.kernelFunc({ inputs, backend, attrs: given });
    },
  });
}
