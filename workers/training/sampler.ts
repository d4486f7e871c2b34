import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { NegativesConfig } from '../../src/domain/models/config';
import type { Csr } from '../graphs/csr';
import type { Pairs } from '../graphs/behaviour';
import { restoreStream, stream, type Random } from '../numbers/rng';
import type { HostBatch } from './batch';

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
  readonly #candidates: Int32Array;
  /** Sums of the candidates' chances up to each; null where all are equal. */
  readonly #chances: Float64Array | null;
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
    this.#candidates = negatives ? candidateItems(pairs, trained.columns, negatives.negativesFrom) : new Int32Array(0);
    this.#chances = negatives?.negativesFrom === 'degree' ? degreeChances(pairs, this.#candidates) : null;
    if (negatives) refuseSaturatedUsers(trained, this.#candidates.length, negatives.negativesFrom);
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
      const pair = order[first + row]!;
      pairs[row] = pair;
      users[row] = userOf[pair]!;
      positives[row] = itemOf[pair]!;
    }
    const negatives = ratio > 0 ? this.#drawNegatives(users, count, ratio) : new Int32Array(0);
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

  /**
   * `ratio` items for each of the first `count` users; the rest stays 0. Fields are read once, and arrays without a check: a step on a
   * graphics card waits for this loop.
   */
  #drawNegatives(users: Int32Array, count: number, ratio: number): Int32Array {
    const negatives = new Int32Array(users.length * ratio);
    const { pointers, indices } = this.#trained;
    const [candidates, chances, random] = [this.#candidates, this.#chances, this.#negatives];
    for (let place = 0; place < count * ratio; place++) {
      const user = users[Math.floor(place / ratio)]!;
      const [first, end] = [pointers[user]!, pointers[user + 1]!];
      let item: number;
      do item = candidates[chances ? drawPlace(chances, random) : random.integer(candidates.length)]!;
      while (includesSorted(indices, first, end, item));
      negatives[place] = item;
    }
    return negatives;
  }
}

/** The place of a candidate, drawn by the sums of chances. */
function drawPlace(sums: Float64Array, random: Random): number {
  const wanted = random.uniform() * sums[sums.length - 1]!;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether `wanted` is among the ascending `values` in `[low, high)`. */
function includesSorted(values: Int32Array, low: number, high: number, wanted: number): boolean {
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = values[middle]!;
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** `Σ_{c ≤ place} deg(c)^¾`, the degree counted over all training pairs. */
function degreeChances(pairs: Pairs, candidates: Int32Array): Float64Array {
  const degrees = new Map<number, number>();
  for (const item of pairs.items) degrees.set(item, (degrees.get(item) ?? 0) + 1);
  let sum = 0;
  return Float64Array.from(candidates, (item) => (sum += (degrees.get(item) ?? 0) ** 0.75));
}

function candidateItems(pairs: Pairs, items: number, from: NegativesConfig['negativesFrom']): Int32Array {
  if (from === 'all') return Int32Array.from({ length: items }, (_, item) => item);
  const seen = new Uint8Array(items);
  for (const item of pairs.items) seen[item] = 1;
  return Int32Array.from({ length: items }, (_, item) => item).filter((item) => seen[item] === 1);
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
