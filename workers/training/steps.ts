import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { StepsTaken } from '../../src/domain/run';
import { countBetween } from '../../src/domain/observations';
import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU, readFloats } from '../engine/backends';
import type { Recorder } from '../engine/capture/recorder';
import type { GivenNumbers } from '../engine/capture/given';
import { Repeated } from '../engine/capture/repeated';
import { Adam, ADAM_DEFAULTS, ADAM_NAME } from '../engine/kernels/adam';
import type { Parameter } from '../engine/parameters';
import { RecordingStep, siteKey, type StepPlace } from '../engine/recordingStep';
import { termGradientNorms, termGradients, termKeys, type LossTerms } from '../engine/step';
import { vectorOf } from '../engine/tensors';
import { RunningSums, SUMS_NAME, sumsNumbers } from '../engine/sums';
import type { Random } from '../numbers/rng';
import { firstParameters, type Model } from '../models/model';
import { batchNumbers, deviceBatch, PREFIX, type BatchArrays, type DeviceBatch, type HostBatch } from './batch';
import type { BatchSource } from './sampler';
import { SECOND_ADAM_NAME, SecondSteps } from './second';
import type { TraceRecorder } from './trace';

export interface StepParts {
  readonly model: Model;
  readonly sampler: BatchSource;
  readonly sizes: { readonly users: number; readonly items: number };
  readonly trace: TraceRecorder | null;
  /** A named stream of the run's seed. */
  readonly random: (name: string) => Random;
  /** Whether steps on WebGPU may be played from a capture; by default they are. */
  readonly capture?: boolean;
  /** AdamW's decay; 0 (Adam) if it is not said. */
  readonly decoupledDecay?: number;
}

/** Takes steps: batch, loss, gradients, Adam, the same of a second loss, and what they sum up to. On WebGPU most of an epoch's are played from a capture. */
export class Steps {
  readonly adam: Adam;
  readonly second: SecondSteps | null;
  readonly sums = new RunningSums();
  /** Names of the loss's terms, and of what it observes, as of the last step that was taken the ordinary way. */
  termKeys: readonly string[] = [];
  observedKeys: readonly string[] = [];
  readonly #parts: StepParts;
  readonly #moved: readonly Parameter[];
  readonly #repeated: Repeated | null;
  /** A batch is given back before the next one is drawn. */
  readonly #arrays: BatchArrays = new Map();
  readonly #threadMs = { played: new Mean(), ordinary: new Mean() };

  constructor(parts: StepParts) {
    this.#parts = parts;
    const settings = { ...ADAM_DEFAULTS, decoupledDecay: parts.decoupledDecay ?? 0 };
    this.adam = new Adam(settings);
    this.second = parts.model.second ? new SecondSteps(parts.model.second, settings) : null;
    this.#moved = firstParameters(parts.model);
    const backend: unknown = tf.backend();
    this.#repeated = parts.capture !== false && isWebGPU(backend) ? new Repeated(backend) : null;
  }

  /** How steps were taken; null where there is nothing to capture. */
  get report(): StepsTaken | null {
    const { played, ordinary } = this.#threadMs;
    return this.#repeated && { ...this.#repeated.report, threadMs: { played: played.value, ordinary: ordinary.value } };
  }

  /** What each of the sums is of: the weighted terms, their total, the terms before weighting, what was observed; then the second loss's, without the last. */
  get names(): readonly string[] {
    const losses = (keys: readonly string[]): string[] => [...keys, 'total', ...keys];
    return [
      ...losses(this.termKeys),
      ...this.observedKeys,
      ...(this.#following ? losses(this.#following.termKeys) : []),
    ];
  }

  /** A second loss that is taken with each step. */
  get #following(): SecondSteps | null {
    return this.second?.pass === false ? this.second : null;
  }

  /** Both Adams begin anew. */
  startAnew(): void {
    this.adam.restore(0);
    this.second?.adam.restore(0);
  }

  /**
   * Takes a step; its terms are added to `sums`, which begin anew if `fresh`. Answers what was observed, in an epoch's first step.
   * Throws `MODEL_PARAMETER_LOST`.
   */
  async take(place: StepPlace, learningRate: number, fresh: boolean): Promise<Record<string, readonly number[]>> {
    const start = performance.now();
    const played = this.#repeated?.report.played;
    const observed = await this.#take(place, learningRate, fresh);
    const way = played === this.#repeated?.report.played ? 'ordinary' : 'played';
    // An epoch's first step waits for what it reads back.
    if (place.stepInEpoch > 0) this.#threadMs[way].add(performance.now() - start);
    return observed;
  }

  async #take(place: StepPlace, learningRate: number, fresh: boolean): Promise<Record<string, readonly number[]>> {
    const { sampler, sizes, trace } = this.#parts;
    const host = sampler.next();
    const numbers = batchNumbers(host, sizes.users, sizes.items, this.#arrays);
    const traced = trace?.wants(place.step) ?? false;
    if (traced) this.#repeated?.release();
    if (this.#repeated?.captured) {
      this.#repeated.play(this.#given(numbers, place.step, learningRate, fresh));
      return {};
    }
    const recorder = traced ? null : (this.#repeated?.record() ?? null);
    const scope = new RecordingStep(place, this.#parts.random, {
      keepDraws: traced,
      aside: (work) => {
        recorder?.suspend();
        work();
        recorder?.resume();
      },
    });
    const batch = deviceBatch(host, sizes.users, sizes.items, numbers, (what) =>
      recorder?.refuse(`the loss reads the batch’s ${what} on the host`),
    );
    try {
      const observed = await this.#compute({ place, learningRate, fresh, host, batch, scope, recorder, traced });
      scope.dispose();
      batch.dispose();
      if (recorder) this.#recorded(recorder, scope, place);
      return observed;
    } finally {
      recorder?.end();
    }
  }

  /** An epoch has ended or was broken off: the capture's buffers are the pool's again. */
  rest(): void {
    this.#repeated?.release();
  }

  dispose(): void {
    this.rest();
    this.sums.dispose();
  }

  async #compute(of: {
    readonly place: StepPlace;
    readonly learningRate: number;
    readonly fresh: boolean;
    readonly host: HostBatch;
    readonly batch: DeviceBatch;
    readonly scope: RecordingStep;
    readonly recorder: Recorder | null;
    readonly traced: boolean;
  }): Promise<Record<string, readonly number[]>> {
    const { model, trace } = this.#parts;
    const { place, learningRate, batch, scope, recorder } = of;
    const first = place.stepInEpoch === 0;
    let terms: LossTerms = [];
    const { gradients, values, unreached } = termGradients(
      this.#moved,
      () => {
        terms = model.loss(batch, scope);
        return terms;
      },
      scope.observed,
    );
    if (first) refuseLostParameters(model.parameters, unreached);
    this.termKeys = termKeys(terms);
    this.observedKeys = scope.observed.flatMap(({ keys }) => keys);
    recorder?.suspend();
    const observed = first ? await this.#observeFirst(batch, scope, place) : {};
    recorder?.resume();
    this.adam.step(this.#moved, gradients, learningRate);
    const second = this.#following?.take(batch, scope, learningRate) ?? null;
    if (first && second) refuseLostParameters(second.parameters, second.unreached);
    const all = second ? vectorOf(tf.concat([values, second.values])) : values;
    recorder?.suspend();
    this.sums.ready(all.size);
    recorder?.resume();
    this.sums.add(all, of.fresh);
    if (of.traced)
      await trace?.record(place.step, {
        epoch: place.epoch,
        learningRate,
        host: of.host,
        terms,
        observed: scope.observed,
        values,
        gradients,
        parameters: this.#moved,
        second,
        draws: scope.draws,
      });
    tf.dispose([gradients, values, all, second?.gradients, second?.values]);
    return observed;
  }

  #recorded(recorder: Recorder, { asked }: RecordingStep, { stepInEpoch }: StepPlace): void {
    // An epoch's first step that takes a course of its own tells nothing of the others.
    if (asked.first && stepInEpoch === 0) return recorder.end();
    const outside = this.#parts.model.epochGraphs !== undefined;
    this.#repeated?.recorded(recorder, { outside, constants: asked.epoch });
  }

  /** What a step is handed when it is played; both Adams count it. */
  #given(batch: GivenNumbers, step: number, learningRate: number, fresh: boolean): GivenNumbers {
    const adam = this.adam.next(learningRate);
    const second = this.#following?.adam.next(learningRate);
    return (name) => {
      if (name.startsWith(PREFIX)) return batch(name);
      if (name === ADAM_NAME) return adam;
      if (name === SECOND_ADAM_NAME && second) return second;
      if (name === SUMS_NAME) return sumsNumbers(fresh);
      return siteKey(this.#parts.random, name, step);
    };
  }

  /** What is looked at once an epoch: distributions, and what each term contributes to the gradient. */
  async #observeFirst(batch: DeviceBatch, scope: RecordingStep, place: StepPlace) {
    const { model, random } = this.#parts;
    const observed: Record<string, readonly number[]> = {};
    for (const [key, { values, edges }] of scope.distributions)
      observed[key] = countBetween(await readFloats(values), edges);
    if (!model.gradientShares) return observed;
    const parameters = model.gradientShares;
    const again = (): LossTerms => model.loss(batch, new RecordingStep({ ...place, stepInEpoch: 1 }, random));
    const norms = termGradientNorms(parameters, again, this.termKeys.length);
    const values = await readFloats(norms);
    norms.dispose();
    parameters.forEach(({ name }, column) => {
      const ofTerms = this.termKeys.map((_, row) => at(values, row * parameters.length + column));
      const sum = ofTerms.reduce((total, value) => total + value, 0);
      observed[`gradientShare/${name}`] = ofTerms.map((value) => (sum > 0 ? value / sum : 0));
    });
    return observed;
  }
}

class Mean {
  #sum = 0;
  #count = 0;

  get value(): number | null {
    return this.#count > 0 ? this.#sum / this.#count : null;
  }

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }
}

/** An epoch's first step reaches every parameter, each under a name of its own: one that it does not would stay as it was drawn. */
export function refuseLostParameters(parameters: readonly Parameter[], unreached: readonly string[]): void {
  const names = parameters.map(({ name }) => name);
  const twice = names.filter((name, place) => names.indexOf(name) !== place);
  const lost = [...unreached, ...twice];
  if (lost.length === 0) return;
  throw new AppError(
    'MODEL_PARAMETER_LOST',
    `The loss does not reach ${lost.map((name) => `“${name}”`).join(', ')}, or two parameters share that name.`,
    'This is a defect of the model’s code: report it with this message.',
    { parameters: lost.join(', ') },
  );
}
