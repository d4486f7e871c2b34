import type { Point } from './series';

/** An axis: where it starts and ends, and where it is labelled. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly log: boolean;
  /** Names of ticks where they are not their own numbers. */
  readonly names?: ReadonlyMap<number, string>;
}

/** A round step (1, 2, 2.5 or 5 times a power of ten) that gives about `count` intervals. */
function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Round tick positions inside `[low, high]`. */
export function linearTicks(low: number, high: number, count: number, wholeNumbers = false): number[] {
  if (!(high > low)) return [low];
  const step = wholeNumbers ? Math.max(1, Math.ceil(niceStep(high - low, count))) : niceStep(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten inside `[low, high]`, thinned to about `count`; 1–2–5 when there are fewer than two decades. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const inside = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const powers = decades.map((exponent) => Number(`1e${exponent}`)).filter(inside);
  if (powers.length > count) {
    const every = Math.ceil(powers.length / count);
    return powers.filter((_, i) => i % every === 0);
  }
  if (powers.length >= 3) return powers;
  const fine = decades.flatMap((exponent) => [1, 2, 5].map((factor) => Number(`${factor}e${exponent}`))).filter(inside);
  return fine.length >= 2 ? fine : linearTicks(low, high, count);
}

/** An axis over `extent`; a linear one is widened to round ends unless `tight`. */
export function axisOver(
  extent: Point | null,
  options: {
    readonly log?: boolean;
    readonly count?: number;
    readonly tight?: boolean;
    readonly whole?: boolean;
    readonly fromZero?: boolean;
  } = {},
): Axis {
  const count = options.count ?? 5;
  let [low, high] = extent ?? (options.log ? [1, 10] : [0, 1]);
  if (options.log) {
    if (low === high) [low, high] = [low / 2, high * 2];
    return { low, high, ticks: logTicks(low, high, count), log: true };
  }
  if (options.fromZero && low > 0) low = 0;
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.1;
    [low, high] = [options.fromZero && low >= 0 ? low - (low === 0 ? 0 : room) : low - room, high + room];
  }
  if (options.tight) return { low, high, ticks: linearTicks(low, high, count, options.whole), log: false };
  // Widening may call for a wider step, which then has to divide the ends again.
  for (let round = 0; round < 3; round++) {
    const step = options.whole ? Math.max(1, Math.ceil(niceStep(high - low, count))) : niceStep(high - low, count);
    low = Number((Math.floor(low / step + 1e-9) * step).toPrecision(12));
    high = Number((Math.ceil(high / step - 1e-9) * step).toPrecision(12));
  }
  return { low, high, ticks: linearTicks(low, high, count, options.whole), log: false };
}

/** Where a value lies on an axis, 0 at its start and 1 at its end. */
export function position(axis: Axis, value: number): number {
  return axis.log
    ? (Math.log(value) - Math.log(axis.low)) / (Math.log(axis.high) - Math.log(axis.low))
    : (value - axis.low) / (axis.high - axis.low);
}

/** The value at a position: the inverse of `position`. */
export function valueAt(axis: Axis, share: number): number {
  return axis.log
    ? Math.exp(Math.log(axis.low) + share * (Math.log(axis.high) - Math.log(axis.low)))
    : axis.low + share * (axis.high - axis.low);
}

/** A tick's label: as many digits as it needs, thousands as `12k`, extremes in powers of ten. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e15 || size < 1e-4)
    return value.toExponential().replace('e+', 'e').replace('-', '−').replace('e-', 'e−');
  const unit = size >= 1e9 ? 'G' : size >= 1e6 ? 'M' : size >= 1e4 ? 'k' : '';
  const scaled = value / (unit === 'G' ? 1e9 : unit === 'M' ? 1e6 : unit === 'k' ? 1e3 : 1);
  return `${Number(scaled.toPrecision(6))}${unit}`.replace('-', '−');
}

/** The label of a tick of this axis. */
export const axisLabel = (axis: Axis, tick: number): string => axis.names?.get(tick) ?? tickLabel(tick);

/** Moves label positions apart by at least `gap` with as little movement as possible, inside `[low, high]`. */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(placed[i] ?? low, floor);
    floor = (placed[i] ?? low) + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] ?? high, ceiling);
    ceiling = (placed[i] ?? high) - gap;
  }
  return placed;
}
