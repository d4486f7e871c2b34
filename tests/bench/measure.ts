import * as tf from '@tensorflow/tfjs-core';
import { completeConfig, defaultConfig, protocolOf } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { startConfig } from '../../src/domain/presets';
import type { BackendName } from '../../src/domain/backend';
import { isWasm, isWebGPU } from '../../workers/engine/backends';
import { openDevice, type Device, type DeviceHost } from '../../workers/engine/device';
import { peakMeter } from '../../workers/engine/peak';
import { newRanker } from '../../workers/engine/ranking';
import { RecordingStep } from '../../workers/engine/recordingStep';
import { eachTerm } from '../../workers/engine/step';
import { withRepresentation } from '../../workers/engine/representation';
import { stream } from '../../workers/numbers/rng';
import type { Model, NamedGraph } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch, type HostBatch } from '../../workers/training/batch';
import { evaluate, heldOut } from '../../workers/training/evaluator';
import { MAX_CUTOFF } from '../../workers/training/metrics';
import { newBatches } from '../../workers/training/batches';
import type { BatchSource } from '../../workers/training/sampler';
import { Trainer } from '../../workers/training/trainer';
import { dispatchesOf, StepClock, type PartTimes } from './clock';
import type { BenchOptions } from './options';
import { openPeer, type Peer } from './peer';
import { profiled } from './profile';
import { medianOf, quartiles } from './quartiles';
import { PARTS, type Figures, type Round } from './result';
import type { BenchData, BenchSet } from './sets';
import { stockKernels, stockSwitch, type StockSwitch } from './stock';

/** What lets a model run on a dataset alone, without another model's embeddings. */
export const onItsOwn = (model: ModelId): Config =>
  defaultConfig(model)['pretrained'] === undefined ? {} : { pretrained: 'random' };

const MOST_ROUNDS = 5;
/** Stock kernels are tens of times slower: this many rounds have a step of theirs. */
const STOCK_ROUNDS = 3;
const EVALUATIONS = 3;
const PROFILED = 10;
/** Batches that the peer goes through again and again. */
const PEER_BATCHES = 8;

export interface Subject {
  readonly model: ModelId;
  readonly backend: BackendName;
  readonly host: DeviceHost;
  readonly set: BenchSet;
  /** What differs from the recommended configuration. */
  readonly changes: Config;
  readonly options: Pick<BenchOptions, 'steps' | 'warmUp' | 'epoch' | 'ranking' | 'stock' | 'capture' | 'seed'>;
  /** The script of the peer; null without one. */
  readonly peer: string | null;
}

/** Opens a device of its own, and measures one model on it. */
export async function measure(subject: Subject): Promise<{ device: string; figures: Figures }> {
  const originals = await stockKernels(subject.backend);
  const device = await openDevice(subject.host, { backend: subject.backend, allowSoftware: true });
  try {
    const figures = await measureOn(
      device,
      subject,
      subject.options.stock ? stockSwitch(subject.backend, originals) : null,
    );
    device.check();
    return { device: device.report.name, figures };
  } finally {
    device.close();
  }
}

async function measureOn(
  device: Device,
  { model: id, set, changes, options, peer: script }: Subject,
  stock: StockSwitch | null,
): Promise<Figures> {
  const config = startConfig(id, null, changes, set.dataset);
  const data = await set.read(id, completeConfig(id, config));
  const { input } = data;
  const random = (name: string) => stream(options.seed, name);
  const newSampler = (): BatchSource => newBatches(id, completeConfig(id, config), data, options.seed);
  const sampler = newSampler();

  const beforeBuild = performance.now();
  const model = await modelKind(id).build({ input, config, random, progress: async () => undefined });
  const prepareSeconds = secondsSince(beforeBuild);

  // Beside a graphics card of ours PyTorch has one too; beside the processor, the processor.
  const card = device.report.backend === 'webgpu' && !device.report.software;
  let peer: { readonly process: Peer; readonly loss: number } | null = null;
  if (script) {
    const epochGraphs =
      (await model.epochGraphs?.(0, new RecordingStep({ epoch: 0, stepInEpoch: 0, step: 0 }, random))) ?? [];
    model.useEpochGraphs?.(epochGraphs);
    peer = await withPeer(
      script,
      { id, config, data, model, epochGraphs, stepsPerEpoch: sampler.stepsPerEpoch, card },
      newSampler(),
      random,
    );
  }
  const clock = new StepClock(model, sampler);
  try {
    peakMeter().reset();
    const parts = { model: clock.model, sampler, device, config, sizes: input, trace: null, random };
    const trainer = new Trainer({ ...parts, capture: options.capture });
    const steps = await timedSteps(
      trainer,
      sampler.stepsPerEpoch,
      clock,
      device,
      options,
      peer?.process ?? null,
      stock,
    );
    const step = quartiles(steps.ours);
    if (!step) throw new Error('No step was timed.');
    const start = await epochStart(trainer, sampler.stepsPerEpoch, options.epoch);
    const ranking = options.ranking ? await timedEvaluations(model, data, peer?.process ?? null, stock) : null;
    const stockStep = quartiles(steps.stock);
    const peerStep = quartiles(steps.peer);
    const peerStart = peer ? await secondOf(peer.process.start) : 0;
    return {
      batchSize: protocolOf(config).batchSize,
      stepsPerEpoch: sampler.stepsPerEpoch,
      step,
      cpuMs: medianOf(steps.oursCpu),
      parts: Object.fromEntries(
        PARTS.map((part) => [part, medianOf(steps.parts.map((times) => times[part]))]),
      ) as PartTimes,
      startSeconds: start.first,
      epochSeconds: start.first + ((sampler.stepsPerEpoch - 1) * step.median) / 1000,
      measuredEpochSeconds: start.whole,
      evaluateSeconds: ranking?.ours ?? null,
      evaluatedUsers: ranking?.users ?? 0,
      prepareSeconds,
      ...steps.counted,
      ...steps.memory,
      stock: stockStep && {
        step: stockStep,
        rounds: steps.stockRounds,
        evaluateSeconds: id === 'magnet' ? null : (ranking?.stock ?? null),
      },
      peer: peer &&
        peerStep && {
          torch: peer.process.ready.torch,
          threads: peer.process.ready.threads,
          device: peer.process.ready.device,
          sparse: peer.process.ready.sparse,
          step: peerStep,
          cpuMs: medianOf(steps.peerCpu),
          rounds: steps.peerRounds,
          startSeconds: peerStart,
          epochSeconds: peerStart + ((sampler.stepsPerEpoch - 1) * peerStep.median) / 1000,
          evaluateSeconds: ranking?.peer ?? null,
          lossDifference: Math.abs(peer.loss - peer.process.ready.loss) / Math.abs(peer.loss),
        },
    };
  } finally {
    clock.dispose();
    stock?.dispose();
    peer?.process.close();
    model.dispose();
  }
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** The second of two: the first one pays for what is done once. */
async function secondOf(run: () => Promise<number>): Promise<number> {
  await run();
  return run();
}

interface PeerMatter {
  readonly id: ModelId;
  readonly config: Config;
  readonly data: BenchData;
  readonly model: Model;
  readonly epochGraphs: readonly NamedGraph[];
  readonly stepsPerEpoch: number;
  readonly card: boolean;
}

/** The peer with the batches that our sampler begins with, and our own loss of the first of them. */
async function withPeer(
  script: string,
  matter: PeerMatter,
  sampler: BatchSource,
  random: (name: string) => ReturnType<typeof stream>,
): Promise<{ process: Peer; loss: number }> {
  const batches = Array.from({ length: Math.min(PEER_BATCHES, matter.stepsPerEpoch) }, () => sampler.next());
  const [first] = batches;
  if (!first) throw new Error('An epoch has a batch at least.');
  const state = (await matter.model.state?.()) ?? {};
  const loss = await firstLoss(matter.model, first, matter.data.input, random);
  matter.model.restoreState?.(state);
  return { process: await openPeer(script, { ...matter, batches }), loss };
}

async function firstLoss(
  model: Model,
  host: HostBatch,
  sizes: { users: number; items: number },
  random: (name: string) => ReturnType<typeof stream>,
): Promise<number> {
  const batch = deviceBatch(host, sizes.users, sizes.items);
  const scope = new RecordingStep({ epoch: 0, stepInEpoch: 1, step: 0 }, random);
  const total = tf.tidy(() =>
    tf.addN(eachTerm(model.loss(batch, scope)).map(({ weight, value }) => tf.mul(value, weight))),
  );
  const [loss = NaN] = await total.data();
  total.dispose();
  batch.dispose();
  return loss;
}

type Tag = 'warm' | 'ours' | 'stockWarm' | 'stock' | 'profile' | 'count';

interface TimedSteps {
  readonly ours: number[];
  readonly oursCpu: number[];
  readonly parts: PartTimes[];
  readonly stock: number[];
  readonly peer: number[];
  readonly peerCpu: number[];
  readonly stockRounds: Round[];
  readonly peerRounds: Round[];
  readonly counted: Pick<Figures, 'kernelCalls' | 'profile' | 'kinds' | 'layers' | 'profiledStepMs' | 'dispatches'>;
  readonly memory: { peakTensorBytes: number; deviceBytes: number };
}

/**
 * Steps of the trainer itself: some to warm up, then rounds of ours, stock and the peer's in turns, so that what else the machine
 * does meets all of them; last, steps that are counted and not timed. On WebGPU a round is timed until the device is idle, and its
 * mean is one value. An epoch's first step is in no round.
 */
async function timedSteps(
  trainer: Trainer,
  perEpoch: number,
  clock: StepClock,
  device: Device,
  options: Subject['options'],
  peer: Peer | null,
  stock: StockSwitch | null,
): Promise<TimedSteps> {
  const result: Omit<TimedSteps, 'counted'> = {
    ours: [],
    oursCpu: [],
    parts: [],
    stock: [],
    peer: [],
    peerCpu: [],
    stockRounds: [],
    peerRounds: [],
    memory: { peakTensorBytes: 0, deviceBytes: 0 },
  };
  const steps = stepper(trainer, perEpoch);
  const run = async (tag: Tag): Promise<number> => {
    stock?.use(tag === 'stock' || tag === 'stockWarm');
    let ms = await steps.next();
    // The first step of an epoch is another one.
    if (steps.wasFirst && tag !== 'warm' && perEpoch > 1) {
      clock.take(0);
      ms = await steps.next();
    }
    return ms;
  };
  for (let step = 0; step < options.warmUp; step++) await run('warm');
  Object.assign(result.memory, { peakTensorBytes: device.memory().peak, deviceBytes: deviceBytes(device) });
  if (stock) await run('stockWarm');
  if (peer) await peer.steps(options.warmUp);

  const rounds = Math.min(MOST_ROUNDS, options.steps);
  const waiting = isWebGPU(tf.backend());
  for (let round = 0; round < rounds; round++) {
    const count = Math.floor(((round + 1) * options.steps) / rounds) - Math.floor((round * options.steps) / rounds);
    await run('warm');
    const ours: number[] = [];
    await idle();
    const start = performance.now();
    for (let step = 0; step < count; step++) {
      clock.take(0);
      ours.push(await run('ours'));
      result.oursCpu.push(steps.cpuMs);
      result.parts.push(clock.take(ours.at(-1) ?? NaN));
    }
    await idle();
    if (waiting) ours.splice(0, ours.length, (performance.now() - start) / count);
    result.ours.push(...ours);
    if (stock && round < STOCK_ROUNDS) {
      await idle();
      const before = performance.now();
      await run('stock');
      await idle();
      const ms = performance.now() - before;
      result.stock.push(ms);
      result.stockRounds.push({ ours: medianOf(ours), other: ms });
    }
    if (peer) {
      const theirs = await peer.steps(count);
      result.peer.push(...theirs.ms);
      result.peerCpu.push(...theirs.cpuMs);
      result.peerRounds.push({ ours: medianOf(ours), other: medianOf(theirs.ms) });
    }
  }

  // Once to be back on our kernels.
  await run('warm');
  await idle();
  const {
    ms: profiledStepMs,
    kernels,
    kernelCalls,
    kinds,
    layers,
  } = await profiled(async () => void (await run('profile')));
  const dispatches = await dispatchesOf(async () => void (await run('count')));
  await steps.end();
  return {
    ...result,
    counted: { kernelCalls, profile: kernels.slice(0, PROFILED), kinds, layers, profiledStepMs, dispatches },
  };
}

/** Hands out the trainer's steps one by one; a step ends where the trainer would look for commands. */
function stepper(trainer: Trainer, perEpoch: number) {
  let ended: { ms: number; first: boolean } | null = null;
  let wake: (() => void) | null = null;
  let resume: ((goOn: boolean) => void) | null = null;
  let begun = 0;
  let used = process.cpuUsage();
  let cpuMs = NaN;
  let failure: unknown = null;
  let loop: Promise<void> | null = null;
  let first = false;
  const train = async (): Promise<void> => {
    for (;;) {
      const outcome = await trainer.epoch(
        Math.floor(trainer.step / perEpoch),
        async () => undefined,
        ({ stepInEpoch }) => {
          // A pass before the epoch is no step.
          if (stepInEpoch === 0) return Promise.resolve(true);
          ended = { ms: performance.now() - begun, first: stepInEpoch === 1 };
          const { user, system } = process.cpuUsage(used);
          cpuMs = (user + system) / 1000;
          wake?.();
          return new Promise<boolean>((resolve) => (resume = resolve));
        },
      );
      if (!outcome) return;
    }
  };
  return {
    get wasFirst() {
      return first;
    },
    /** Processor time of the last step. */
    get cpuMs() {
      return cpuMs;
    },
    /** Milliseconds of the next step. */
    next: async (): Promise<number> => {
      ended = null;
      const done = new Promise<void>((resolve) => (wake = resolve));
      begun = performance.now();
      used = process.cpuUsage();
      if (loop) resume?.(true);
      else {
        loop = train().catch((error: unknown) => {
          failure = error;
          wake?.();
        });
      }
      await done;
      if (failure) throw failure;
      const { ms, first: isFirst } = ended ?? { ms: NaN, first: false };
      first = isFirst;
      return ms;
    },
    end: async (): Promise<void> => {
      resume?.(false);
      await loop;
    },
  };
}

/** What the device still has to do, done. */
async function idle(): Promise<void> {
  const backend = tf.backend();
  if (isWebGPU(backend)) await backend.device.queue.onSubmittedWorkDone();
}

/** Bytes that the backend has taken: on WASM its whole heap, which never shrinks. */
function deviceBytes(device: Device): number {
  const backend = tf.backend();
  return isWasm(backend)
    ? (backend.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length
    : device.memory().allocated;
}

/** An epoch that begins after the steps: its first step with the graphs made for it, and with `whole` all of it. */
async function epochStart(
  trainer: Trainer,
  perEpoch: number,
  whole: boolean,
): Promise<{ first: number; whole: number | null }> {
  const epoch = Math.floor(trainer.step / perEpoch) + 1;
  trainer.restore({ ...(await trainer.state()), step: epoch * perEpoch });
  const begun = performance.now();
  let first = NaN;
  await trainer.epoch(
    epoch,
    async () => undefined,
    async ({ stepInEpoch }) => {
      if (stepInEpoch === 1) {
        await idle();
        first = secondsSince(begun);
      }
      return whole || stepInEpoch === 0;
    },
  );
  await idle();
  return { first, whole: whole ? secondsSince(begun) : null };
}

/** Full rankings of the validation split, ours, stock and the peer's in turns; medians after one that is not counted. */
async function timedEvaluations(
  model: Model,
  data: BenchData,
  peer: Peer | null,
  stock: StockSwitch | null,
): Promise<{ ours: number; stock: number; peer: number; users: number }> {
  const target = heldOut(data.interactions, 1, data.trained, data.thresholds);
  const ranker = newRanker(data.trained, MAX_CUTOFF);
  const rank = async (): Promise<number> => {
    const start = performance.now();
    await model.prepareRanking?.();
    await withRepresentation(
      () => model.represent(),
      (representation) => evaluate(ranker, representation, target, async () => true),
    );
    return secondsSince(start);
  };
  const times: { ours: number[]; stock: number[]; peer: number[] } = { ours: [], stock: [], peer: [] };
  stock?.use(false);
  await rank();
  await peer?.evaluate();
  for (let turn = 0; turn < EVALUATIONS; turn++) {
    times.ours.push(await rank());
    if (peer) times.peer.push(await peer.evaluate());
  }
  if (stock) {
    stock.use(true);
    times.stock.push(await rank());
    stock.use(false);
  }
  ranker.dispose();
  return {
    ours: medianOf(times.ours),
    stock: medianOf(times.stock),
    peer: medianOf(times.peer),
    users: target.users.length,
  };
}
