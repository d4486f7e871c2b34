import { CUTOFFS, byKey, type MetricKey, type Metrics, type PerUserMetrics } from '../../src/domain/metrics';

export const MAX_CUTOFF = Math.max(...CUTOFFS);

/**
 * All metrics of one ranked list. `ranked`: items, best first, −1 (or the end) where none is left; `relevant`: the
 * user's held-out items, at least one. `h` hits up to rank K:
 * Recall = h/|relevant|; Precision = h/K; NDCG = Σ_{hit at r} 1/log₂(r+1) ÷ Σ_{r ≤ min(K,|relevant|)} 1/log₂(r+1);
 * MAP = Σ_{hit at r} (hits up to r)/r ÷ min(K, |relevant|).
 */
export function rankingMetrics(ranked: ArrayLike<number>, relevant: ReadonlySet<number>): Record<MetricKey, number> {
  const result: Partial<Record<MetricKey, number>> = {};
  let hits = 0;
  let gain = 0;
  let ideal = 0;
  let precisionSum = 0;
  let next = 0;
  for (let rank = 1; rank <= MAX_CUTOFF; rank++) {
    const item = ranked[rank - 1] ?? -1;
    const discount = 1 / Math.log2(rank + 1);
    if (rank <= relevant.size) ideal += discount;
    if (item >= 0 && relevant.has(item)) {
      hits += 1;
      gain += discount;
      precisionSum += hits / rank;
    }
    const cutoff = CUTOFFS[next];
    if (rank === cutoff) {
      result[`recall@${cutoff}`] = hits / relevant.size;
      result[`ndcg@${cutoff}`] = gain / ideal;
      result[`precision@${cutoff}`] = hits / cutoff;
      result[`map@${cutoff}`] = precisionSum / Math.min(cutoff, relevant.size);
      next += 1;
    }
  }
  return byKey((key) => result[key] ?? 0);
}

/** Means over users, in double precision. */
export function meanMetrics(perUser: PerUserMetrics): Metrics {
  return byKey((key) => {
    const values = perUser.values[key];
    let sum = 0;
    for (const value of values) sum += value;
    return values.length === 0 ? 0 : sum / values.length;
  });
}
