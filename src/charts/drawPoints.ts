import { markPath } from './marks';
import type { PointLook } from './pointColours';

export interface DrawnPoints {
  /** Places in CSS pixels. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly looks: readonly PointLook[];
  readonly of: Uint8Array;
}

/** Radius of a mark in CSS pixels: many points are drawn smaller. */
export const pointRadius = (count: number): number => (count <= 400 ? 3.5 : count <= 3000 ? 2.75 : 2);

/** Milliseconds of a frame that points may take: the page must answer in between. */
const SLICE_MS = 8;
/** Points between two looks at the clock. */
const BETWEEN = 500;

/**
 * Draws all points on a canvas of `width × height` CSS pixels. Each look is drawn once and then stamped; many thousand points take more
 * than a frame. Answers what breaks it off.
 */
export function drawPoints(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  { x, y, looks, of }: DrawnPoints,
): () => void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return () => undefined;
  const theme = getComputedStyle(canvas);
  const radius = pointRadius(x.length);
  const size = Math.ceil((radius + 1.5) * ratio);
  const stamps = looks.map((look) => stampOf(look, theme, radius * ratio, size));
  context.globalAlpha = x.length <= 3000 ? 0.8 : 0.6;
  let frame = 0;
  const drawFrom = (first: number): void => {
    const start = performance.now();
    let i = first;
    for (; i < x.length && ((i - first) % BETWEEN > 0 || performance.now() - start < SLICE_MS); i++) {
      const stamp = stamps[of[i] ?? 0];
      const [left, top] = [Math.round((x[i] ?? 0) * ratio) - size, Math.round((y[i] ?? 0) * ratio) - size];
      if (stamp) context.drawImage(stamp, left, top);
    }
    if (i < x.length) frame = requestAnimationFrame(() => drawFrom(i));
  };
  drawFrom(0);
  return () => cancelAnimationFrame(frame);
}

function stampOf(
  { colour, figureColour, shape }: PointLook,
  theme: CSSStyleDeclaration,
  radius: number,
  size: number,
): HTMLCanvasElement {
  const stamp = document.createElement('canvas');
  stamp.width = 2 * size;
  stamp.height = 2 * size;
  const context = stamp.getContext('2d');
  if (!context) return stamp;
  context.translate(size, size);
  // A mark's path is 2.5 wide to each side.
  context.scale(radius / 2.5, radius / 2.5);
  const property = /^var\((--[\w-]+)/.exec(colour)?.[1];
  context.fillStyle = property ? theme.getPropertyValue(property) || figureColour : colour;
  context.fill(new Path2D(markPath(shape, 0, 0)));
  return stamp;
}
