import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { z } from 'zod';
import { completeConfig, protocolOf } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { isWebGPU } from '../../workers/engine/backends';
import { hook } from '../../workers/engine/capture/hook';
import { webgpuBackendOn } from '../../workers/engine/device';
import { registerKernels } from '../../workers/engine/kernels/register';
import { RecordingStep } from '../../workers/engine/recordingStep';
import { modelKind } from '../../workers/models/registry';
import { TILES } from '../../workers/engine/tiles';
import { stream } from '../../workers/numbers/rng';
import { newBatches } from '../../workers/training/batches';
import { Steps } from '../../workers/training/steps';
import { medianOf } from './quartiles';
import type { BenchSet } from './sets';

/** One kernel of a step, with what it moves and computes. */
export const kernelSchema = z.object({
  name: z.string(),
  bytes: z.number(),
  flops: z.number(),
  groups: z.number().optional(),
});
export type Kernel = z.infer<typeof kernelSchema>;

export const hostFiguresSchema = z.object({
  batchSize: z.number(),
  stepsPerEpoch: z.number(),
  /** Kernels of a step. */
  kernels: z.number(),
  /** Host milliseconds of a step, taken the ordinary way and played. */
  ordinaryMs: z.number(),
  capturedMs: z.number().nullable(),
  /** Of these: drawing the batch and its index tables. */
  batchMs: z.number(),
  refused: z.string().nullable(),
  /** Of tfjs's programs, in order; Adam and the sums are dispatched beside them. */
  programs: z.array(kernelSchema),
});
export type HostFigures = z.infer<typeof hostFiguresSchema>;

const ROUNDS = 8;
const ORDINARY = 20;
const PLAYED = 30;

/**
 * A step on Dawn's null backend, whose dispatches do nothing: what is left is the host's time. Nothing that is read there is true, so
 * values are not looked at.
 */
export async function measureHostTime(
  model: ModelId,
  set: BenchSet,
  changes: Config,
  seed: number,
): Promise<HostFigures> {
  const backend = await openNull();
  const config = completeConfig(model, changes);
  const data = await set.read(model, config);
  const { input } = data;
  standInNeighbours(backend, input.items);
  const { batchSize } = protocolOf(config);
  const random = (name: string) => stream(seed, name);
  const built = await modelKind(model).build({ input, config, random, progress: async () => undefined });
  const sampler = newBatches(model, config, data, seed);
  const parts = { model: built, sampler, sizes: input, trace: null, random };
  const graphs = await built.epochGraphs?.(0, new RecordingStep({ epoch: 0, stepInEpoch: 0, step: 0 }, random));
  if (graphs) built.useEpochGraphs?.(graphs);

  const [ordinary, captured] = [new Steps({ ...parts, capture: false }), new Steps(parts)];
  let step = 0;
  const take = async (steps: Steps): Promise<number> => {
    step += 1;
    const start = performance.now();
    await steps.take({ epoch: 0, stepInEpoch: 1, step }, 1e-3, false);
    return performance.now() - start;
  };
  // The first compiles shaders, which the null backend does too.
  await take(ordinary);
  const programs = await listened(backend, () => take(ordinary));
  const times = { ordinary: [] as number[], captured: [] as number[], batch: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (let k = 0; k < ORDINARY; k++) times.ordinary.push(await take(ordinary));
    for (let k = 0; k < 3 && captured.report?.refused === null; k++) await take(captured);
    for (let k = 0; k < PLAYED && captured.report?.refused === null; k++) times.captured.push(await take(captured));
    captured.rest();
    const start = performance.now();
    sampler.next();
    times.batch.push(performance.now() - start);
  }
  const report = captured.report;
  return {
    batchSize,
    stepsPerEpoch: sampler.stepsPerEpoch,
    kernels: report?.kernels ?? programs.length,
    ordinaryMs: medianOf(times.ordinary),
    capturedMs: times.captured.length > 0 ? medianOf(times.captured) : null,
    batchMs: medianOf(times.batch),
    refused: report?.refused ?? null,
    programs,
  };
}

/** tfjs on a device whose dispatches do nothing and cost nothing. */
async function openNull(): Promise<WebGPUBackend> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create(['backend=null']);
  Object.defineProperty(globalThis, 'navigator', { value: { ...globalThis.navigator, gpu }, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend.');
  const limits: Record<string, number> = {};
  for (const key of ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage'] as const)
    limits[key] = adapter.limits[key];
  const device = await adapter.requestDevice({ requiredLimits: limits });
  let complaint: string | null = null;
  device.addEventListener('uncapturederror', ({ error }) => (complaint ??= error.message));
  await webgpuBackendOn(device, adapter.info);
  registerKernels();
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend)) throw new Error(complaint ?? 'The null backend did not open.');
  return backend;
}

/** Neighbours of items are found on the device, block by block: here each has the items that follow it. */
function standInNeighbours(backend: WebGPUBackend, items: number): void {
  const blockRows = TILES.similarity(items);
  const blocks = Math.ceil(items / blockRows);
  let calls = 0;
  backend.getBufferData = async ({ size }) => {
    const first = (calls++ % blocks) * blockRows;
    const width = Math.floor(size / 4 / blockRows);
    return Float32Array.from({ length: size / 4 }, (_, place) => {
      const rank = place % width;
      return rank < width / 2 ? (first + Math.floor(place / width) + 1 + rank) % items : 1 / (1 + rank);
    }).buffer;
  };
}

/** What tfjs dispatches while `work` is done. */
async function listened(backend: WebGPUBackend, work: () => Promise<unknown>): Promise<Kernel[]> {
  const kernels: Kernel[] = [];
  const end = hook(backend, 'runWebGPUProgram', (run) => (program, inputs, ...rest) => {
    const made = run.call(backend, program, inputs, ...rest);
    kernels.push(kernelOf(program, inputs, made));
    return made;
  });
  await work();
  end();
  return kernels;
}

const sizeOf = ({ shape }: tf.TensorInfo): number => tf.util.sizeFromShape(shape);

function kernelOf(
  program: { readonly shaderKey: string; readonly dispatch: readonly number[] },
  inputs: readonly tf.TensorInfo[],
  made: tf.TensorInfo,
): Kernel {
  const name = program.shaderKey.split(',')[0]?.replace(/_(true|false|\d).*$/, '') ?? 'kernel';
  const each = inputs.reduce((sum, input) => sum + sizeOf(input), sizeOf(made));
  const [a, b, x] = inputs;
  const width = made.shape.at(-1) ?? 1;
  // A sparse product reads a row of its operand for each entry; a gather one for each index.
  const sparse = name.includes('CsrProduct') && b && x ? sizeOf(b) * width - sizeOf(x) : 0;
  const gathered = /gather|NodeRows/i.test(name) && a ? sizeOf(made) - sizeOf(a) : 0;
  const inner = /matmul/i.test(name) && a ? innerOf(a, made) : 0;
  const flops = inner > 0 ? 2 * sizeOf(made) * inner : sparse > 0 ? 2 * sizeOf(b!) * width : sizeOf(made);
  const groups = program.dispatch.reduce((product, count) => product * count, 1);
  return { name, bytes: 4 * (each + sparse + gathered), flops, groups };
}

/** The length that a product of matrices sums over: `a` has the rows of the result and it. */
function innerOf(a: tf.TensorInfo, made: tf.TensorInfo): number {
  const batch = tf.util.sizeFromShape(made.shape.slice(0, -2));
  const rows = made.shape.at(-2) ?? 1;
  return sizeOf(a) / Math.max(1, batch * rows);
}
