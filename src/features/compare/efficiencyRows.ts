import { formatBytes, formatNumber, formatSeconds, formatSecondsSd } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Point, Series } from '../../charts/series';
import type { Cell, ChartTable } from '../../charts/table';
import type { Relevant, Setting } from '../../domain/comparison';
import { convergenceOf, timedValues, timeUnit } from '../../domain/efficiency';
import type { MetricKey } from '../../domain/metrics';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { spread, type Spread } from '../../domain/spread';
import { median } from '../readings/curves';

/** What one run cost. */
export interface RunCost {
  readonly run: RunSummary;
  /** Median over epochs. */
  readonly trainSeconds: number | null;
  readonly totalSeconds: number;
  readonly peakBytes: number | null;
  readonly t95Seconds: number | null;
  /** Counted from 1. */
  readonly t95Epoch: number | null;
  readonly bestEpoch: number | null;
  readonly lastEpoch: number | null;
}

export interface EfficiencyRow {
  readonly setting: Setting;
  readonly costs: readonly RunCost[];
  /** Where the runs were made, each name once. */
  readonly devices: readonly string[];
}

type Epochs = ReadonlyMap<string, readonly EpochPoint[]>;
export type Measure = Exclude<keyof RunCost, 'run'>;

const fromOne = (epoch: number | null | undefined): number | null =>
  epoch === null || epoch === undefined ? null : epoch + 1;

function costOf(run: RunSummary, epochs: readonly EpochPoint[]): RunCost {
  const { best, t95, lastEpoch } = convergenceOf(epochs, run.experiment.config, run.result?.bestEpoch ?? null);
  return {
    run,
    trainSeconds: median(epochs.map(({ trainSeconds }) => trainSeconds)),
    totalSeconds: run.seconds,
    peakBytes: run.memory?.peak ?? null,
    t95Seconds: t95?.seconds ?? null,
    t95Epoch: fromOne(t95?.epoch),
    bestEpoch: fromOne(best?.epoch),
    lastEpoch: fromOne(lastEpoch),
  };
}

export const efficiencyRows = (settings: readonly Setting[], epochs: Epochs): EfficiencyRow[] =>
  settings.map((setting) => ({
    setting,
    costs: setting.runs.map((run) => costOf(run, epochs.get(run.id) ?? [])),
    devices: [...new Set(setting.runs.flatMap(({ device }) => device?.name ?? []))],
  }));

export const costSpread = ({ costs }: EfficiencyRow, measure: Measure): Spread =>
  spread(costs.flatMap((cost) => cost[measure] ?? []));

export interface MeasureWords {
  readonly key: Measure;
  readonly header: string;
  readonly format: (value: number | null) => string;
  /** How a standard deviation is written beside its mean, where `format` alone would promise too much. */
  readonly formatSd?: (sd: number, mean: number) => string;
}

const seconds = (value: number | null): string => formatSeconds(value);
const count = (value: number | null): string => formatNumber(value, 3);

export const MEASURES: readonly MeasureWords[] = [
  { key: 'trainSeconds', header: 'Training per epoch', format: seconds, formatSd: formatSecondsSd },
  { key: 'totalSeconds', header: 'Total', format: seconds, formatSd: formatSecondsSd },
  { key: 'peakBytes', header: 'Peak memory', format: (value) => formatBytes(value) },
  { key: 't95Seconds', header: 't95', format: seconds, formatSd: formatSecondsSd },
  { key: 't95Epoch', header: 't95 epoch', format: count },
  { key: 'bestEpoch', header: 'Best epoch', format: count },
  { key: 'lastEpoch', header: 'Stop epoch', format: count },
];

export function spreadText(
  { mean, sd }: Spread,
  { format, formatSd = format }: Pick<MeasureWords, 'format' | 'formatSd'>,
): string {
  return mean === null ? 'n/a' : sd === null ? format(mean) : `${format(mean)} ± ${formatSd(sd, mean)}`;
}

/** The validation metric against the time of work: both as means over seeds, epoch by epoch, as long as all seeds have the epoch. */
export function timeSeries(
  settings: readonly Setting[],
  epochs: Epochs,
  metric: MetricKey,
  relevant: Relevant,
): { readonly series: readonly Series[]; readonly label: string } {
  const lines = settings.map((setting) => {
    const runs = setting.runs.map(({ id }) => timedValues(epochs.get(id) ?? [], metric, relevant));
    const common = Math.min(...runs.map(({ length }) => length));
    return Array.from({ length: common }, (_, i): Point => {
      const mean = (value: (one: { readonly seconds: number; readonly value: number }) => number): number =>
        runs.reduce((sum, run) => sum + (run[i] ? value(run[i]) : NaN), 0) / runs.length;
      return [mean((one) => one.seconds), mean((one) => one.value)];
    });
  });
  const unit = timeUnit(Math.max(0, ...lines.flatMap((points) => points.map(([x]) => x))));
  return {
    series: settings.map(({ label }, i) => ({
      name: label,
      kind: 'evaluation',
      points: (lines[i] ?? []).map(([x, y]): Point => [x / unit.seconds, y]),
    })),
    label: unit.label,
  };
}

export function efficiencyPaper(rows: readonly EfficiencyRow[], datasets: string): PaperTable {
  return {
    caption: `Efficiency on ${datasets}: mean and standard deviation over seeds. t95 is the time and epoch at which validation first reaches 95 % of its best.`,
    columns: ['Model', ...MEASURES.map(({ header }) => header), 'Device'],
    rows: rows.map((row) => [
      { text: row.setting.label },
      ...MEASURES.map((measure) => ({ text: spreadText(costSpread(row, measure.key), measure) })),
      { text: row.devices.join(', ') },
    ]),
  };
}

/** One row per run. */
export function efficiencyTable(rows: readonly EfficiencyRow[]): ChartTable {
  return {
    columns: [
      'setting',
      'seed',
      'train_seconds_per_epoch',
      'total_seconds',
      'peak_bytes',
      't95_seconds',
      't95_epoch',
      'best_epoch',
      'stop_epoch',
      'device',
    ],
    rows: rows.flatMap(({ setting, costs }) =>
      costs.map(({ run, ...cost }): Cell[] => [
        setting.label,
        run.experiment.seed,
        ...MEASURES.map(({ key }) => cost[key]),
        run.device?.name ?? null,
      ]),
    ),
  };
}
