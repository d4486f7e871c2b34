import { minMaxBins } from './binning';
import type { FigureSpec, Layer } from './figure';
import { slotsOf } from './palette';
import { extent, type Point, type Range, type Series } from './series';
import { smooth } from './smoothing';
import { axisOver } from './ticks';

/** A line as it is drawn. */
export interface DrawnLine {
  readonly name: string;
  readonly kind: Series['kind'];
  readonly points: readonly Point[];
  readonly ghost: readonly Point[];
  readonly band: readonly Range[];
  readonly singles: readonly Point[];
  /** Whether each point has a mark. */
  readonly marked: boolean;
  /** Its place in the palette: the same for the same metric in every chart, and whatever is hidden. */
  readonly slot: number;
}

/** Evaluations so few that each is marked. */
const FEW = 3;

/** Lines binned and smoothed; `marked` marks every point of all. */
export function drawnLines(series: readonly Series[], weight: number, marked: boolean): DrawnLine[] {
  const slots = slotsOf(series.map(({ name }) => name));
  return series.map((one, i): DrawnLine => {
    const smoothed = one.kind === 'signal' ? smooth(one.points, weight) : one.points;
    return {
      name: one.name,
      kind: one.kind,
      points: minMaxBins(smoothed),
      ghost: smoothed === one.points ? [] : minMaxBins(one.points),
      band: one.band ?? [],
      singles: one.singles ?? [],
      marked:
        one.kind !== 'level' &&
        (marked || one.points.length === 1 || (one.kind === 'evaluation' && one.points.length <= FEW)),
      slot: one.slot ?? slots[i] ?? i,
    };
  });
}

/** The lines' points between two x, without their neighbours outside. */
export function within(series: readonly Series[], range: Point | null): readonly Series[] {
  if (!range) return series;
  const [low, high] = range;
  const inside = ([x]: readonly [number, ...unknown[]]): boolean => x >= low && x <= high;
  return series.map((one) => ({
    ...one,
    points: one.points.filter(inside),
    ...(one.band && { band: one.band.filter(inside) }),
    ...(one.singles && { singles: one.singles.filter(inside) }),
  }));
}

/** From the lowest to the highest value of lines, with all that is drawn around them. */
export const heightOf = (lines: readonly DrawnLine[]): Point | null =>
  extent(
    lines.flatMap(({ points, ghost, band, singles }) => [
      { points },
      { points: ghost },
      {
        points: band.flatMap(([x, low, high]): Point[] => [
          [x, low],
          [x, high],
        ]),
      },
      { points: singles },
    ]),
    1,
  );

/** Lines as a figure draws them. */
export const lineLayers = (lines: readonly DrawnLine[]): Layer[] =>
  lines.map(({ name, points, ghost, band, singles, kind, slot }) => ({
    type: 'line',
    name,
    points,
    ghost,
    band,
    singles,
    slot,
    dots: kind === 'evaluation' && points.length <= 60,
  }));

interface Curves {
  readonly title: string;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
}

/** Curves as a figure, over all that there is of them. */
export function curveFigure({ title, series, xLabel, yLabel }: Curves): FigureSpec {
  const lines = drawnLines(series, 0, false);
  const xs = extent(series, 0);
  return {
    title,
    xLabel,
    yLabel,
    xAxis: axisOver(xs && [Math.min(0, xs[0]), xs[1]], { tight: true, whole: xLabel === 'epoch' }),
    yAxis: axisOver(heightOf(lines), {}),
    marks: [],
    layers: lineLayers(lines),
  };
}
