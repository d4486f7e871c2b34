import type { Ranker } from '../engine/ranking';
import type { Interactions } from '../../src/domain/dataset';
import type { MetricKey, Metrics, PerUserMetrics } from '../../src/domain/metrics';
import type { Csr } from '../graphs/csr';
import type { Representation } from '../models/model';
import { byKey, MAX_CUTOFF, meanMetrics, rankingMetrics } from './metrics';

/** Users that are ranked in a split, ascending, with their held-out items. */
export interface HeldOut {
  readonly users: Int32Array;
  readonly relevant: readonly ReadonlySet<number>[];
}

/** Users with at least one held-out item in `split` (1 = validation, 2 = test) and at least one training item. */
export function heldOut(interactions: Interactions, split: 1 | 2, trained: Csr): HeldOut {
  const relevant = new Map<number, Set<number>>();
  interactions.split.forEach((label, row) => {
    const user = interactions.users[row] ?? 0;
    const item = interactions.items[row] ?? 0;
    if (label !== split || (trained.pointers[user + 1] ?? 0) === (trained.pointers[user] ?? 0)) return;
    const items = relevant.get(user);
    if (items) items.add(item);
    else relevant.set(user, new Set([item]));
  });
  const users = Int32Array.from(relevant.keys()).sort();
  return { users, relevant: Array.from(users, (user) => relevant.get(user) ?? new Set()) };
}

export interface Evaluation {
  readonly metrics: Metrics;
  readonly perUser: PerUserMetrics;
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
  const values: Record<MetricKey, Float32Array> = byKey(() => new Float32Array(count));
  for (let first = 0; first < count; first += ranker.tileRows) {
    const users = target.users.subarray(first, Math.min(count, first + ranker.tileRows));
    const tile = await ranker.rank(representation, users);
    topItems.set(tile.items, first * MAX_CUTOFF);
    topScores.set(tile.scores, first * MAX_CUTOFF);
    for (let row = 0; row < users.length; row++) {
      const relevant = target.relevant[first + row];
      if (!relevant) continue;
      const metrics = rankingMetrics(tile.items.subarray(row * MAX_CUTOFF, (row + 1) * MAX_CUTOFF), relevant);
      byKey((key) => (values[key][first + row] = metrics[key]));
    }
    if (!(await between())) return null;
  }
  const perUser = { users: target.users, values };
  return { metrics: meanMetrics(perUser), perUser, topItems, topScores };
}
