import type { Histogram } from '../../domain/dataset';

const MOST_BINS = 40;

/**
 * Bins for `[rating, count]` pairs in increasing order: one bin around each value of an evenly spaced scale (1, 2, … 5),
 * equal bins over the range for anything finer.
 */
export function ratingBins(ratings: readonly (readonly [number, number])[]): Histogram {
  const low = ratings[0]?.[0] ?? 0;
  const high = ratings.at(-1)?.[0] ?? 1;
  const gaps = ratings.slice(1).map(([value], i) => value - (ratings[i]?.[0] ?? value));
  const step = Math.min(...gaps);
  const steps = (high - low) / step;
  const even = gaps.every((gap) => Math.abs(gap / step - Math.round(gap / step)) < 1e-6);
  const bins = even && steps < MOST_BINS ? Math.round(steps) + 1 : MOST_BINS;
  const width = even && steps < MOST_BINS ? step : (high - low) / bins;
  const start = even && steps < MOST_BINS ? low - step / 2 : low;
  const counts = new Array<number>(bins).fill(0);
  for (const [value, count] of ratings) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - start) / width)));
    counts[bin] = (counts[bin] ?? 0) + count;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => start + i * width), counts };
}
