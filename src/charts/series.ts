/** One measured pair. */
export type Point = readonly [x: number, y: number];

/** From low to high at x. */
export type Range = readonly [x: number, low: number, high: number];

/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** A `signal` is noisy and may be smoothed; an `evaluation` is a measurement: drawn with marks, never smoothed; a `level` is one value for every x. */
  readonly kind: 'signal' | 'evaluation' | 'level';
  /** Its place in the palette, where that is not left to the chart. */
  readonly slot?: number;
  /** What lies around the line, such as ± one standard deviation over seeds. */
  readonly band?: readonly Range[];
  /** The single measurements of which the line shows the mean, drawn small. */
  readonly singles?: readonly Point[];
}

/** A vertical line with a word: the best epoch, a change of stage. */
export interface VerticalMark {
  readonly x: number;
  readonly label: string;
}

/** The pairs in which both numbers are finite. */
export function finitePoints(points: readonly Point[]): readonly Point[] {
  return points.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    ? points
    : points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}

/** Smallest and largest of one coordinate over all series; null without a finite point. */
export function extent(series: readonly { readonly points: readonly Point[] }[], coordinate: 0 | 1): Point | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { points } of series) {
    for (const point of points) {
      const value = point[coordinate];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** Index of the point whose x is nearest, points in ascending x; −1 when there is none. */
export function nearestIndex(points: readonly Point[], x: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? Infinity) < x) low = middle + 1;
    else high = middle;
  }
  const here = points[low];
  const before = points[low - 1];
  if (!here) return -1;
  return before && x - before[0] < here[0] - x ? low - 1 : low;
}
