import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Metrics } from '../../src/domain/metrics';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type ModelId } from '../../src/domain/models/table';
import type { EpochPoint, TermPoint } from '../../src/domain/run';
import { isWebGPU } from '../../workers/engine/backends';
import type { Device } from '../../workers/engine/device';
import { readValues } from '../../workers/engine/parameters';
import { newRanker } from '../../workers/engine/ranking';
import { withRepresentation } from '../../workers/engine/representation';
import { stream } from '../../workers/numbers/rng';
import { evaluate, heldOut, pairsOf } from '../../workers/training/evaluator';
import { MAX_CUTOFF } from '../../workers/training/metrics';
import { newBatches } from '../../workers/training/batches';
import { Sampler } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { builtModel } from '../helpers/dataset';
import { describeOn } from '../helpers/device';
import { tinyStudy, type Backend } from '../helpers/runs';

interface Epoch {
  readonly intervals: readonly TermPoint[];
  readonly means: Pick<EpochPoint, 'terms' | 'total'> | null;
  readonly parameters: Record<string, Float32Array>;
  readonly valid: Metrics | undefined;
  readonly observed: unknown;
  readonly findings: unknown;
}

/** A model's first epoch and its evaluation, on an open device. */
async function epochOf(id: ModelId, backend: Backend, device: Device): Promise<Epoch> {
  const study = await tinyStudy(id, { epochs: 1 }, backend);
  const { config } = study.run.experiment;
  const { data, model } = await builtModel(study);
  const sampler = newBatches(id, config, data, 1);
  const trainer = new Trainer({
    model,
    sampler,
    device,
    config,
    sizes: data.input,
    trace: null,
    random: (name) => stream(1, name),
  });
  const ranker = newRanker(data.trained, MAX_CUTOFF);
  const intervals: TermPoint[] = [];
  const means = await trainer.epoch(
    0,
    async (point) => void intervals.push(point),
    async () => true,
  );
  await model.prepareRanking?.();
  const target = heldOut(data.interactions, 1, data.trained, data.thresholds);
  const ranked = await withRepresentation(
    () => model.represent(),
    (representation) => evaluate(ranker, representation, target, async () => true),
  );
  const observed = await model.observePairs?.(pairsOf(target));
  const parameters = await readValues(model.parameters);
  trainer.dispose();
  ranker.dispose();
  model.dispose();
  return { intervals, means, parameters, valid: ranked?.metrics, observed, findings: model.findings };
}

/** From here on values come from the device after several of these steps' time; answers what ends that. */
function slowReads(): () => void {
  const backend: unknown = tf.backend();
  const late =
    <A extends unknown[], R>(read: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const values = await read(...given);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return values;
    };
  if (isWebGPU(backend)) {
    const read = backend.getBufferData;
    backend.getBufferData = late(read.bind(backend));
    return () => void (backend.getBufferData = read);
  }
  const host = tf.backend();
  const { read } = host;
  host.read = late(read.bind(host));
  return () => void (host.read = read);
}

/** The intervals of an epoch, and how many steps had been done when each was told. */
async function intervalsOf(
  backend: Backend,
  device: Device,
  wait: boolean,
): Promise<{ points: TermPoint[]; told: number[] }> {
  const study = await tinyStudy('lightgcn', { epochs: 1, batchSize: 16 }, backend);
  const { data, model } = await builtModel(study);
  const sampler = new Sampler(
    data.input.train,
    data.trained,
    { batchSize: 16, negatives: { negativesPerPositive: 1, negativesFrom: 'trainItems' } },
    1,
  );
  const trainer = new Trainer({
    model,
    sampler,
    device,
    config: study.run.experiment.config,
    sizes: data.input,
    trace: null,
    random: (name) => stream(1, name),
  });
  const points: TermPoint[] = [];
  const told: number[] = [];
  const hear = async (point: TermPoint): Promise<void> => {
    points.push(point);
    told.push(trainer.step);
    await Promise.resolve();
  };
  const quick = slowReads();
  await trainer
    .epoch(
      0,
      hear,
      async () => true,
      () => wait,
    )
    .finally(quick);
  model.dispose();
  expect(points.at(-1)!.step).toBe(sampler.stepsPerEpoch);
  return { points, told };
}

/** Between backends, relative: the same numbers are added in another order, step after step. */
const TERM = 1e-4;
/** Share of the total below which a term is what rounding leaves of sums that cancel: 1e-9 of the total, which itself is rounded to 6e-8. */
const CANCELLED = 1e-5;
const onWasm = new Map<ModelId, Epoch>();

function expectSame({ intervals, valid, findings }: Epoch, reference: Epoch): void {
  expect(intervals.length).toBeGreaterThan(1);
  expect(intervals).toHaveLength(reference.intervals.length);
  intervals.forEach(({ terms, total }, place) => {
    const expected: Record<string, number> = {
      ...reference.intervals[place]!.terms,
      total: reference.intervals[place]!.total,
    };
    const got: Record<string, number> = { ...terms, total };
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(got))
      expect(
        Math.abs(value - expected[key]!),
        `${key} of interval ${place}: ${value}, not ${expected[key]}`,
      ).toBeLessThanOrEqual(TERM * Math.max(Math.abs(expected[key]!), CANCELLED * Math.abs(expected['total']!)));
  });
  expect(valid).toEqual(reference.valid);
  expect(findings).toEqual(reference.findings);
}

/** With draws, graphs of an epoch, or many kinds of steps: these repeat on WebGPU too. */
const REPEATED: readonly ModelId[] = ['mgcn', 'freedom', 'lattice', 'gume', 'magnet'];

for (const backend of ['wasm', 'webgpu'] as const) {
  describeOn(backend, 'an epoch', (test) => {
    test('tells of its intervals in order, and before another step where that is waited for', async (device) => {
      const waited = await intervalsOf(backend, device, true);
      expect(waited.points.length).toBeGreaterThan(5);
      expect(waited.told).toEqual(waited.points.map(({ step }) => step));
      const free = await intervalsOf(backend, device, false);
      expect(free.points).toEqual(waited.points);
      // A step was taken meanwhile.
      expect(free.told.some((step, place) => step > free.points[place]!.step)).toBe(true);
      // No later than the end of the next interval; the last at the epoch's end.
      free.told.forEach((step, place) => expect(step).toBeLessThanOrEqual(free.points[place + 1]?.step ?? step));
      expect(free.told.at(-1)).toBe(free.points.at(-1)!.step);
    });

    for (const id of MODEL_IDS) {
      const repeats = backend === 'wasm' || REPEATED.includes(id);
      test(`of ${id} leaves no tensor${repeats ? ', repeats bit for bit' : ''}${backend === 'webgpu' ? ', and is the one on WASM' : ''}`, async (device) => {
        const before = tf.memory().numTensors;
        const first = await epochOf(id, backend, device);
        expect(tf.memory().numTensors).toBe(before);
        expect(first.valid?.['recall@20']).toBeGreaterThan(0);
        if (repeats) expect(await epochOf(id, backend, device)).toEqual(first);
        if (backend === 'wasm') onWasm.set(id, first);
        else expectSame(first, onWasm.get(id)!);
      });
    }
  });
}
