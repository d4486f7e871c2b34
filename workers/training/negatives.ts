import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { NegativesConfig } from '../../src/domain/models/config';
import type { Csr } from '../graphs/csr';
import type { Pairs } from '../graphs/behaviour';
import { restoreStream, stream, type Random } from '../numbers/rng';

/**
 * Draws items that a user has no training interaction with: uniform, or with `degree` in proportion to the number of an item's training
 * interactions to the power of ¾.
 */
export class Negatives {
  readonly ratio: number;
  readonly #trained: Csr;
  readonly #candidates: Int32Array;
  /** Sums of the candidates' chances up to each; null where all are equal. */
  readonly #chances: Float64Array | null;
  #random: Random;

  /** Throws `SAMPLE_NO_NEGATIVE` when some user has every candidate item. */
  constructor(pairs: Pairs, trained: Csr, { negativesPerPositive, negativesFrom }: NegativesConfig, seed: number) {
    this.ratio = negativesPerPositive;
    this.#trained = trained;
    this.#candidates = candidateItems(pairs, trained.columns, negativesFrom);
    this.#chances = negativesFrom === 'degree' ? degreeChances(pairs, this.#candidates) : null;
    refuseSaturatedUsers(trained, this.#candidates.length, negativesFrom);
    this.#random = stream(seed, 'negatives');
  }

  state(): number[] {
    return this.#random.state();
  }

  restore(state: readonly number[]): void {
    this.#random = restoreStream(state);
  }

  /**
   * `ratio` items for each of the first `count` users; the rest stays 0. Fields are read once, and arrays without a check: a step on a
   * graphics card waits for this loop.
   */
  draw(users: Int32Array, count: number): Int32Array {
    const ratio = this.ratio;
    const negatives = new Int32Array(users.length * ratio);
    const { pointers, indices } = this.#trained;
    const [candidates, chances, random] = [this.#candidates, this.#chances, this.#random];
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
