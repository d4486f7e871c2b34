/** Limits of an axis as places in its stops, both included. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

interface Line {
  readonly values: readonly number[];
}

/** The different values that lines take on an axis, ascending: where its limits can stand. */
export function stopsOf(lines: readonly Line[], axis: number): number[] {
  return [...new Set(lines.flatMap(({ values }) => values[axis] ?? []))].sort((a, b) => a - b);
}

/** Limits that fit the stops as they are now; null where they exclude nothing. */
export function clampLimits(limits: Limits | null, stops: readonly number[]): Limits | null {
  if (!limits) return null;
  const last = stops.length - 1;
  const low = Math.min(Math.max(0, limits.low), Math.max(0, last));
  const high = Math.min(Math.max(low, limits.high), Math.max(0, last));
  return low === 0 && high >= last ? null : { low, high };
}

/** Whether a line lies within the limits of every axis. */
export function keeps(
  { values }: Line,
  limits: readonly (Limits | null)[],
  stops: readonly (readonly number[])[],
): boolean {
  return values.every((value, axis) => {
    const limit = limits[axis];
    if (!limit) return true;
    const [low, high] = [stops[axis]?.[limit.low] ?? -Infinity, stops[axis]?.[limit.high] ?? Infinity];
    return value >= low && value <= high;
  });
}

/** The height of a polyline at `x`, its points in ascending x; that of its nearer end outside. */
export function heightAt(points: readonly (readonly [x: number, y: number])[], x: number): number {
  for (const [i, [toX, toY]] of points.entries()) {
    const before = points[i - 1];
    if (x > toX) continue;
    if (!before) return toY;
    const [fromX, fromY] = before;
    return fromY + ((x - fromX) / (toX - fromX)) * (toY - fromY);
  }
  return points[points.length - 1]?.[1] ?? NaN;
}

/** How far from a line the pointer may be, in pixels. */
const REACH = 24;

/** The line whose height is nearest to `y`; −1 when none is near. Of equals the first. */
export function nearestLine(heights: readonly number[], y: number): number {
  let nearest = -1;
  let least = REACH;
  heights.forEach((height, i) => {
    const distance = Math.abs(height - y);
    if (distance < least) [nearest, least] = [i, distance];
  });
  return nearest;
}

/** The stop that is nearest to a value. */
export function nearestStop(stops: readonly number[], shares: (stop: number) => number, share: number): number {
  return stops.reduce(
    (best, stop, i) => (Math.abs(shares(stop) - share) < Math.abs(shares(stops[best] ?? stop) - share) ? i : best),
    0,
  );
}
