import type { Histogram } from '../../domain/dataset';

/** Values in [0, 1] in `bins` equal bins; 1 belongs to the last. */
export function unitHistogram(values: Float32Array, bins = 20): Histogram {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => i / bins), counts };
}
