import { at } from '../../src/domain/at';
import { placeOf, transpose, type Csr } from './csr';
import type { Pairs } from './behaviour';

interface PseudoOptions {
  /** ξ */
  readonly tailShare: number;
  /** Q */
  readonly perUser: number;
  /** ζ⁺ and ζ⁻ */
  readonly positiveCut: number;
  readonly negativeCut: number;
  /** Only liked items of the history raise positive pseudo edges. */
  readonly likedRowsOnly: boolean;
  /** Most pseudo edges of one sign per item; 0 for no limit. */
  readonly perItemCap: number;
}

export interface PseudoFeedback {
  readonly positive: Pairs;
  readonly negative: Pairs;
}

/** Rows `[rows, I]` of `S^f = ⊙_m max(0, cos_m)`. */
export type SimilarityRows = (items: Int32Array) => Promise<Float32Array>;

/** A pair of a user's history item and a candidate. */
interface Candidate {
  readonly value: number;
  readonly row: number;
  readonly item: number;
}

/**
 * Adaptive pseudo feedback (SiMGR, APFI). For each user, over the items `q` of the history and the items without an
 * interaction: of the pairs with a tail item the `Q` greatest `S^f` values that exceed ζ⁺ become positive pseudo edges, of
 * the pairs with a popular item the `Q` least values below ζ⁻ become negative ones. An item counts once per user.
 * `trained [U, I]`; `liked [U, I]` holds 1 at liked and 0 at disliked training pairs. `S^f` is asked for in blocks of rows and never held. Ties: the lower `q`, then the lower item.
 */
export async function pseudoFeedback(
  trained: Csr,
  liked: Csr,
  similarities: SimilarityRows,
  options: PseudoOptions,
  blockRows: number,
  onBlock: (fraction: number) => Promise<void>,
): Promise<PseudoFeedback> {
  const audiences = transpose(trained);
  const tail = tailItems(audiences, options.tailShare);
  const columns = { tail: itemsWhere(tail, 1), popular: itemsWhere(tail, 0) };
  const best: Candidate[][] = Array.from({ length: trained.rows }, () => []);
  const least: Candidate[][] = Array.from({ length: trained.rows }, () => []);
  const longest = longestHistories(trained, audiences);

  for (let first = 0; first < trained.columns && options.perUser > 0; first += blockRows) {
    const items = Int32Array.from(
      { length: Math.min(blockRows, trained.columns - first) },
      (_, place) => first + place,
    );
    const block = await similarities(items);
    for (const [place, row] of items.entries()) {
      if (at(longest, row) === 0) continue;
      const values = block.subarray(place * trained.columns, (place + 1) * trained.columns);
      // A user leaves out what they have: no more than their history, so this many are enough for all of them.
      const enough = options.perUser + at(longest, row);
      const top = extremes(values, columns.tail, enough, 1, options.positiveCut, row);
      const low = extremes(values, columns.popular, enough, -1, -options.negativeCut, row);
      for (let k = at(audiences.pointers, row); k < at(audiences.pointers, row + 1); k++) {
        const user = at(audiences.indices, k);
        const owns = (item: number): boolean => placeOf(trained, user, item) >= 0;
        if (!options.likedRowsOnly || at(liked.values, placeOf(liked, user, row)) === 1)
          merge(best, user, top, owns, options.perUser, 1);
        merge(least, user, low, owns, options.perUser, -1);
      }
    }
    await onBlock(Math.min(1, (first + blockRows) / trained.columns));
  }
  return {
    positive: admitted(best, options.perItemCap, trained.columns),
    negative: admitted(least, options.perItemCap, trained.columns),
  };
}

/** 1 for the `⌊ξ·I⌋` items of lowest training degree, ties: the lower item. */
export function tailItems(audiences: Csr, share: number): Uint8Array {
  const degree = (item: number): number => at(audiences.pointers, item + 1) - at(audiences.pointers, item);
  const order = Array.from({ length: audiences.rows }, (_, item) => item).sort(
    (a, b) => degree(a) - degree(b) || a - b,
  );
  const tail = new Uint8Array(audiences.rows);
  for (const item of order.slice(0, Math.floor(share * audiences.rows))) tail[item] = 1;
  return tail;
}

const itemsWhere = (tail: Uint8Array, wanted: number): Int32Array =>
  Int32Array.from(tail.keys()).filter((item) => tail[item] === wanted);

/** Per item, the longest history among the users who have it. */
function longestHistories(trained: Csr, audiences: Csr): Int32Array {
  return Int32Array.from({ length: audiences.rows }, (_, item) => {
    let longest = 0;
    for (let k = at(audiences.pointers, item); k < at(audiences.pointers, item + 1); k++) {
      const user = at(audiences.indices, k);
      longest = Math.max(longest, at(trained.pointers, user + 1) - at(trained.pointers, user));
    }
    return longest;
  });
}

/** The first `count` columns by `sign · value`, of those beyond the cut; best first, ties: the lower column. */
function extremes(
  values: Float32Array,
  columns: Int32Array,
  count: number,
  sign: 1 | -1,
  cut: number,
  row: number,
): Candidate[] {
  const beyond: Candidate[] = [];
  for (const item of columns) {
    const value = at(values, item);
    if (sign * value > cut) beyond.push({ value, row, item });
  }
  return beyond.sort((a, b) => sign * (b.value - a.value) || a.item - b.item).slice(0, count);
}

/** Merges a row's candidates into a user's best `limit`; rows come in ascending order, so an earlier one wins a tie. */
function merge(
  lists: Candidate[][],
  user: number,
  candidates: readonly Candidate[],
  owns: (item: number) => boolean,
  limit: number,
  sign: 1 | -1,
): void {
  const own = lists[user] ?? [];
  const merged: Candidate[] = [];
  let a = 0;
  let taken = 0;
  for (const candidate of candidates) {
    if (taken >= limit || merged.length >= limit) break;
    if (owns(candidate.item)) continue;
    taken += 1;
    for (
      let next = own[a];
      next && sign * next.value >= sign * candidate.value && merged.length < limit;
      next = own[a]
    ) {
      merged.push(next);
      a += 1;
    }
    if (merged.length < limit) merged.push(candidate);
  }
  for (; a < own.length && merged.length < limit; a++) {
    const rest = own[a];
    if (rest) merged.push(rest);
  }
  lists[user] = merged;
}

/** Each user's items once; with a cap, users in ascending order, best first, until an item has its share. */
function admitted(lists: readonly Candidate[][], cap: number, items: number): Pairs {
  const counts = new Int32Array(items);
  const users: number[] = [];
  const columns: number[] = [];
  lists.forEach((candidates, user) => {
    const seen = new Set<number>();
    for (const { item } of candidates) {
      if (seen.has(item) || (cap > 0 && at(counts, item) >= cap)) continue;
      seen.add(item);
      counts[item] = at(counts, item) + 1;
      users.push(user);
      columns.push(item);
    }
  });
  return { users: Int32Array.from(users), items: Int32Array.from(columns) };
}
