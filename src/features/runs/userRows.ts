import type { Histogram } from '../../domain/dataset';
import type { Interactions } from '../../domain/interactions';
import type { RunDetails } from '../../storage/runs';

/** One recommended item of a user. */
export interface TopItem {
  readonly rank: number;
  readonly item: number;
  readonly score: number;
  /** In the user's test split. */
  readonly hit: boolean;
  /** Training interactions of the item, over all users. */
  readonly popularity: number;
}

export interface UserView {
  readonly top: readonly TopItem[];
  /** Test items that the list does not contain. */
  readonly missed: readonly number[];
  readonly history: readonly number[];
  /** Training interactions per item. */
  readonly popularity: Int32Array;
}

/** Training interactions of every item, `[items]`. */
export function itemPopularity(interactions: Interactions): Int32Array {
  let items = 0;
  for (const item of interactions.items) items = Math.max(items, item + 1);
  const counts = new Int32Array(items);
  interactions.items.forEach((item, i) => {
    if (interactions.split[i] === 0) counts[item] = (counts[item] ?? 0) + 1;
  });
  return counts;
}

/** The stored top list of the user at `row` of `details`, checked against what the user held out. */
export function userView(
  details: RunDetails,
  row: number,
  interactions: Interactions,
  popularity: Int32Array,
): UserView {
  const user = details.perUser.users[row] ?? -1;
  const history: number[] = [];
  const heldOut = new Set<number>();
  interactions.users.forEach((other, i) => {
    const item = interactions.items[i];
    if (other !== user || item === undefined) return;
    if (interactions.split[i] === 0) history.push(item);
    else if (interactions.split[i] === 2) heldOut.add(item);
  });
  const start = row * details.cutoff;
  const top: TopItem[] = [];
  for (let rank = 0; rank < details.cutoff; rank++) {
    const item = details.topItems[start + rank] ?? -1;
    if (item < 0) break;
    top.push({
      rank: rank + 1,
      item,
      score: details.topScores[start + rank] ?? NaN,
      hit: heldOut.has(item),
      popularity: popularity[item] ?? 0,
    });
  }
  const shown = new Set(top.map(({ item }) => item));
  return { top, missed: [...heldOut].filter((item) => !shown.has(item)), history, popularity };
}

/** Values in [0, 1] in `bins` equal bins; 1 belongs to the last. */
export function unitHistogram(values: Float32Array, bins = 20): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => i / bins), counts };
}

/** Rows of `values` in ascending order of value, equal values in order of row. */
export function ranked(values: Float32Array): Int32Array {
  const order = Int32Array.from(values, (_, i) => i);
  return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}
