import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { isWasm, isWebGPU } from './backends';
import { simdOf } from './simd/heap';
import { type SimdKernels } from './simd/kernels';

type Made = tf.TensorInfo | tf.TensorInfo[];

interface Call<B> {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: tf.NamedAttrMap;
  readonly backend: B;
  /** What the backend itself would have done. */
  readonly stock: (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => Made;
}

/** On WASM; `kernels` is null where the engine knows no SIMD. */
export type WasmCall = Call<BackendWasm> & { readonly kernels: SimdKernels | null };

const replaced = new Set<string>();

/** Puts `work` in the place of a kernel of a backend; where it answers null the backend's own runs. */
function replaceKernel(name: string, backendName: string, work: (call: Call<unknown>) => Made | null): void {
  const stock = tf.getKernel(name, backendName);
  const place = `${backendName}/${name}`;
  if (replaced.has(place) || !stock) return;
  replaced.add(place);
  tf.unregisterKernel(name, backendName);
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const given = attrs ?? {};
      const own = work({
        inputs,
        attrs: given,
        backend,
        stock: (some, others) => stock.kernelFunc({ inputs: some, backend, attrs: others }),
      });
      return own ?? stock.kernelFunc({ inputs, backend, attrs: given });
    },
  });
}

export function replaceOnWasm(name: string, work: (call: WasmCall) => Made | null): void {
  replaceKernel(name, 'wasm', ({ backend, ...call }) =>
    isWasm(backend) ? work({ ...call, backend, kernels: simdOf(backend) }) : null,
  );
}

/** Adapters whose shaders run on the processor. */
const software = new WeakSet<object>();

export const declareSoftware = (backend: object): WeakSet<object> => software.add(backend);

/** Only on adapters that were declared software; on a graphics processor the backend's own kernel stays. */
export function replaceOnSoftware(name: string, work: (call: Call<WebGPUBackend>) => Made | null): void {
  replaceKernel(name, 'webgpu', ({ backend, ...call }) =>
    isWebGPU(backend) && software.has(backend) ? work({ ...call, backend }) : null,
  );
}
