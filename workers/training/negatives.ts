import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { NegativesConfig } from '../../src/domain/models/config';
import type { Pairs } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';
import { restoreStream, stream, type Random } from '../numbers/rng';

/** Draws ρ negatives for each row of a batch, from a stream of its own. */
export class Negatives {
  readonly #trained: Csr;
  readonly #ratio: number;
  readonly #candidates: Candidates;
  readonly #filter: PairFilter;
  #random: Random;

  /** Throws `SAMPLE_NO_NEGATIVE` when some user has every candidate item. */
  constructor(pairs: Pairs, trained: Csr, { negativesPerPositive, negativesFrom }: NegativesConfig, seed: number) {
    this.#trained = trained;
    this.#ratio = negativesPerPositive;
    this.#candidates = candidatesOf(pairs, trained.columns, negativesFrom);
    refuseSaturatedUsers(trained, this.#candidates.items.length, negativesFrom);
    this.#filter = filterOf(trained);
    this.#random = stream(seed, 'negatives');
  }

  /** As `drawNegatives`. */
  draw(users: Int32Array, count: number): Int32Array {
    return drawNegatives(users, count, this.#ratio, this.#trained, this.#filter, this.#candidates, this.#random);
  }

  state(): number[] {
    return this.#random.state();
  }

  restore(state: readonly number[]): void {
    this.#random = restoreStream(state);
  }
}

/** The items that negatives are drawn from. */
interface Candidates {
  readonly items: Int32Array;
  /** Sums of their chances up to each; null where all are equal. */
  readonly chances: Float64Array | null;
}

/** All items, or those of the training pairs, with equal chances or in proportion to their degree to the power of ¾. */
function candidatesOf(pairs: Pairs, items: number, from: NegativesConfig['negativesFrom']): Candidates {
  const candidates = candidateItems(pairs, items, from);
  return { items: candidates, chances: from === 'degree' ? degreeChances(pairs, candidates) : null };
}

/**
 * `ratio` candidates for each of the first `count` users, none of which `trained` has for the user; the rest of `[users · ratio]` stays 0.
 * A step on a graphics card waits for this loop: it reads arrays without checking, in bounds by construction.
 */
function drawNegatives(
  users: Int32Array,
  count: number,
  ratio: number,
  { pointers, indices }: Csr,
  { bits, shift }: PairFilter,
  { items, chances }: Candidates,
  random: Random,
): Int32Array {
  const negatives = new Int32Array(users.length * ratio);
  let place = 0;
  for (let row = 0; row < count; row++) {
    const user = users[row]!;
    for (let of = 0; of < ratio; of++) {
      let item: number;
      let bit: number;
      do {
        item = items[chances ? drawPlace(chances, random) : random.integer(items.length)]!;
        bit = hashOf(user, item) >>> shift;
      } while (
        (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0 &&
        includesSorted(indices, pointers[user]!, pointers[user + 1]!, item)
      );
      negatives[place++] = item;
    }
  }
  return negatives;
}

/**
 * A bit at the hash of every training pair, among sixteen times as many and more: what has none is no training pair, and most drawn items
 * are told so without a search.
 */
interface PairFilter {
  readonly bits: Uint32Array;
  /** A hash's leading bits are its place. */
  readonly shift: number;
}

function filterOf({ rows, pointers, indices }: Csr): PairFilter {
  const size = Math.min(31, Math.max(5, Math.ceil(Math.log2(Math.max(1, indices.length))) + 4));
  const bits = new Uint32Array(2 ** (size - 5));
  const shift = 32 - size;
  for (let user = 0; user < rows; user++)
    for (let k = pointers[user]!; k < pointers[user + 1]!; k++) {
      const bit = hashOf(user, indices[k]!) >>> shift;
      bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  return { bits, shift };
}

function hashOf(user: number, item: number): number {
  const mixed = Math.imul(user, 0x9e3779b1) ^ Math.imul(item, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
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
