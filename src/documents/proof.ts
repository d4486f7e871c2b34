import type { DeviceProof } from '../domain/proof';
import { z } from './schemas';

/** What was found out about a device, in storage, files and links alike. */

const words = z.string().max(300);
/** A share; null where the device gave no number. */
const error = z.number().min(0).nullable();
const rate = z.number().min(0);

export const deviceProof: z.ZodType<DeviceProof> = z.strictObject({
  app: words,
  made: z.iso.datetime(),
  device: z.strictObject({
    backend: z.enum(['webgpu', 'wasm', 'cpu']),
    name: words,
    vendor: words,
    architecture: words,
    software: z.boolean(),
  }),
  largestTable: rate.nullable(),
  kernels: z
    .array(z.strictObject({ kernel: words, error, allowed: rate, failure: words.nullable() }))
    .min(1)
    .max(200),
  models: z
    .array(
      z.strictObject({
        model: words,
        loss: error,
        gradients: error,
        agrees: z.boolean(),
        failure: words.nullable(),
        stepMs: rate.nullable(),
        wasmStepMs: rate.nullable(),
      }),
    )
    .max(200),
  throughput: z.strictObject({ matrixProductGflops: rate, sparseProductGbPerSecond: rate }).nullable(),
});
