import type { Point } from './series';

/**
 * Exponential moving average without the bias of its start: `m ← w·m + (1−w)·y`, shown as `m ÷ (1 − wⁿ)`.
 * Points that are not finite are passed over and leave the average as it is. `weight` in [0, 1).
 */
export function smooth(points: readonly Point[], weight: number): readonly Point[] {
  if (weight <= 0) return points;
  let mean = 0;
  let remaining = 1;
  return points.map(([x, y]): Point => {
    if (!Number.isFinite(y)) return [x, y];
    mean = weight * mean + (1 - weight) * y;
    remaining *= weight;
    return [x, mean / (1 - remaining)];
  });
}
