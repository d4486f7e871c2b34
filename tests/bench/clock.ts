import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from '../../workers/engine/backends';
import { Adam } from '../../workers/engine/kernels/adam';
import type { Model } from '../../workers/models/model';
import type { BatchSource } from '../../workers/training/sampler';
import { PARTS, type Part } from './result';

export type PartTimes = Record<Part, number>;

const none = (): PartTimes => Object.fromEntries(PARTS.map((part) => [part, 0])) as PartTimes;

/**
 * Where the trainer's own step spends its time: timestamps around what it calls, nothing else. On WebGPU these are times of the
 * host, which records; the device works meanwhile, and waiting for it is in `other`.
 */
export class StepClock {
  /** The model to train: the one given, watched. */
  readonly model: Model;
  #times = none();
  #mark = 0;
  readonly #restore: () => void;

  constructor(model: Model, sampler: BatchSource) {
    const next = sampler.next.bind(sampler);
    sampler.next = () => this.#timed('sampling', next);
    this.model = {
      ...model,
      loss: (batch, step) => {
        this.#times.upload += performance.now() - this.#mark;
        return this.#timed('forward', () => model.loss(batch, step));
      },
    };
    const adam = Adam.prototype.step;
    const optimised = (step: () => void): void => {
      this.#times.gradients += performance.now() - this.#mark;
      this.#timed('optimiser', step);
    };
    Adam.prototype.step = function step(...given) {
      optimised(() => adam.apply(this, given));
    };
    const reading = watchReads((ms) => (this.#times.readBack += ms));
    this.#restore = () => {
      Adam.prototype.step = adam;
      sampler.next = next;
      reading();
    };
  }

  #timed<T>(part: Part, work: () => T): T {
    const start = performance.now();
    const result = work();
    this.#mark = performance.now();
    this.#times[part] += this.#mark - start;
    return result;
  }

  /** The parts since the last call, of a step that took `ms` in all. */
  take(ms: number): PartTimes {
    const times = this.#times;
    this.#times = none();
    return { ...times, other: ms - PARTS.reduce((sum, part) => sum + times[part], 0) };
  }

  dispose(): void {
    this.#restore();
  }
}

/** Tells how long each read from the device takes, waiting included. */
function watchReads(onRead: (ms: number) => void): () => void {
  const backend = tf.backend();
  const watched =
    <A extends unknown[], R>(read: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const start = performance.now();
      const values = await read(...given);
      onRead(performance.now() - start);
      return values;
    };
  if (isWebGPU(backend)) {
    const read = backend.getBufferData.bind(backend);
    backend.getBufferData = watched(read);
    return () => (backend.getBufferData = read);
  }
  const read = backend.read.bind(backend);
  backend.read = watched(read);
  return () => (backend.read = read);
}

/** Dispatches that `work` records; null where the backend has none. */
export async function dispatchesOf(work: () => Promise<void>): Promise<number | null> {
  if (!isWebGPU(tf.backend())) {
    await work();
    return null;
  }
  const passes = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups: dispatch } = passes;
  let count = 0;
  passes.dispatchWorkgroups = function counted(...given) {
    count += 1;
    return dispatch.apply(this, given);
  };
  try {
    await work();
  } finally {
    passes.dispatchWorkgroups = dispatch;
  }
  return count;
}
