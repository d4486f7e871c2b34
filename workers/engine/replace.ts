import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { isWasm } from './backends';
import { simdOf } from './simd/heap';
import { type SimdKernels } from './simd/kernels';

type Made = tf.TensorInfo | tf.TensorInfo[];

interface Call<Backend> {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: tf.NamedAttrMap;
  readonly backend: Backend;
}

/** `kernels` is null where the engine knows no SIMD. */
export interface WasmCall extends Call<BackendWasm> {
  readonly kernels: SimdKernels | null;
}

const replaced = new Set<string>();

/** Puts `work` in the place of a backend's kernel; where it answers null the backend's own runs. */
export function replaceOn(backendName: string, name: string, work: (call: Call<unknown>) => Made | null): void {
  const stock = tf.getKernel(name, backendName);
  const key = `${backendName} ${name}`;
  if (replaced.has(key) || !stock) return;
  replaced.add(key);
  tf.unregisterKernel(name, backendName);
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const given = attrs ?? {};
      return work({ inputs, attrs: given, backend }) ?? stock.kernelFunc({ inputs, backend, attrs: given });
    },
  });
}

/** As `replaceOn`, on the WASM backend. */
export function replaceOnWasm(name: string, work: (call: WasmCall) => Made | null): void {
  replaceOn('wasm', name, ({ backend, ...call }) =>
    isWasm(backend) ? work({ ...call, backend, kernels: simdOf(backend) }) : null,
  );
}
