import { at, entry } from '../../src/domain/at';
import type { EpochPoint, MemoryUse, TermPoint } from '../../src/domain/run';
import { AppError, type ErrorContext } from '../../src/domain/errors';
import type { Config } from '../../src/domain/models/table';
import { protocolOf } from '../../src/domain/models/catalogue';
import { countBetween } from '../../src/domain/observations';
import { readFloats } from '../engine/backends';
import type { Device } from '../engine/device';
import { RecordingStep } from '../engine/recordingStep';
import { Adam, restoreParameter, saveParameter, type Parameter, type SavedParameter } from '../engine/kernels/adam';
import { arrived, startReading, type Reading } from '../engine/reading';
import type { Random } from '../numbers/rng';
import { accumulate, termGradientNorms, termGradients } from '../engine/step';
import { stepSync } from '../engine/sync';
import type { Batch, LossTermValue, Model } from '../models/model';
import { deviceBatch, disposeBatch } from './batch';
import type { Sampler } from './sampler';
import type { TraceRecorder } from './trace';

/** Reporting intervals per epoch: enough for a live curve, few enough that reading back costs nothing. */
const INTERVALS_PER_EPOCH = 10;

export interface EpochProgress {
  readonly epoch: number;
  readonly stepInEpoch: number;
}

interface TrainerParts {
  readonly model: Model;
  readonly sampler: Sampler;
  readonly device: Pick<Device, 'check' | 'memory'>;
  readonly config: Config;
  readonly sizes: { readonly users: number; readonly items: number };
  readonly trace: TraceRecorder | null;
  /** A named stream of the run's seed. */
  readonly random: (name: string) => Random;
}

/** State of the optimisation that a checkpoint needs, apart from the sampler's. */
export interface TrainerState {
  readonly step: number;
  readonly adamSteps: number;
  readonly epochSums: readonly number[];
  /** Of the epoch in progress. */
  readonly epochObserved: Readonly<Record<string, readonly number[]>>;
  readonly model: Readonly<Record<string, Float32Array>>;
  readonly parameters: Readonly<Record<string, SavedParameter>>;
}

/** Runs steps. The same for every model: sampling, gradients, Adam, loss terms summed on the device. */
export class Trainer {
  readonly #parts: TrainerParts;
  readonly #adam = new Adam();
  readonly #sync = stepSync();
  readonly #interval: number;
  #step = 0;
  #termKeys: string[] = [];
  #observedKeys: string[] = [];
  #epochSums: number[] = [];
  #epochObserved: Record<string, readonly number[]> = {};

  constructor(parts: TrainerParts) {
    this.#parts = parts;
    this.#interval = Math.max(1, Math.ceil(parts.sampler.stepsPerEpoch / INTERVALS_PER_EPOCH));
  }

  get step(): number {
    return this.#step;
  }

  get memory(): MemoryUse {
    return this.#parts.device.memory();
  }

  learningRate(epoch: number): number {
    const { learningRate, lrDecay, lrDecayEpochs } = protocolOf(this.#parts.config);
    return learningRate * lrDecay ** (epoch / lrDecayEpochs);
  }

  /**
   * The rest of the current epoch. `onInterval` is awaited once a reporting interval's sums have come from the device: the next step may be
   * under way by then, unless the epoch ends or `wait` says at the interval's end that it is to be heard before another step begins (where a
   * checkpoint may be taken). `between` is awaited after every step; it returns false to stop at once.
   * Returns null when stopped, otherwise the epoch's mean terms. Throws `RUN_DIVERGED` naming the term that is not finite.
   */
  async epoch(
    epoch: number,
    onInterval: (point: TermPoint) => Promise<void>,
    between: (progress: EpochProgress) => Promise<boolean>,
    wait: () => boolean = () => false,
  ): Promise<Pick<EpochPoint, 'terms' | 'total' | 'learningRate' | 'observed'> | null> {
    const { sampler, device } = this.#parts;
    const perEpoch = sampler.stepsPerEpoch;
    const learningRate = this.learningRate(epoch);
    let sum: Parameters<typeof accumulate>[0] = null;
    let inInterval = 0;
    let stepInEpoch = this.#step - epoch * perEpoch;
    if (stepInEpoch === 0) {
      this.#epochSums = [];
      this.#epochObserved = {};
    }
    await this.#makeGraphs(epoch);
    let reading: Reading | null = null;
    const heard = async (): Promise<void> => {
      if (!reading) return;
      const { sums, steps, step } = reading;
      reading = null;
      const values = await sums;
      device.check();
      await onInterval(this.#point(epoch, step, values, steps));
    };
    while (stepInEpoch < perEpoch) {
      const values = await this.#takeStep(epoch, stepInEpoch, learningRate);
      sum = accumulate(sum, values);
      inInterval += 1;
      stepInEpoch += 1;
      this.#step += 1;
      if (inInterval === this.#interval || stepInEpoch === perEpoch) {
        await heard();
        reading = startReading(sum, inInterval, this.#step);
        sum = null;
        inInterval = 0;
        if (stepInEpoch === perEpoch || wait()) await heard();
      }
      await this.#sync();
      if (arrived(reading)) await heard();
      if (!(await between({ epoch, stepInEpoch }))) {
        sum?.dispose();
        await heard();
        return null;
      }
    }
    const means = this.#epochSums.map((value) => value / perEpoch);
    const observed = { ...this.#epochObserved, ...mapNumbers(this.#observed(means), (value) => [value]) };
    return {
      terms: this.#named(means),
      total: entry(means, this.#termKeys.length),
      learningRate,
      ...(Object.keys(observed).length > 0 && { observed }),
    };
  }

  async #makeGraphs(epoch: number): Promise<void> {
    const { model, trace } = this.#parts;
    const graphs = await model.epochGraphs?.(epoch);
    if (!graphs) return;
    model.useEpochGraphs?.(graphs);
    if (trace?.wants(this.#step)) trace.graphs(graphs);
  }

  async #takeStep(epoch: number, stepInEpoch: number, learningRate: number) {
    const { model, sampler, sizes, trace, random } = this.#parts;
    const host = sampler.next();
    const batch = deviceBatch(host, sizes.users, sizes.items);
    const traced = trace?.wants(this.#step) ?? false;
    const scope = new RecordingStep({ epoch, stepInEpoch, step: this.#step }, random, traced);
    let terms: LossTermValue[] = [];
    const { gradients, values, unreached } = termGradients(
      model.parameters,
      () => {
        terms = model.loss(batch, scope);
        return terms;
      },
      scope.observed,
    );
    if (stepInEpoch === 0) refuseLostParameters(model.parameters, unreached);
    this.#termKeys = terms.map(({ key }) => key);
    this.#observedKeys = scope.observed.map(({ key }) => key);
    if (stepInEpoch === 0) await this.#observeFirst(batch, scope);
    this.#adam.step(model.parameters, gradients, learningRate);
    if (traced)
      await trace?.record(this.#step, {
        epoch,
        learningRate,
        host,
        terms,
        observed: scope.observed,
        values,
        gradients,
        parameters: model.parameters,
        draws: scope.draws,
      });
    gradients.forEach((gradient) => gradient.dispose());
    scope.dispose();
    disposeBatch(batch);
    return values;
  }

  /** What is looked at once an epoch: distributions, and what each term contributes to the gradient. */
  async #observeFirst(batch: Batch, scope: RecordingStep): Promise<void> {
    const { model, random } = this.#parts;
    for (const [key, { values, edges }] of scope.distributions) {
      this.#epochObserved[key] = countBetween(await readFloats(values), edges);
    }
    if (!model.gradientShares) return;
    const parameters = model.gradientShares;
    const again = (): LossTermValue[] => {
      const unseen = new RecordingStep({ epoch: scope.epoch, stepInEpoch: 1, step: this.#step }, random, false);
      return model.loss(batch, unseen);
    };
    const norms = termGradientNorms(parameters, again, this.#termKeys.length);
    const values = await readFloats(norms);
    norms.dispose();
    parameters.forEach(({ name }, column) => {
      const ofTerms = this.#termKeys.map((_, row) => at(values, row * parameters.length + column));
      const sum = ofTerms.reduce((total, value) => total + value, 0);
      this.#epochObserved[`gradientShare/${name}`] = ofTerms.map((value) => (sum > 0 ? value / sum : 0));
    });
  }

  #point(epoch: number, step: number, sums: Float32Array, steps: number): TermPoint {
    const broken = sums.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) {
      // The values before weighting follow the total: they tell which term it was.
      const names = [...this.#termKeys, 'total', ...this.#termKeys, ...this.#observedKeys];
      const term = names[broken] ?? 'total';
      throw diverged(`loss term “${term}”`, { term, epoch, step });
    }
    sums.forEach((value, place) => (this.#epochSums[place] = (this.#epochSums[place] ?? 0) + value));
    const means = Array.from(sums, (value) => value / steps);
    return {
      step,
      epoch,
      terms: this.#named(means),
      total: entry(means, this.#termKeys.length),
      ...(this.#observedKeys.length > 0 && { observed: this.#observed(means) }),
    };
  }

  #observed(means: readonly number[]): Record<string, number> {
    const first = 2 * this.#termKeys.length + 1;
    return Object.fromEntries(this.#observedKeys.map((key, place) => [key, entry(means, first + place)]));
  }

  #named(values: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.#termKeys.map((key, place) => [key, entry(values, place)]));
  }

  async state(): Promise<TrainerState> {
    const parameters: Record<string, SavedParameter> = {};
    for (const parameter of this.#parts.model.parameters) {
      const saved = await saveParameter(parameter);
      // A loss can still be finite in the step whose gradient was not: what it left must not become the last good checkpoint.
      if (!saved.values.every(Number.isFinite))
        throw diverged(`parameter “${parameter.name}”`, { parameter: parameter.name, step: this.#step });
      parameters[parameter.name] = saved;
    }
    return {
      step: this.#step,
      adamSteps: this.#adam.steps,
      epochSums: [...this.#epochSums],
      epochObserved: { ...this.#epochObserved },
      model: (await this.#parts.model.state?.()) ?? {},
      parameters,
    };
  }

  restore(state: TrainerState): void {
    for (const parameter of this.#parts.model.parameters) {
      const saved = state.parameters[parameter.name];
      if (!saved) throw new Error(`The checkpoint has no ${parameter.name}.`);
      restoreParameter(parameter, saved);
    }
    this.#parts.model.restoreState?.(state.model);
    this.#step = state.step;
    this.#epochObserved = { ...state.epochObserved };
    this.#epochSums = [...state.epochSums];
    this.#adam.restore(state.adamSteps);
  }
}

function mapNumbers<T>(record: Readonly<Record<string, number>>, change: (value: number) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** An epoch's first step reaches every parameter, each under a name of its own: one that it does not would stay as it was drawn. */
function refuseLostParameters(parameters: readonly Parameter[], unreached: readonly string[]): void {
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

function diverged(what: string, context: ErrorContext & { readonly step: number }): AppError {
  return new AppError(
    'RUN_DIVERGED',
    `The ${what} is not a finite number any more, at step ${context.step}.`,
    'Lower the learning rate, or check the features; the last good checkpoint is kept.',
    context,
  );
}
