import { useState, type PointerEvent } from 'react';
import type { PlotLayout } from './layout';
import type { Point } from './series';

/** A shorter drag is a click, in pixels. */
const LEAST = 8;

/** A drag across a plot with the mouse or a pen: what it marks, in pixels, and at its end the values between. A finger scrolls the page. */
export function useDrag(
  { left, right, width }: PlotLayout,
  valueAt: (share: number) => number,
  onRange: ((range: Point) => void) | undefined,
) {
  const [ends, setEnds] = useState<Point | null>(null);
  const inside = (event: PointerEvent): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.min(width - right, Math.max(left, x));
  };
  const far = ends !== null && Math.abs(ends[1] - ends[0]) >= LEAST;
  const sorted: Point | null = ends && far ? [Math.min(...ends), Math.max(...ends)] : null;
  const shareOf = (x: number): number => (x - left) / Math.max(1, width - left - right);
  return {
    selection: sorted,
    start: (event: PointerEvent): void => {
      if (!onRange || event.button !== 0 || event.pointerType === 'touch') return;
      setEnds([inside(event), inside(event)]);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    move: (event: PointerEvent): void => {
      if (ends) setEnds([ends[0], inside(event)]);
    },
    end: (): void => {
      if (sorted) onRange?.([valueAt(shareOf(sorted[0])), valueAt(shareOf(sorted[1]))]);
      setEnds(null);
    },
    cancel: (): void => setEnds(null),
  };
}
