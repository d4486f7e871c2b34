import { formatMetric } from '../../ui/format';
import type { Point, Range, Series } from '../../charts/series';
import type { ChartTable } from '../../charts/table';
import { axisOver, linearTicks, type Axis } from '../../charts/ticks';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { Config, OptionValue } from '../../domain/models/table';
import type { Sweep, SweepAxis } from '../../domain/run';
import { measured, MEASURED_WORDS, pointMetric, valueName, type Measured, type PointRow } from './points';

export type Picture = 'line' | 'heatMap' | 'parallel';

/** The axes that take more than one value; of a sweep of one point its first. */
export function variedAxes({ axes }: Sweep): readonly SweepAxis[] {
  const varied = axes.filter(({ values }) => values.length > 1);
  return varied.length > 0 ? varied : axes.slice(0, 1);
}

/** The picture that suits a sweep: a line over one axis, a heat map over two, parallel coordinates over more or over drawn numbers. */
export function suitingPicture(varied: readonly SweepAxis[]): Picture {
  if (varied.length <= 1) return 'line';
  return varied.length === 2 && varied.every(({ range }) => !range) ? 'heatMap' : 'parallel';
}

/** The points at which the other axes stand as they were fixed. */
export const sliceAt = (rows: readonly PointRow[], others: readonly SweepAxis[], fixed: Config): PointRow[] =>
  rows.filter(({ values }) => others.every(({ key }) => values[key] === fixed[key]));

/** An axis of a picture over the values of a sweep's axis, and where each value lies on it. */
export interface ValueAxis {
  readonly axis: Axis;
  readonly at: (value: OptionValue | undefined) => number;
}

const MARGIN = 0.04;
const MOST_TICKS = 12;

/** Numbers lie at their size, in the logarithm where that spaces them more evenly; anything else side by side. */
export function valueAxis({ values }: SweepAxis): ValueAxis {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const [low, high] = [numbers[0] ?? 0, numbers[numbers.length - 1] ?? 0];
  if (numbers.length < values.length || low === high) {
    const names = new Map(values.map((value, place) => [place, valueName(value)]));
    return {
      axis: { low: -0.5, high: values.length - 0.5, ticks: [...names.keys()], log: false, names },
      at: (value) => values.findIndex((one) => one === value),
    };
  }
  const at = (value: OptionValue | undefined): number => (typeof value === 'number' ? value : NaN);
  if (spansDecades(numbers)) {
    const room = (high / low) ** MARGIN;
    const listed = axisOver([low / room, high * room], { log: true });
    return { axis: { ...listed, ticks: numbers.length <= MOST_TICKS ? numbers : listed.ticks }, at };
  }
  const room = (high - low) * MARGIN;
  return {
    axis: {
      low: low - room,
      high: high + room,
      ticks: numbers.length <= MOST_TICKS ? numbers : linearTicks(low, high, 5),
      log: false,
    },
    at,
  };
}

/** Whether ascending numbers reach over a decade, and are spaced more evenly in the logarithm. */
export function spansDecades(numbers: readonly number[]): boolean {
  const [low, high] = [numbers[0] ?? 0, numbers[numbers.length - 1] ?? 0];
  if (low <= 0 || high < 10 * low) return false;
  return high >= 100 * low || widestShare(numbers.map(Math.log)) < widestShare(numbers);
}

/** The share of the whole that the widest gap takes. */
function widestShare(numbers: readonly number[]): number {
  const gaps = numbers.slice(1).map((value, i) => value - (numbers[i] ?? value));
  return Math.max(...gaps) / gaps.reduce((sum, gap) => sum + gap, 0);
}

/** A line per metric over one axis: means with ± one standard deviation over seeds, and the seeds themselves. */
export function lineSeries(
  rows: readonly PointRow[],
  key: string,
  axis: ValueAxis,
  where: Measured,
  metrics: readonly { readonly key: MetricKey; readonly name: string }[],
): Series[] {
  const placed = rows.map((row) => ({ row, x: axis.at(row.values[key]) })).sort((a, b) => a.x - b.x);
  return metrics.map(({ key: metric, name }) => ({
    name,
    kind: 'evaluation',
    points: placed.flatMap(({ row, x }): Point[] => {
      const { mean } = pointMetric(row, where, metric);
      return mean === null ? [] : [[x, mean]];
    }),
    band: placed.flatMap(({ row, x }): Range[] => {
      const { mean, sd } = pointMetric(row, where, metric);
      return mean === null || sd === null ? [] : [[x, mean - sd, mean + sd]];
    }),
    singles: placed.flatMap(({ row, x }) =>
      row.done > 1 ? singleValues(row, where, metric).map((value): Point => [x, value]) : [],
    ),
  }));
}

const singleValues = ({ runs }: PointRow, where: Measured, metric: MetricKey): number[] =>
  runs.flatMap((run) => measured(run, where)?.[metric] ?? []);

/** What a line chart shows, with n and sd, which its curves leave out. */
export function lineTable(
  rows: readonly PointRow[],
  key: string,
  where: Measured,
  metrics: readonly MetricKey[],
): ChartTable {
  return {
    columns: [key, 'seeds', ...metrics.flatMap((metric) => [`${where}_${metric}_mean`, `${where}_${metric}_sd`])],
    rows: rows.map((row) => [
      valueName(row.values[key]),
      row.done,
      ...metrics.flatMap((metric) => {
        const { mean, sd } = pointMetric(row, where, metric);
        return [mean, sd];
      }),
    ]),
  };
}

/** `[rows][columns]`: each cell the mean over the seeds of its one point; null where there is none yet. */
export function heatMapValues(
  rows: readonly PointRow[],
  down: SweepAxis,
  across: SweepAxis,
  where: Measured,
  metric: MetricKey,
): (number | null)[][] {
  return down.values.map((y) =>
    across.values.map((x) => {
      const row = pointAt(rows, down, across, y, x);
      return row ? pointMetric(row, where, metric).mean : null;
    }),
  );
}

export const pointAt = (
  rows: readonly PointRow[],
  down: SweepAxis,
  across: SweepAxis,
  y: OptionValue | undefined,
  x: OptionValue | undefined,
): PointRow | undefined => rows.find(({ values }) => values[down.key] === y && values[across.key] === x);

/** What a picture shows, in a sentence: how many points, and the best and the worst of them. */
export function pictureSummary(rows: readonly PointRow[], where: Measured, metric: MetricKey): string {
  const known = rows.flatMap((row) => {
    const { mean } = pointMetric(row, where, metric);
    return mean === null ? [] : [{ label: row.label, mean }];
  });
  const [first] = known;
  if (!first) return 'No point has a result yet.';
  const best = known.reduce((a, b) => (b.mean > a.mean ? b : a), first);
  const worst = known.reduce((a, b) => (b.mean < a.mean ? b : a), first);
  return `${metricLabel(metric)}, ${MEASURED_WORDS[where]}, at ${known.length} of ${rows.length} points: highest ${formatMetric(best.mean)} at ${best.label}, lowest ${formatMetric(worst.mean)} at ${worst.label}.`;
}
