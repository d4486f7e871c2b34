import * as tf from '@tensorflow/tfjs-core';
import { nodeHost } from '../../cli/nodeHost';
import { AppError } from '../../src/domain/errors';
import type { BackendName } from '../../src/domain/run';
import { openDevice, type Device } from '../../workers/engine/device';

/** Opens a backend in this process; null when the machine has no adapter for WebGPU, so that tests report themselves skipped. */
export async function openTestDevice(backend: BackendName): Promise<Device | null> {
  try {
    return await openDevice(await nodeHost(backend === 'webgpu', true), { backend, allowSoftware: true });
  } catch (error) {
    if (error instanceof AppError && error.code === 'GPU_UNAVAILABLE') return null;
    throw error;
  }
}

export async function values(make: () => tf.Tensor): Promise<Float32Array> {
  const { readFloats } = await import('../../workers/engine/backends');
  const tensor = tf.tidy(make);
  const result = await readFloats(tensor);
  tensor.dispose();
  return result;
}
