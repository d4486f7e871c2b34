import type { NegativesConfig } from '../../src/domain/models/config';
import type { Csr } from '../graphs/csr';
import type { Pairs } from '../graphs/behaviour';
import { restoreStream, stream, type Random } from '../numbers/rng';
import type { HostBatch } from './batch';
import { Negatives } from './negatives';

export interface SamplerOptions {
  readonly batchSize: number;
  /** ρ for each positive, from the items that occur in training (all alike, or by their degree) or from all; null draws none. */
  readonly negatives: NegativesConfig | null;
}

/** Everything that decides the batches to come; plain JSON. */
export interface SamplerState {
  readonly shuffleAtEpochStart: readonly number[];
  readonly negatives: readonly number[];
  /** Batches taken from the current epoch. */
  readonly taken: number;
  /** Streams by name that only some samplers have. */
  readonly others: Readonly<Record<string, readonly number[]>>;
}

/** Where a trainer gets its batches from. */
export interface BatchSource {
  readonly stepsPerEpoch: number;
  /** The next batch; the first call after an epoch's last batch begins the next epoch. */
  next(): HostBatch;
  state(): SamplerState;
  restore(state: SamplerState): void;
}

/** One shuffled pass over the training pairs per epoch, in batches; the last one is shorter. Each positive gets ρ negatives, or none. */
export class Sampler implements BatchSource {
  readonly stepsPerEpoch: number;
  readonly #pairs: Pairs;
  readonly #options: SamplerOptions;
  readonly #negatives: Negatives | null;
  readonly #order: Int32Array;
  #shuffle: Random;
  #shuffleAtEpochStart: number[];
  #taken = 0;

  /** Throws `SAMPLE_NO_NEGATIVE` when negatives are drawn and some user has every candidate item. */
  constructor(pairs: Pairs, trained: Csr, options: SamplerOptions, seed: number) {
    this.#pairs = pairs;
    this.#options = options;
    this.#negatives = options.negatives && new Negatives(pairs, trained, options.negatives, seed);
    this.stepsPerEpoch = Math.ceil(pairs.users.length / options.batchSize);
    this.#order = new Int32Array(pairs.users.length);
    this.#shuffle = stream(seed, 'shuffle');
    this.#shuffleAtEpochStart = this.#shuffle.state();
    this.#reshuffle();
  }

  next(): HostBatch {
    if (this.#taken === this.stepsPerEpoch) {
      this.#shuffleAtEpochStart = this.#shuffle.state();
      this.#reshuffle();
      this.#taken = 0;
    }
    const { batchSize } = this.#options;
    const first = this.#taken * batchSize;
    const count = Math.min(batchSize, this.#order.length - first);
    const pairs = new Int32Array(batchSize);
    const users = new Int32Array(batchSize);
    const positives = new Int32Array(batchSize);
    const order = this.#order;
    const { users: userOf, items: itemOf } = this.#pairs;
    // In bounds by construction: a step on a graphics card waits for this loop.
    for (let row = 0; row < count; row++) {
      const pair = order[first + row]!;
      pairs[row] = pair;
      users[row] = userOf[pair]!;
      positives[row] = itemOf[pair]!;
    }
    const negatives = this.#negatives?.draw(users, count) ?? new Int32Array(0);
    this.#taken += 1;
    return { count, pairs, users, positives, negatives };
  }

  state(): SamplerState {
    return {
      shuffleAtEpochStart: this.#shuffleAtEpochStart,
      negatives: this.#negatives?.state() ?? [],
      taken: this.#taken,
      others: {},
    };
  }

  restore(state: SamplerState): void {
    this.#shuffle = restoreStream(state.shuffleAtEpochStart);
    this.#negatives?.restore(state.negatives);
    this.#shuffleAtEpochStart = [...state.shuffleAtEpochStart];
    this.#taken = state.taken;
    this.#reshuffle();
  }

  /** Fisher–Yates from the identity, so that an epoch's order depends on the stream's state alone. */
  #reshuffle(): void {
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#shuffle.integer(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
  }
}
