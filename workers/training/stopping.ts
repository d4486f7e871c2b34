import type { MetricKey, Metrics } from '../../src/domain/metrics';

export interface StoppingState {
  readonly bestValue: number;
  /** Evaluations since the best one. */
  readonly sinceBest: number;
}

/**
 * Early stopping on a validation metric, as MMRec does it: strictly greater counts as better, and the run ends at the
 * evaluation after the patience is used up.
 */
export class EarlyStopping {
  readonly #metric: MetricKey;
  readonly #patience: number;
  readonly #decimals: number | null;
  #bestValue = -Infinity;
  #sinceBest = 0;

  /** `patience` 0 never stops; `decimals` rounds values before they are compared. */
  constructor(metric: MetricKey, patience: number, decimals: number | null) {
    this.#metric = metric;
    this.#patience = patience;
    this.#decimals = decimals;
  }

  /** Takes in an evaluation; true when it is the best so far. */
  observe(metrics: Metrics): boolean {
    const raw = metrics[this.#metric];
    const value = this.#decimals === null ? raw : Math.round(raw * 10 ** this.#decimals) / 10 ** this.#decimals;
    if (value > this.#bestValue) {
      this.#bestValue = value;
      this.#sinceBest = 0;
      return true;
    }
    this.#sinceBest += 1;
    return false;
  }

  get shouldStop(): boolean {
    return this.#patience > 0 && this.#sinceBest > this.#patience;
  }

  get state(): StoppingState {
    return { bestValue: this.#bestValue, sinceBest: this.#sinceBest };
  }

  restore(state: StoppingState): void {
    this.#bestValue = state.bestValue;
    this.#sinceBest = state.sinceBest;
  }
}
