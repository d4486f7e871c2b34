import { at } from '../../src/domain/at';
import type { Ranker } from '../engine/ranking';
import type { Interactions } from '../../src/domain/interactions';
import { byKey, type MetricKey, type Metrics, type PerUserMetrics } from '../../src/domain/metrics';
import type { Pairs } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';
import type { Representation } from '../engine/contract';
import { MAX_CUTOFF, meanMetrics, rankingMetrics } from './metrics';

/** Users that are ranked in a split, ascending, with their held-out items. */
export interface HeldOut {
  readonly users: Int32Array;
  readonly relevant: readonly ReadonlySet<number>[];
  /** Held-out items rated above their user's threshold; null on data without ratings. */
  readonly liked: readonly ReadonlySet<number>[] | null;
}

/**
 * Users with at least one held-out item in `split` (1 = validation, 2 = test) and at least one training item.
 * `thresholds [U]`: above it a rating says that the user liked the item; null without ratings.
 */
export function heldOut(
  interactions: Interactions,
  split: 1 | 2,
  trained: Csr,
  thresholds: Float64Array | null,
): HeldOut {
  const relevant = new Map<number, Set<number>>();
  const liked = new Map<number, Set<number>>();
  interactions.split.forEach((label, row) => {
    const user = at(interactions.users, row);
    const item = at(interactions.items, row);
    if (label !== split || at(trained.pointers, user + 1) === at(trained.pointers, user)) return;
    addTo(relevant, user, item);
    if ((interactions.ratings?.[row] ?? 0) > (thresholds?.[user] ?? Infinity)) addTo(liked, user, item);
  });
  const users = Int32Array.from(relevant.keys()).sort();
  const sets = (of: ReadonlyMap<number, Set<number>>): Set<number>[] =>
    Array.from(users, (user) => of.get(user) ?? new Set());
  return { users, relevant: sets(relevant), liked: thresholds && sets(liked) };
}

function addTo(sets: Map<number, Set<number>>, user: number, item: number): void {
  const items = sets.get(user);
  if (items) items.add(item);
  else sets.set(user, new Set([item]));
}

/** The held-out pairs themselves, users ascending. */
export function pairsOf({ users, relevant }: HeldOut): Pairs {
  const pairs = relevant.flatMap((items, row) => Array.from(items, (item) => ({ user: at(users, row), item })));
  return { users: Int32Array.from(pairs, ({ user }) => user), items: Int32Array.from(pairs, ({ item }) => item) };
}

export interface Evaluation {
  readonly metrics: Metrics;
  readonly perUser: PerUserMetrics;
  /** Over liked held-out items and the users who have any; null on data without ratings. */
  readonly liked: Metrics | null;
  readonly perUserLiked: PerUserMetrics | null;
  /** `[users, MAX_CUTOFF]` */
  readonly topItems: Int32Array;
  readonly topScores: Float32Array;
}

/**
 * Full ranking of a split: every item is scored for every held-out user, the user's training items are masked, ties go
 * to the lower item. `between` is awaited after each tile, so that commands get through; null when it says to stop.
 */
export async function evaluate(
  ranker: Ranker,
  representation: Representation,
  target: HeldOut,
  between: () => Promise<boolean>,
): Promise<Evaluation | null> {
  const count = target.users.length;
  const topItems = new Int32Array(count * MAX_CUTOFF).fill(-1);
  const topScores = new Float32Array(count * MAX_CUTOFF);
  try {
    for (let first = 0; first < count; first += ranker.tileRows) {
      const users = target.users.subarray(first, Math.min(count, first + ranker.tileRows));
      const tile = await ranker.rank(representation, users);
      topItems.set(tile.items, first * MAX_CUTOFF);
      topScores.set(tile.scores, first * MAX_CUTOFF);
      if (!(await between())) return null;
    }
  } finally {
    ranker.rest();
  }
  const perUser = judge(target.users, topItems, target.relevant);
  const perUserLiked = target.liked && judge(target.users, topItems, target.liked);
  return {
    metrics: meanMetrics(perUser),
    perUser,
    liked: perUserLiked && meanMetrics(perUserLiked),
    perUserLiked,
    topItems,
    topScores,
  };
}

/** Metrics of every user who has a relevant item. */
function judge(users: Int32Array, topItems: Int32Array, relevant: readonly ReadonlySet<number>[]): PerUserMetrics {
  const rows = Array.from(users.keys()).filter((row) => (relevant[row]?.size ?? 0) > 0);
  const values: Record<MetricKey, Float32Array> = byKey(() => new Float32Array(rows.length));
  rows.forEach((row, place) => {
    const metrics = rankingMetrics(
      topItems.subarray(row * MAX_CUTOFF, (row + 1) * MAX_CUTOFF),
      relevant[row] ?? new Set(),
    );
    byKey((key) => (values[key][place] = metrics[key]));
  });
  return { users: Int32Array.from(rows, (row) => at(users, row)), values };
}
