import { at } from './at';
import type { TopLists } from './longTail';

/** What lists are like besides being right; every number is over the first K places of the test users' lists. Names are RecBole's where it has them. */
export interface BeyondAccuracy {
  /** Share of all items that are recommended to anybody. */
  readonly coverage: number;
  /** Training interactions of a recommended item: the mean over users of their lists' means. */
  readonly averagePopularity: number;
  /** Of the places over all items: 0 where every item is recommended equally often, towards 1 where few are recommended. */
  readonly gini: number;
  /** −Σ p ln p of the places over items. RecBole's code divides it by the number of recommended items. */
  readonly entropy: number;
  /** Share of places taken by the tenth of the trained items with the fewest training interactions. */
  readonly tailShare: number;
  /** Mean of −log₂ of an item's share of training users; items without any count as one. */
  readonly novelty: number;
  /** Mean cosine of two items of a list, by modality. */
  readonly similarity: Readonly<Record<string, number>>;
  /** KL divergence of the lists' categories from the histories', smoothed by α = .01 (Steck, RecSys 2018); null without categories. */
  readonly calibration: number | null;
}

/** The part that needs no features: a tenth of the items is the tail. */
export const TAIL_SHARE = 0.1;
const SMOOTHING = 0.01;

/** `popularity [items]`: training interactions; `users`: users with any. Lists shorter than `cutoff` count the places that they have. */
export function listStatistics(
  lists: TopLists,
  cutoff: number,
  popularity: Int32Array,
  users: number,
): Omit<BeyondAccuracy, 'similarity' | 'calibration'> {
  const counts = new Float64Array(popularity.length);
  const tail = tailOf(popularity);
  let [places, ranked, popular, inTail, surprising] = [0, 0, 0, 0, 0];
  forEachList(lists, cutoff, (_, items) => {
    ranked += 1;
    places += items.length;
    const mean = (value: (item: number) => number): number =>
      items.reduce((sum, item) => sum + value(item), 0) / items.length;
    for (const item of items) counts[item] = at(counts, item) + 1;
    popular += mean((item) => at(popularity, item));
    inTail += mean((item) => at(tail, item));
    surprising += mean((item) => -Math.log2(Math.max(1, at(popularity, item)) / Math.max(1, users)));
  });
  return {
    coverage: counts.filter((count) => count > 0).length / counts.length,
    averagePopularity: popular / ranked,
    gini: giniOf(counts, places),
    entropy: counts.reduce((sum, count) => sum - (count > 0 ? (count / places) * Math.log(count / places) : 0), 0),
    tailShare: inTail / ranked,
    novelty: surprising / ranked,
  };
}

/** Calls with each list's items, of users who have any. */
export function forEachList(
  { users, topItems, width }: TopLists,
  cutoff: number,
  each: (user: number, items: readonly number[], row: number) => void,
): void {
  users.forEach((user, row) => {
    const items = [...topItems.subarray(row * width, row * width + Math.min(cutoff, width))].filter(
      (item) => item >= 0,
    );
    if (items.length > 0) each(user, items, row);
  });
}

/** 1 for the tenth of the items with training interactions that has the fewest (ties: the lower index), at least one. */
function tailOf(popularity: Int32Array): Uint8Array {
  const trained = Array.from(popularity.keys()).filter((item) => at(popularity, item) > 0);
  trained.sort((a, b) => at(popularity, a) - at(popularity, b) || a - b);
  const tail = new Uint8Array(popularity.length);
  for (const item of trained.slice(0, Math.max(1, Math.floor(trained.length * TAIL_SHARE)))) tail[item] = 1;
  return tail;
}

/** `Σ_i (2i − n − 1) P(i) / (n Σ P)`, P ascending. */
function giniOf(counts: Float64Array, total: number): number {
  const sorted = counts.toSorted();
  const n = sorted.length;
  return sorted.reduce((sum, count, place) => sum + (2 * (place + 1) - n - 1) * count, 0) / (n * total);
}

/**
 * Mean KL divergence of a list's categories q from the history's p: `Σ_c p ln(p / ((1 − α) q + α p))`, over users with a history. `of [items]`:
 * categories, −1 for none; such items do not count. `historyOf`: a user's training items.
 */
export function calibrationOf(
  lists: TopLists,
  cutoff: number,
  of: Int32Array,
  categories: number,
  historyOf: (user: number) => ArrayLike<number>,
): number | null {
  let [sum, users] = [0, 0];
  forEachList(lists, cutoff, (user, items) => {
    const p = sharesOf(historyOf(user), of, categories);
    const q = sharesOf(items, of, categories);
    if (!p || !q) return;
    users += 1;
    p.forEach((share, c) => {
      if (share > 0) sum += share * Math.log(share / ((1 - SMOOTHING) * at(q, c) + SMOOTHING * share));
    });
  });
  return users === 0 ? null : sum / users;
}

function sharesOf(items: ArrayLike<number>, of: Int32Array, categories: number): Float64Array | null {
  const shares = new Float64Array(categories);
  let known = 0;
  for (const item of Array.from(items)) {
    const category = at(of, item);
    if (category < 0) continue;
    shares[category] = at(shares, category) + 1;
    known += 1;
  }
  return known === 0 ? null : shares.map((count) => count / known);
}

/** Every run of a setting whose lists are stored. */
export interface SettingBeyond {
  /** The setting's key. */
  readonly key: string;
  readonly runs: readonly { readonly seed: number; readonly values: BeyondAccuracy }[];
}

/** What a question about several runs gets: the same users for all of them. */
export interface BeyondReport {
  readonly settings: readonly SettingBeyond[];
  /** Users whose lists' similarity was computed. */
  readonly similarityUsers: number;
}
