import * as tf from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BackendName } from '../../src/domain/backend';

/** Which backend an object is, told by what it can do: the three are loaded only when used. */
export const isWebGPU = (backend: unknown): backend is WebGPUBackend => has(backend, 'runWebGPUProgram');
export const isWasm = (backend: unknown): backend is BackendWasm => has(backend, 'typedArrayFromHeap');
export const isCpu = (backend: unknown): backend is MathBackendCPU => has(backend, 'blockSize');

function has(backend: unknown, member: string): boolean {
  return typeof backend === 'object' && backend !== null && member in backend;
}

export function activeBackend(): BackendName {
  const name = tf.getBackend();
  if (name === 'webgpu' || name === 'wasm' || name === 'cpu') return name;
  throw new Error(`No known backend is active (${name}).`);
}

/**
 * The live values of a tensor on the WASM heap or in the CPU backend: writing to them changes the tensor.
 * A view of the WASM heap is void after the next allocation, so take it after all outputs are made.
 */
export function hostView(backend: unknown, tensor: tf.TensorInfo): Float32Array | Int32Array {
  if (isWasm(backend)) return numeric(backend.typedArrayFromHeap(tensor));
  if (isCpu(backend)) return numeric(backend.data.get(tensor.dataId).values);
  throw new Error('Values of this backend are not in host memory.');
}

/** The device buffer of a tensor, uploaded if it was not yet. */
export function deviceBuffer(backend: WebGPUBackend, tensor: tf.TensorInfo): GPUBuffer {
  backend.uploadToGPU(tensor.dataId);
  const resource = backend.tensorMap.get(tensor.dataId).resource;
  if (resource instanceof GPUBuffer) return resource;
  throw new Error('The tensor is not in a device buffer.');
}

/** Submits what tfjs has recorded, so that commands of our own run after it. */
export function submitRecorded(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function numeric(values: unknown): Float32Array | Int32Array {
  if (values instanceof Float32Array || values instanceof Int32Array) return values;
  throw new Error('The tensor holds neither float32 nor int32 values.');
}

/**
 * A copy of a tensor's values. On WebGPU the copy is not cached beside the tensor, because parameters are updated in
 * their buffers and a cached copy would be stale.
 */
export async function readFloats(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await readRaw(tensor);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

async function readRaw(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
  const backend: unknown = tf.backend();
  if (isWebGPU(backend)) {
    const stored = backend.tensorMap.get(tensor.dataId);
    if (stored.resource instanceof GPUBuffer) {
      const bytes = await backend.getBufferData(stored.resource);
      return tensor.dtype === 'int32' ? new Int32Array(bytes, 0, tensor.size) : new Float32Array(bytes, 0, tensor.size);
    }
  }
  const values = numeric(await tensor.data());
  // The CPU backend gives the values themselves, WASM a copy.
  return isWasm(backend) ? values : values.slice();
}

/** The most bytes of one buffer that a kernel can be given on the active backend. */
export function largestBinding(): number {
  const backend: unknown = tf.backend();
  return isWebGPU(backend)
    ? Math.min(backend.device.limits.maxStorageBufferBindingSize, backend.device.limits.maxBufferSize)
    : Infinity;
}
