import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { z } from 'zod';
import { entry } from '../../src/domain/at';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import { startConfig } from '../../src/domain/presets';
import { isWebGPU } from '../../workers/engine/backends';
import { hook } from '../../workers/engine/capture/hook';
import { openDevice } from '../../workers/engine/device';
import { RecordingStep } from '../../workers/engine/recordingStep';
import { modelKind } from '../../workers/models/registry';
import { stream } from '../../workers/numbers/rng';
import { newBatches } from '../../workers/training/batches';
import { Steps } from '../../workers/training/steps';
import type { Subject } from './measure';
import { medianOf } from './quartiles';

export const timedKernelSchema = z.object({
  name: z.string(),
  /** Workgroups, and microseconds of the device: the median over plays. */
  groups: z.number(),
  us: z.number(),
});
export const kernelTimesSchema = z.object({
  device: z.string(),
  /** Milliseconds of a played step as it is, up to an idle device. */
  stepMs: z.number(),
  kernels: z.array(timedKernelSchema),
});
export type KernelTimes = z.infer<typeof kernelTimesSchema>;

const PLAYS = 7;

/** Every dispatch of a captured step with what the device's own clock says that it takes, each in a pass of its own. */
export async function measureKernels({ model: id, set, changes, options, host }: Subject): Promise<KernelTimes> {
  const device = await openDevice(host, { backend: 'webgpu', allowSoftware: true });
  const backend: unknown = tf.backend();
  if (!isWebGPU(backend) || !backend.device.features.has('timestamp-query'))
    throw new Error('This device has no clock for kernels (timestamp-query).');
  const config = completeConfig(id, startConfig(id, null, changes, set.dataset));
  const data = await set.read(id, config);
  const random = (name: string) => stream(options.seed, name);
  const model = await modelKind(id).build({ input: data.input, config, random, progress: async () => undefined });
  const graphs = await model.epochGraphs?.(0, new RecordingStep({ epoch: 0, stepInEpoch: 0, step: 0 }, random));
  if (graphs) model.useEpochGraphs?.(graphs);
  const sampler = newBatches(id, config, data, options.seed);
  const steps = new Steps({ model, sampler, sizes: data.input, trace: null, random });
  let step = 0;
  const take = (): Promise<unknown> => steps.take({ epoch: 0, stepInEpoch: 1, step: ++step }, 1e-3, false);
  for (let k = 0; k < 4; k++) await take();
  const { report } = steps;
  if (!report || report.refused !== null || report.played === 0)
    throw new Error(`Its steps are not captured: ${report?.refused ?? 'none was played'}.`);
  const idle = (): Promise<undefined> => backend.device.queue.onSubmittedWorkDone();
  await idle();
  const start = performance.now();
  for (let k = 0; k < options.steps; k++) await take();
  await idle();
  const stepMs = (performance.now() - start) / options.steps;
  const plays: Timed[][] = [];
  for (let k = 0; k < PLAYS; k++) plays.push(await timedPlay(backend, take));
  const names = namesOf(backend);
  const kernels = entry(plays, 0).map(({ pipeline, groups }, place) => ({
    name: names.get(pipeline) ?? pipeline.label,
    groups,
    us: medianOf(plays.map((play) => entry(play, place).us)),
  }));
  device.check();
  const { name } = device.report;
  return { device: name, stepMs, kernels };
}

interface Timed {
  readonly pipeline: GPUComputePipeline;
  readonly groups: number;
  readonly us: number;
}

/** tfjs keeps its pipelines by the keys of their shaders, which begin with the kernel's name. */
function namesOf(backend: WebGPUBackend): ReadonlyMap<unknown, string> {
  const cache: unknown = Reflect.get(backend, 'pipelineCache');
  if (typeof cache !== 'object' || cache === null) throw new Error('tfjs keeps its pipelines elsewhere.');
  return new Map(
    Object.entries(cache).map(([key, pipeline]) => [
      pipeline,
      key.split(/[,;]/)[0]?.replace(/_(true|false|\d).*$/, '') ?? key,
    ]),
  );
}

/** Takes a step whose dispatches each have a pass of their own with the time at its beginning and end. */
async function timedPlay({ device }: WebGPUBackend, take: () => Promise<unknown>): Promise<Timed[]> {
  const most = 2048;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * most });
  const dispatches: { pipeline: GPUComputePipeline; groups: number }[] = [];
  const end = hook(device, 'createCommandEncoder', (create) => (descriptor) => {
    const encoder = create.call(device, descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => {
      let pipeline: GPUComputePipeline | null = null;
      let group: GPUBindGroup | null = null;
      const pass: Partial<GPUComputePassEncoder> = {
        setPipeline: (wanted) => void (pipeline = wanted),
        setBindGroup: (_: number, wanted: GPUBindGroup | null | undefined) => void (group = wanted ?? null),
        dispatchWorkgroups: (x, y = 1, z = 1) => {
          if (!pipeline) return;
          const first = 2 * dispatches.push({ pipeline, groups: x * y * z }) - 2;
          const own = begin({
            timestampWrites: { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 },
          });
          own.setPipeline(pipeline);
          own.setBindGroup(0, group);
          own.dispatchWorkgroups(x, y, z);
          own.end();
        },
        end: () => undefined,
      };
      return pass as GPUComputePassEncoder;
    };
    return encoder;
  });
  try {
    await take();
  } finally {
    end();
  }
  const bytes = 16 * dispatches.length;
  const made = device.createBuffer({ size: bytes, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const read = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, 2 * dispatches.length, made, 0);
  encoder.copyBufferToBuffer(made, 0, read, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const times = new BigUint64Array(read.getMappedRange().slice(0));
  [made, read, querySet].forEach((one) => one.destroy());
  return dispatches.map((one, place) => ({
    ...one,
    us: Number(entry(times, 2 * place + 1) - entry(times, 2 * place)) / 1000,
  }));
}

/** For each model its step, the sum of its kernels, and the kernels that take most, with their workgroups. */
export function kernelTable(
  rows: readonly { readonly model: ModelId; readonly times: KernelTimes }[],
  most = 12,
): string {
  return rows
    .map(({ model, times: { device, stepMs, kernels } }) => {
      const total = kernels.reduce((sum, { us }) => sum + us, 0);
      const slowest = [...kernels].sort((a, b) => b.us - a.us).slice(0, most);
      return [
        `${model}: ${stepMs.toFixed(2)} ms a step, ${kernels.length} kernels that take ${(total / 1000).toFixed(2)} ms; ${device}`,
        ...slowest.map(
          ({ name, groups, us }) => `${us.toFixed(1).padStart(10)} µs  ${String(groups).padStart(7)} groups  ${name}`,
        ),
      ].join('\n');
    })
    .join('\n\n');
}
