import { formatMeanSd } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Cell, ChartTable } from '../../charts/table';
import { baselineLabel, baselinesBeside } from '../../domain/baselines';
import { bestTwo, configDifferences, settingsOf } from '../../domain/comparison';
import { METRIC_KEYS, type MetricKey } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { rowSeeds } from '../../domain/search';
import { spread, type Spread } from '../../domain/spread';
import { SHOWN_METRICS, shortMetric } from './curves';
import { standIn } from './findings';

/** A row of a study's results: runs that differ in their seed alone. */
export interface StudyRow {
  readonly label: string;
  /** Those with a result, by seed. */
  readonly runs: readonly RunSummary[];
  /** Seeds that were asked for. */
  readonly asked: number;
}

/** The rows of one set by their names in it, in the order of their first runs; other runs by what distinguishes them. Of a search the chosen trials. */
export function studyRows(runs: readonly RunSummary[]): StudyRow[] {
  const [first] = runs;
  const oneSet = first?.group !== undefined && runs.every(({ group }) => group?.id === first.group?.id);
  if (!oneSet) return settingsOf(runs).map(({ label, runs: own }) => ({ label, runs: own, asked: own.length }));
  const rows = new Map<string, { runs: RunSummary[]; asked: number }>();
  for (const { variant, run } of rowSeeds(runs)) {
    const row = rows.get(variant) ?? { runs: [], asked: 0 };
    row.asked += 1;
    if (run?.result) row.runs.push(run);
    rows.set(variant, row);
  }
  return [...rows].map(([label, row]) => ({ label, ...row }));
}

const metricOf = ({ runs }: StudyRow, key: MetricKey): Spread =>
  spread(runs.flatMap(({ result }) => result?.test[key] ?? []));

/** The baselines beside these runs, where all are on the same data. */
export function referenceRows(runs: readonly RunSummary[], all: readonly RunSummary[]): StudyRow[] {
  if (new Set(runs.map(({ experiment }) => experiment.dataset.fingerprint)).size !== 1) return [];
  return baselinesBeside(all, runs).map((run) => ({ label: baselineLabel(run), runs: [run], asked: 1 }));
}

/** Test metrics, mean ± sd over seeds; the baselines are below a rule and are not ranked. */
export function studyPaper(caption: string, rows: readonly StudyRow[], references: readonly StudyRow[]): PaperTable {
  const places = SHOWN_METRICS.map((key) => bestTwo(rows.map((row) => metricOf(row, key).mean)));
  const cells = (row: StudyRow, at: number | null) =>
    SHOWN_METRICS.map((key, column) => {
      const { mean, sd } = metricOf(row, key);
      const found = places[column];
      const place =
        at === null || !found ? null : found.best.includes(at) ? 'best' : found.second.includes(at) ? 'second' : null;
      return { text: formatMeanSd(mean, sd), place } as const;
    });
  const line = (row: StudyRow, at: number | null): PaperTable['rows'][number] => [
    { text: row.label },
    ...cells(row, at),
    { text: row.runs.length === row.asked ? String(row.asked) : `${row.runs.length} of ${row.asked}` },
  ];
  const notes = [...new Set(rows.flatMap(({ runs }) => runs.map(standIn)).filter((note) => note !== null))];
  return {
    caption,
    columns: ['', ...SHOWN_METRICS.map(shortMetric), 'Seeds'],
    rows: [...rows.map(line), ...references.map((row) => line(row, null))],
    ...(references.length > 0 && { rules: [rows.length] }),
    notes: [
      rows.some(({ asked }) => asked > 1)
        ? 'Test split, mean ± standard deviation over seeds; best epochs by validation.'
        : 'Test split, one seed each; best epochs by validation.',
      ...notes,
    ],
  };
}

/** The same in full precision. */
export const studyData = (rows: readonly StudyRow[]): ChartTable => ({
  columns: ['row', ...SHOWN_METRICS.flatMap((key) => [`test_${key}_mean`, `test_${key}_sd`]), 'seeds', 'asked'],
  rows: rows.map((row): Cell[] => [
    row.label,
    ...SHOWN_METRICS.flatMap((key) => {
      const { mean, sd } = metricOf(row, key);
      return [mean, sd];
    }),
    row.runs.length,
    row.asked,
  ]),
});

/** Options in which the settings of these runs differ; null where they do not. */
export function differencesPaper(caption: string, runs: readonly RunSummary[]): PaperTable | null {
  const settings = settingsOf(runs);
  const differences = configDifferences(settings);
  if (differences.length === 0) return null;
  return {
    caption,
    columns: ['Option', ...settings.map(({ label }) => label)],
    rows: differences.map(({ option, values }) => [
      { text: option },
      ...values.map((value) => ({ text: value === null ? '–' : String(value) })),
    ]),
  };
}

/** The row that is best on validation, in what its runs chose their best epochs by; null without a result. */
export function bestRow(
  rows: readonly StudyRow[],
): { readonly label: string; readonly metric: MetricKey; readonly valid: Spread } | null {
  const [first] = rows.flatMap(({ runs }) => runs);
  const metric = METRIC_KEYS.find((key) => key === first?.experiment.config['stopMetric']) ?? 'recall@20';
  const values = rows.map(({ label, runs }) => ({
    label,
    metric,
    valid: spread(runs.flatMap(({ result }) => result?.valid[metric] ?? [])),
  }));
  const [best] = values
    .filter(({ valid }) => valid.mean !== null)
    .sort((a, b) => (b.valid.mean ?? 0) - (a.valid.mean ?? 0));
  return best ?? null;
}
