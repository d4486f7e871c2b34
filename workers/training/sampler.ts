import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { NegativesConfig } from '../../src/domain/models/config';
import type { Csr } from '../graphs/csr';
import type { Pairs } from '../graphs/behaviour';
import { restoreStream, stream, type Random } from '../numbers/rng';
import type { HostBatch } from './batch';
import { candidatesOf, drawNegatives, type Candidates } from './negatives';

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
}

/**
 * One shuffled pass over the training pairs per epoch, in batches; the last one is shorter. Each positive gets ρ
 * negatives (or none) among the candidates that the user has no training interaction with: uniform, or with `degree` in
 * proportion to the number of an item's training interactions to the power of ¾.
 */
export class Sampler {
  readonly stepsPerEpoch: number;
  readonly #pairs: Pairs;
  readonly #trained: Csr;
  readonly #candidates: Candidates | null;
  readonly #options: SamplerOptions;
  readonly #order: Int32Array;
  #shuffle: Random;
  #negatives: Random;
  #shuffleAtEpochStart: number[];
  #taken = 0;

  /** Throws `SAMPLE_NO_NEGATIVE` when negatives are drawn and some user has every candidate item. */
  constructor(pairs: Pairs, trained: Csr, options: SamplerOptions, seed: number) {
    this.#pairs = pairs;
    this.#trained = trained;
    this.#options = options;
    const { negatives } = options;
    this.#candidates = negatives && candidatesOf(pairs, trained.columns, negatives.negativesFrom);
    if (negatives && this.#candidates)
      refuseSaturatedUsers(trained, this.#candidates.items.length, negatives.negativesFrom);
    this.stepsPerEpoch = Math.ceil(pairs.users.length / options.batchSize);
    this.#order = new Int32Array(pairs.users.length);
    this.#shuffle = stream(seed, 'shuffle');
    this.#negatives = stream(seed, 'negatives');
    this.#shuffleAtEpochStart = this.#shuffle.state();
    this.#reshuffle();
  }

  /** The next batch; the first call after an epoch's last batch begins the next epoch. */
  next(): HostBatch {
    if (this.#taken === this.stepsPerEpoch) {
      this.#shuffleAtEpochStart = this.#shuffle.state();
      this.#reshuffle();
      this.#taken = 0;
    }
    const { batchSize, negatives: drawn } = this.#options;
    const ratio = drawn?.negativesPerPositive ?? 0;
    const first = this.#taken * batchSize;
    const count = Math.min(batchSize, this.#order.length - first);
    const pairs = new Int32Array(batchSize);
    const users = new Int32Array(batchSize);
    const positives = new Int32Array(batchSize);
    const order = this.#order;
    const { users: userOf, items: itemOf } = this.#pairs;
    for (let row = 0; row < count; row++) {
      const pair = at(order, first + row);
      pairs[row] = pair;
      users[row] = at(userOf, pair);
      positives[row] = at(itemOf, pair);
    }
    const negatives = this.#candidates
      ? drawNegatives(users, count, ratio, this.#trained, this.#candidates, this.#negatives)
      : new Int32Array(0);
    this.#taken += 1;
    return { count, pairs, users, positives, negatives };
  }

  state(): SamplerState {
    return { shuffleAtEpochStart: this.#shuffleAtEpochStart, negatives: this.#negatives.state(), taken: this.#taken };
  }

  restore(state: SamplerState): void {
    this.#shuffle = restoreStream(state.shuffleAtEpochStart);
    this.#negatives = restoreStream(state.negatives);
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
      const kept = at(order, i);
      order[i] = at(order, j);
      order[j] = kept;
    }
  }
}

function refuseSaturatedUsers(trained: Csr, candidates: number, from: NegativesConfig['negativesFrom']): void {
  for (let user = 0; user < trained.rows; user++) {
    if (at(trained.pointers, user + 1) - at(trained.pointers, user) < candidates) continue;
    throw new AppError(
      'SAMPLE_NO_NEGATIVE',
      `User ${user} has a training interaction with each of the ${candidates} items that negatives are drawn from.`,
      from === 'all'
        ? 'Remove this user from the dataset.'
        : 'Draw negatives from all items, or remove this user from the dataset.',
      { user, candidates },
    );
  }
}
