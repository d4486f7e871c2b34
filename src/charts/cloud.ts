import { axisOver, type Axis } from './ticks';

/** Points in the plane. */
export interface Cloud {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const ROOM = 0.04;

/** Axes over all points on which a unit is as long along x as along y, for a plot of `width × height`. */
export function equalAxes(
  { x, y }: Cloud,
  width: number,
  height: number,
): { readonly xAxis: Axis; readonly yAxis: Axis } {
  const [left, right] = endsOf(x);
  const [bottom, top] = endsOf(y);
  const unit = Math.max((right - left) / width, (top - bottom) / height, 1e-12) * (1 + 2 * ROOM);
  const around = (low: number, high: number, pixels: number): Axis => {
    const middle = (low + high) / 2;
    return axisOver([middle - (unit * pixels) / 2, middle + (unit * pixels) / 2], { tight: true });
  };
  return { xAxis: around(left, right, width), yAxis: around(bottom, top, height) };
}

function endsOf(values: Float64Array): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** Index of the point nearest to a place, within `reach`; −1 when there is none. All in the same units. */
export function nearestPoint({ x, y }: Cloud, px: number, py: number, reach: number): number {
  let nearest = -1;
  let least = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const distance = ((x[i] ?? NaN) - px) ** 2 + ((y[i] ?? NaN) - py) ** 2;
    if (distance <= least) {
      least = distance;
      nearest = i;
    }
  }
  return nearest;
}

/** The nearest other point within 45° of a direction along one axis (`dx` or `dy` is ±1, y upwards as the points are); `from` itself when there is none. */
export function pointTowards({ x, y }: Cloud, from: number, dx: number, dy: number): number {
  const [ox, oy] = [x[from] ?? 0, y[from] ?? 0];
  let nearest = from;
  let least = Infinity;
  for (let i = 0; i < x.length; i++) {
    const [ax, ay] = [(x[i] ?? NaN) - ox, (y[i] ?? NaN) - oy];
    const along = ax * dx + ay * dy;
    const across = Math.abs(ax * dy) + Math.abs(ay * dx);
    const distance = along * along + across * across;
    if (!(along > 0) || across > along || distance >= least) continue;
    least = distance;
    nearest = i;
  }
  return nearest;
}
