import type { Point, Range } from './series';

const SHAPES = ['circle', 'square', 'triangle', 'cross'] as const;
export type MarkShape = (typeof SHAPES)[number];

/** The shape of the series at `slot`: series of marks differ in shape as well as in colour. */
export const markShape = (slot: number): MarkShape => SHAPES[slot % SHAPES.length] ?? 'circle';

/** The shapes as characters, for legends in text. */
export const MARK_GLYPHS: Readonly<Record<MarkShape, string>> = { circle: '●', square: '■', triangle: '▲', cross: '✚' };

/** A mark about six pixels wide around (x, y). */
export function markPath(shape: MarkShape, x: number, y: number): string {
  const at = `M${x.toFixed(1)} ${y.toFixed(1)}`;
  switch (shape) {
    case 'circle':
      return `${at}m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z`;
    case 'square':
      return `${at}m-2.5 -2.5h5v5h-5z`;
    case 'triangle':
      return `${at}m0 -3l3 5.5h-6z`;
    case 'cross':
      return `${at}m-3 -1h2v-2h2v2h2v2h-2v2h-2v-2h-2z`;
  }
}

/** The ground between the ends of ranges. */
export function bandPath(band: readonly Range[], x: (value: number) => number, y: (value: number) => number): string {
  const upper = band.map(([at, , high]) => `${x(at)} ${y(high)}`);
  const lower = band.map(([at, low]) => `${x(at)} ${y(low)}`).reverse();
  return upper.length === 0 ? '' : `M${[...upper, ...lower].join('L')}Z`;
}

/** A line through the points, in the units of `x` and `y`; it is interrupted where there is no number. */
export function linePath(points: readonly Point[], x: (value: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  return points
    .map(([px, py]) => {
      const piece = Number.isFinite(py) ? `${pen}${x(px)} ${y(py)}` : '';
      pen = piece === '' ? 'M' : 'L';
      return piece;
    })
    .join('');
}
