import { at, entry } from './at';
import type { Interactions } from './interactions';
import { spread, type Spread } from './spread';

/** Items of like popularity, and how the test interactions that fall among them fare (EGRA, Figure 2). */
export interface PopularityGroup {
  /** Items of the group. */
  readonly items: number;
  /** Training interactions of its least and its most popular item. */
  readonly fewest: number;
  readonly most: number;
  /** Users who have a test interaction in it. */
  readonly users: number;
  readonly tested: number;
  /** Share of all recommended places that its items take. */
  readonly recommended: number;
  /** Means over its users; null without any. */
  readonly recall: number | null;
  readonly ndcg: number | null;
}

/** What a run recommended: `topItems [users, width]`, best first, −1 where there is nothing. */
export interface TopLists {
  readonly users: Int32Array;
  readonly topItems: Int32Array;
  readonly width: number;
}

/** The parts that items are divided into, and how they are called, the most popular first. */
export const GROUP_NAMES = ['most popular', 'popular', 'middle', 'rare', 'rarest'] as const;

/** The groups of every run of a setting whose lists are stored. */
export interface SettingGroups {
  /** The setting's key. */
  readonly key: string;
  readonly runs: readonly { readonly seed: number; readonly groups: readonly PopularityGroup[] }[];
}

/** A setting's recall and NDCG in each group: mean ± sd over its runs. */
export function groupSpreads({ runs }: SettingGroups, metric: 'recall' | 'ndcg'): Spread[] {
  return GROUP_NAMES.map((_, place) => spread(runs.flatMap(({ groups }) => groups[place]?.[metric] ?? [])));
}

const TRAIN = 0;
const TEST = 2;

/**
 * Items by training interactions, most popular first (ties: the lower index), in `groups` parts of equal size. Of a user and a group:
 * recall is the share of the group's test items among the first `cutoff`; NDCG counts their gains `1/log₂(rank + 1)` at the
 * ranks they have in the whole list, over the best that as many could have.
 */
export function popularityGroups(
  interactions: Interactions,
  items: number,
  lists: TopLists,
  cutoff: number,
  groups: number,
): PopularityGroup[] {
  const popularity = new Int32Array(items);
  interactions.items.forEach(
    (item, row) => interactions.split[row] === TRAIN && (popularity[item] = at(popularity, item) + 1),
  );
  const order = Array.from(popularity.keys()).sort((a, b) => at(popularity, b) - at(popularity, a) || a - b);
  const groupOf = new Uint8Array(items);
  order.forEach((item, place) => (groupOf[item] = Math.floor((place * groups) / items)));

  const held = new Map<number, number[]>();
  interactions.users.forEach((user, row) => {
    if (interactions.split[row] === TEST) held.set(user, [...(held.get(user) ?? []), at(interactions.items, row)]);
  });
  const sums = Array.from({ length: groups }, () => ({ users: 0, tested: 0, recall: 0, ndcg: 0, recommended: 0 }));
  let places = 0;
  lists.users.forEach((user, row) => {
    const rankOf = new Map<number, number>();
    for (let rank = 0; rank < Math.min(cutoff, lists.width); rank++) {
      const item = at(lists.topItems, row * lists.width + rank);
      if (item < 0) break;
      rankOf.set(item, rank);
      places += 1;
      const sum = sums[at(groupOf, item)];
      if (sum) sum.recommended += 1;
    }
    const tested = held.get(user) ?? [];
    for (let group = 0; group < groups; group++) {
      const own = tested.filter((item) => groupOf[item] === group);
      const sum = sums[group];
      if (own.length === 0 || !sum) continue;
      const ranks = own.flatMap((item) => rankOf.get(item) ?? []);
      sum.users += 1;
      sum.tested += own.length;
      sum.recall += ranks.length / own.length;
      sum.ndcg += ranks.reduce((gain, rank) => gain + discount(rank), 0) / idealGain(Math.min(own.length, cutoff));
    }
  });
  return sums.map(({ users, tested, recall, ndcg, recommended }, group): PopularityGroup => {
    const own = order.filter((item) => groupOf[item] === group);
    return {
      items: own.length,
      fewest: own.length === 0 ? 0 : at(popularity, entry(own, own.length - 1)),
      most: own.length === 0 ? 0 : at(popularity, entry(own, 0)),
      users,
      tested,
      recommended: recommended / Math.max(1, places),
      recall: users === 0 ? null : recall / users,
      ndcg: users === 0 ? null : ndcg / users,
    };
  });
}

/** The DCG discount of a rank counted from 0. */
const discount = (rank: number): number => 1 / Math.log2(rank + 2);

function idealGain(hits: number): number {
  let gain = 0;
  for (let rank = 0; rank < hits; rank++) gain += discount(rank);
  return gain;
}
