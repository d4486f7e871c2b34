import { finitePoints, type Point } from './series';

/** Most points a drawn line has. */
export const MAX_POINTS = 400;

/**
 * Reduces a line to at most `limit` points and keeps its shape: every bin contributes its lowest and its highest point,
 * in their order. The bin width is a power of two, so that bins stay where they are while points are appended.
 */
export function minMaxBins(points: readonly Point[], limit: number = MAX_POINTS): readonly Point[] {
  const finite = finitePoints(points);
  if (finite.length <= limit) return finite;
  let width = 2;
  while (Math.ceil(finite.length / width) * 2 + 1 > limit) width *= 2;
  const out: Point[] = [];
  for (let start = 0; start < finite.length; start += width) {
    const end = Math.min(start + width, finite.length);
    let low = start;
    let high = start;
    for (let i = start + 1; i < end; i++) {
      const y = finite[i]?.[1] ?? NaN;
      if (y < (finite[low]?.[1] ?? NaN)) low = i;
      if (y > (finite[high]?.[1] ?? NaN)) high = i;
    }
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      const point = finite[i];
      if (point) out.push(point);
    }
  }
  const last = finite[finite.length - 1];
  if (last && out[out.length - 1] !== last) out.push(last);
  return out;
}
