import * as tf from '@tensorflow/tfjs-core';
import { testHost } from '#test-host';
import { afterAll, beforeAll, describe, it, type TestContext } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { BackendName } from '../../src/domain/backend';
import { readFloats } from '../../workers/engine/backends';
import { openDevice, type Device } from '../../workers/engine/device';

export const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

/** Opens a backend; null when the machine has no adapter for WebGPU, so that tests report themselves skipped. */
export async function openTestDevice(backend: BackendName): Promise<Device | null> {
  try {
    return await openDevice(await testHost(backend === 'webgpu'), { backend, allowSoftware: true });
  } catch (error) {
    if (error instanceof AppError && error.code === 'GPU_UNAVAILABLE') return null;
    throw error;
  }
}

type DeviceTest = (name: string, run: (device: Device) => Promise<void>) => void;

/** A suite on one open device. Without one its tests are skipped, not passed; a device that complained fails its test. */
export function describeOn(backend: BackendName, title: string, define: (test: DeviceTest) => void): void {
  describe(`${title} on ${backend}`, () => {
    let device: Device | null = null;
    beforeAll(async () => {
      device = await openTestDevice(backend);
    });
    afterAll(() => device?.close());
    define((name, run) =>
      it(name, async (context: TestContext) => {
        if (!device) return context.skip();
        await run(device);
        device.check();
      }));
  });
}

/** Computes a tensor and reads it. */
export async function values(make: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(make);
  const result = await readFloats(tensor);
  tensor.dispose();
  return result;
}

/** Largest absolute difference; NaN anywhere counts as infinite. */
export function worst(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity;
  let result = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    if (!(difference <= result)) result = Number.isNaN(difference) ? Infinity : difference;
  }
  return result;
}
