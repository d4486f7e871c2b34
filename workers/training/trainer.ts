import { entry } from '../../src/domain/at';
import { SECOND_TERM, type EpochPoint, type MemoryUse, type StepsTaken, type TermPoint } from '../../src/domain/run';
import { AppError, type ErrorContext } from '../../src/domain/errors';
import { protocolOf } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { decoupledDecayOf, learningRateOf, startsAnew } from '../../src/domain/models/schedule';
import type { Device } from '../engine/device';
import { restoreParameter, saveParameter, type SavedParameter } from '../engine/parameters';
import { arrived, startReading, type Reading } from '../engine/reading';
import { RecordingStep } from '../engine/recordingStep';
import { stepSync } from '../engine/sync';
import { stateOf } from '../models/model';
import { takePass } from './pass';
import { Steps, type StepParts } from './steps';

/** Reporting intervals per epoch: enough for a live curve, few enough that reading back costs nothing. */
const INTERVALS_PER_EPOCH = 10;

export interface EpochProgress {
  readonly epoch: number;
  readonly stepInEpoch: number;
}

interface TrainerParts extends StepParts {
  readonly device: Pick<Device, 'check' | 'memory'>;
  readonly config: Config;
}

/** State of the optimisation that a checkpoint needs, apart from the sampler's. */
export interface TrainerState {
  readonly step: number;
  readonly adamSteps: number;
  /** 0 where there is no second loss. */
  readonly secondAdamSteps: number;
  /** The second loss in its pass before the epoch in progress; null where there is none. */
  readonly passLoss: number | null;
  readonly epochSums: readonly number[];
  /** What was observed in the epoch in progress. */
  readonly epochObserved: Readonly<Record<string, readonly number[]>>;
  readonly model: Readonly<Record<string, Float32Array>>;
  readonly parameters: Readonly<Record<string, SavedParameter>>;
}

/** What takes a run's epochs. */
export type EpochTaker = Pick<Trainer, 'step' | 'steps' | 'memory' | 'epoch' | 'state' | 'restore' | 'dispose'>;

/** Runs steps. The same for every model: sampling, gradients, Adam, loss terms summed on the device. */
export class Trainer {
  readonly #parts: TrainerParts;
  readonly #steps: Steps;
  readonly #sync = stepSync();
  readonly #interval: number;
  #step = 0;
  #epochSums: number[] = [];
  #epochObserved: Record<string, readonly number[]> = {};
  #passLoss: number | null = null;

  constructor(parts: TrainerParts) {
    this.#parts = parts;
    this.#steps = new Steps({ ...parts, decoupledDecay: decoupledDecayOf(parts.config) });
    this.#interval = Math.max(1, Math.ceil(parts.sampler.stepsPerEpoch / INTERVALS_PER_EPOCH));
  }

  get step(): number {
    return this.#step;
  }

  /** How steps were taken on WebGPU; null elsewhere. */
  get steps(): StepsTaken | null {
    return this.#steps.report;
  }

  get memory(): MemoryUse {
    return this.#parts.device.memory();
  }

  learningRate(epoch: number): number {
    return learningRateOf(this.#parts.config, epoch);
  }

  /**
   * The rest of the current epoch. `onInterval` is awaited once a reporting interval's sums have come from the device: the next step may be
   * under way by then, unless the epoch ends or `wait` says at the interval's end that it is to be heard before another step begins (where a
   * checkpoint may be taken). `between` is awaited after every step, of a second loss's pass too (`stepInEpoch` 0); it returns false to stop at once.
   * Returns null when stopped, otherwise the epoch's mean terms. Throws `RUN_DIVERGED` naming the term that is not finite.
   */
  async epoch(
    epoch: number,
    onInterval: (point: TermPoint) => Promise<void>,
    between: (progress: EpochProgress) => Promise<boolean>,
    wait: () => boolean = () => false,
  ): Promise<Pick<EpochPoint, 'terms' | 'total' | 'learningRate' | 'observed'> | null> {
    try {
      const whole = await this.#restOf(epoch, onInterval, between, wait);
      return whole ? this.#means(epoch) : null;
    } finally {
      this.#steps.rest();
    }
  }

  async #restOf(...[epoch, onInterval, between, wait = () => false]: Parameters<Trainer['epoch']>): Promise<boolean> {
    const { sampler, device } = this.#parts;
    const perEpoch = sampler.stepsPerEpoch;
    const learningRate = this.learningRate(epoch);
    let inInterval = 0;
    let stepInEpoch = this.#step - epoch * perEpoch;
    if (stepInEpoch === 0) {
      this.#epochSums = [];
      this.#epochObserved = {};
      if (startsAnew(this.#parts.config)) this.#steps.startAnew();
      if (!(await this.#pass(epoch, learningRate, between))) return false;
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
      const place = { epoch, stepInEpoch, step: this.#step };
      Object.assign(this.#epochObserved, await this.#steps.take(place, learningRate, inInterval === 0));
      inInterval += 1;
      stepInEpoch += 1;
      this.#step += 1;
      if (inInterval === this.#interval || stepInEpoch === perEpoch) {
        await heard();
        reading = startReading(this.#steps.sums.read(), inInterval, this.#step);
        inInterval = 0;
        if (stepInEpoch === perEpoch || wait()) await heard();
      }
      await this.#sync();
      if (arrived(reading)) await heard();
      if (!(await between({ epoch, stepInEpoch }))) {
        await heard();
        return false;
      }
    }
    return true;
  }

  #means(epoch: number): Pick<EpochPoint, 'terms' | 'total' | 'learningRate' | 'observed'> {
    const means = this.#epochSums.map((value) => value / this.#parts.sampler.stepsPerEpoch);
    const observed = { ...this.#epochObserved, ...mapNumbers(this.#observed(means), (value) => [value]) };
    return {
      terms: this.#named(means),
      total: entry(means, this.#steps.termKeys.length),
      learningRate: this.learningRate(epoch),
      ...(Object.keys(observed).length > 0 && { observed }),
    };
  }

  /** The pass of a second loss that has one; false when stopped. */
  async #pass(epoch: number, learningRate: number, between: Parameters<Trainer['epoch']>[2]): Promise<boolean> {
    const { second } = this.#steps;
    if (!second?.pass) return true;
    const { batchSize } = protocolOf(this.#parts.config);
    const place = { epoch, step: this.#step };
    const means = await takePass({ ...this.#parts, second, batchSize }, place, learningRate, () =>
      between({ epoch, stepInEpoch: 0 }),
    );
    if (!means) return false;
    this.#parts.device.check();
    const keys = second.termKeys;
    const broken = means.findIndex((value) => !Number.isFinite(value));
    const term = [...keys, 'total', ...keys][broken];
    if (term !== undefined) throw diverged(`loss term “${term}”`, { term, ...place });
    this.#passLoss = entry(means, keys.length);
    return true;
  }

  async #makeGraphs(epoch: number): Promise<void> {
    const { model, trace, sampler, random } = this.#parts;
    const beginning = { epoch, stepInEpoch: 0, step: epoch * sampler.stepsPerEpoch };
    const graphs = await model.epochGraphs?.(epoch, new RecordingStep(beginning, random));
    if (!graphs) return;
    model.useEpochGraphs?.(graphs);
    if (trace?.wants(this.#step)) trace.graphs(graphs);
  }

  #point(epoch: number, step: number, sums: Float32Array, steps: number): TermPoint {
    const broken = sums.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) {
      // The values before weighting follow the total: they tell which term it was.
      const term = this.#steps.names[broken] ?? 'total';
      throw diverged(`loss term “${term}”`, { term, epoch, step });
    }
    sums.forEach((value, place) => (this.#epochSums[place] = (this.#epochSums[place] ?? 0) + value));
    const means = Array.from(sums, (value) => value / steps);
    return {
      step,
      epoch,
      terms: this.#named(means),
      total: entry(means, this.#steps.termKeys.length),
      ...(this.#steps.observedKeys.length > 0 && { observed: this.#observed(means) }),
    };
  }

  #observed(means: readonly number[]): Record<string, number> {
    const first = 2 * this.#steps.termKeys.length + 1;
    return Object.fromEntries(this.#steps.observedKeys.map((key, place) => [key, entry(means, first + place)]));
  }

  /** The weighted terms of the loss, and the second loss, which is no part of the total. */
  #named(values: readonly number[]): Record<string, number> {
    const { termKeys, observedKeys, second } = this.#steps;
    const terms = Object.fromEntries(termKeys.map((key, place) => [key, entry(values, place)]));
    if (!second) return terms;
    if (second.pass) return { ...terms, ...(this.#passLoss !== null && { [SECOND_TERM]: this.#passLoss }) };
    const first = 2 * termKeys.length + 1 + observedKeys.length;
    return { ...terms, [SECOND_TERM]: entry(values, first + second.termKeys.length) };
  }

  dispose(): void {
    this.#steps.dispose();
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
      adamSteps: this.#steps.adam.steps,
      secondAdamSteps: this.#steps.second?.adam.steps ?? 0,
      passLoss: this.#passLoss,
      epochSums: [...this.#epochSums],
      epochObserved: { ...this.#epochObserved },
      model: await stateOf(this.#parts.model),
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
    this.#steps.adam.restore(state.adamSteps);
    this.#steps.second?.adam.restore(state.secondAdamSteps);
    this.#passLoss = state.passLoss;
  }
}

function mapNumbers<T>(record: Readonly<Record<string, number>>, change: (value: number) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function diverged(what: string, context: ErrorContext & { readonly step: number }): AppError {
  return new AppError(
    'RUN_DIVERGED',
    `The ${what} became NaN or infinite at step ${context.step}.`,
    'Lower the learning rate or check the features. The last good checkpoint is kept.',
    context,
  );
}
