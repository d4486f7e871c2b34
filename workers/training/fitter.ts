import type { EpochPoint, MemoryUse } from '../../src/domain/run';
import type { Device } from '../engine/device';
import { stateOf, type Model } from '../models/model';
import type { EpochTaker, TrainerState } from './trainer';

interface FitterParts {
  readonly model: Model;
  readonly device: Pick<Device, 'check' | 'memory'>;
}

/** Takes the epochs of a model that is computed: one call of `fit` each. */
export class Fitter implements EpochTaker {
  readonly #parts: FitterParts;
  #step = 0;

  constructor(parts: FitterParts) {
    this.#parts = parts;
  }

  get step(): number {
    return this.#step;
  }

  get steps(): null {
    return null;
  }

  get memory(): MemoryUse {
    return this.#parts.device.memory();
  }

  async epoch(
    ...[epoch, onInterval, between]: Parameters<EpochTaker['epoch']>
  ): Promise<Pick<EpochPoint, 'terms' | 'total' | 'learningRate'> | null> {
    const terms = await this.#parts.model.fit?.(epoch, () => between({ epoch, stepInEpoch: 0 }));
    if (!terms) return null;
    this.#parts.device.check();
    this.#step = epoch + 1;
    const total = Object.values(terms).reduce((sum, value) => sum + value, 0);
    if (Object.keys(terms).length > 0) await onInterval({ step: this.#step, epoch, terms, total });
    return { terms, total, learningRate: 0 };
  }

  async state(): Promise<TrainerState> {
    return {
      step: this.#step,
      adamSteps: 0,
      secondAdamSteps: 0,
      passLoss: null,
      epochSums: [],
      epochObserved: {},
      model: await stateOf(this.#parts.model),
      parameters: {},
    };
  }

  restore({ step, model }: TrainerState): void {
    this.#parts.model.restoreState?.(model);
    this.#step = step;
  }

  dispose(): void {
    // It holds nothing of its own.
  }
}
