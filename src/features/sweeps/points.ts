import type { Cell, ChartTable } from '../../charts/table';
import { baselineLabel, baselinesBeside } from '../../domain/baselines';
import { METRIC_KEYS, type MetricKey, type Metrics } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { Config, Option, OptionValue } from '../../domain/models/table';
import type { RunGroup, RunSummary, Sweep, SweepAxis } from '../../domain/run';
import { spread, type Spread } from '../../domain/spread';
import { pointLabel, pointOf } from '../../domain/sweep';
import { standIn } from '../readings/findings';
import { stopWords } from '../readings/words';

/** Where a number was measured. `liked`: the test split over liked items only. */
export type Measured = 'valid' | 'test' | 'liked';

export const MEASURED_WORDS: Readonly<Record<Measured, string>> = {
  valid: 'validation',
  test: 'test',
  liked: 'test, liked items only',
};

/** A group that is a sweep. */
export type SweepGroup = RunGroup & { readonly sweep: Sweep };

/** One point of a sweep over its seeds. */
export interface PointRow {
  readonly label: string;
  /** The values of the axes. */
  readonly values: Config;
  /** By seed. */
  readonly runs: readonly RunSummary[];
  /** Runs with a result. */
  readonly done: number;
  /** How many of them the median rule ended. */
  readonly stopped: number;
  /** No point: it stands beneath them to measure by, and has no values. */
  readonly baseline?: true;
}

export const isSweep = (group: RunGroup | undefined): group is SweepGroup => group?.sweep !== undefined;

export const measured = (run: RunSummary, where: Measured): Metrics | undefined =>
  where === 'liked' ? run.result?.testLiked : run.result?.[where];

/** Mean ± sd over the seeds of a point that have a result; nothing else is averaged anywhere. */
export const pointMetric = ({ runs }: PointRow, where: Measured, key: MetricKey): Spread =>
  spread(runs.flatMap((run) => measured(run, where)?.[key] ?? []));

/** What decides on the best epochs of these runs, and therefore what is shown first. */
export function stopMetricOf(runs: readonly RunSummary[]): MetricKey {
  const asked = runs[0]?.experiment.config['stopMetric'];
  return METRIC_KEYS.find((key) => key === asked) ?? 'recall@20';
}

/** The points in the order of the axes' values. */
export function pointRows(runs: readonly RunSummary[], { axes }: Sweep): PointRow[] {
  const byLabel = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const label = pointLabel(pointOf(axes, run.experiment.config));
    byLabel.set(label, [...(byLabel.get(label) ?? []), run]);
  }
  const rows = [...byLabel].flatMap(([label, own]): PointRow[] => {
    const sorted = own.toSorted((a, b) => a.experiment.seed - b.experiment.seed);
    const [first] = sorted;
    if (!first) return [];
    const done = sorted.filter(({ result }) => result !== null);
    return [
      {
        label,
        values: pointOf(axes, first.experiment.config),
        runs: sorted,
        done: done.length,
        stopped: done.filter(({ stopReason }) => stopReason !== undefined).length,
      },
    ];
  });
  const place = ({ values }: PointRow, { key, values: listed }: SweepAxis): number =>
    listed.findIndex((value) => value === values[key]);
  return rows.sort((a, b) => axes.reduce((order, axis) => order || place(a, axis) - place(b, axis), 0));
}

/** The baselines on the dataset of the runs, as rows beneath the points. */
export const baselinePoints = (all: readonly RunSummary[], runs: readonly RunSummary[]): PointRow[] =>
  baselinesBeside(all, runs).map((run) => ({
    label: baselineLabel(run),
    values: {},
    runs: [run],
    done: 1,
    stopped: 0,
    baseline: true,
  }));

/** The point with the highest mean; of equals the first. null before any result. */
export function bestPoint(rows: readonly PointRow[], where: Measured, key: MetricKey): PointRow | null {
  let best: { readonly row: PointRow; readonly mean: number } | null = null;
  for (const row of rows) {
    const { mean } = pointMetric(row, where, key);
    if (mean !== null && (best === null || mean > best.mean)) best = { row, mean };
  }
  return best?.row ?? null;
}

/** The option that an axis varies. */
export const optionOf = (run: RunSummary, axis: SweepAxis): Option | undefined =>
  modelTable(run.experiment.model).options.find(({ key }) => key === axis.key);

/** What an axis is called: the option's label. */
export const axisName = (run: RunSummary, axis: SweepAxis): string => optionOf(run, axis)?.label ?? axis.key;

/** A value as it stands at a tick, a cell, a row: `0.001`, `on`, `dual`. */
export const valueName = (value: OptionValue | undefined): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value ?? '–');

/** Every metric of every point, in full precision. */
export function pointsTable(rows: readonly PointRow[], { axes }: Sweep): ChartTable {
  const kinds = kindsOf(rows.flatMap(({ runs }) => runs));
  const each = kinds.flatMap((where) => METRIC_KEYS.map((key) => ({ where, key })));
  return {
    columns: [
      ...axes.map(({ key }) => key),
      ...each.flatMap(({ where, key }) => [`${where}_${key}_mean`, `${where}_${key}_sd`]),
      'seeds_finished',
      'seeds_asked',
      'stopped_early',
      'note',
    ],
    rows: rows.map((row): Cell[] => [
      ...axes.map(({ key }) => cellOf(row.values[key])),
      ...each.flatMap(({ where, key }) => {
        const { mean, sd } = pointMetric(row, where, key);
        return [mean, sd];
      }),
      row.done,
      row.runs.length,
      row.stopped,
      [...nameOf(row), ...new Set(row.runs.flatMap((run) => standIn(run) ?? []))].join(' ') || null,
    ]),
  };
}

/** One row per run, for an analysis of one’s own. */
export function pointRunsTable(rows: readonly PointRow[], { axes }: Sweep): ChartTable {
  const kinds = kindsOf(rows.flatMap(({ runs }) => runs));
  const each = kinds.flatMap((where) => METRIC_KEYS.map((key) => ({ where, key })));
  return {
    columns: [
      ...axes.map(({ key }) => key),
      'seed',
      'status',
      'best_epoch',
      'epochs',
      'seconds',
      ...each.map(({ where, key }) => `${where}_${key}`),
      'stopped_because',
      'note',
    ],
    rows: rows.flatMap((row) =>
      row.runs.map((run): Cell[] => [
        ...axes.map(({ key }) => cellOf(row.values[key])),
        run.experiment.seed,
        run.status,
        run.result ? run.result.bestEpoch + 1 : null,
        run.epochsDone,
        run.seconds,
        ...each.map(({ where, key }) => measured(run, where)?.[key] ?? null),
        stopWords(run),
        [...nameOf(row), ...(standIn(run) === null ? [] : [standIn(run)])].join(' ') || null,
      ]),
    ),
  };
}

/** A baseline has no values that would tell it. */
const nameOf = ({ label, baseline }: PointRow): string[] => (baseline ? [label] : []);

const kindsOf = (runs: readonly RunSummary[]): readonly Measured[] =>
  runs.some(({ result }) => result?.testLiked) ? ['valid', 'test', 'liked'] : ['valid', 'test'];

const cellOf = (value: OptionValue | undefined): Cell => (typeof value === 'boolean' ? String(value) : (value ?? null));
