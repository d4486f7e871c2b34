import type { Series } from '../../charts/series';
import type { ChartTable } from '../../charts/table';
import { CUTOFFS, METRIC_KEYS, METRIC_NAMES, metricLabel, type MetricKey, type MetricName } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { ModelTable } from '../../domain/models/table';
import type { EpochPoint, RunSummary, TermPoint } from '../../domain/run';
import { shownEpoch } from './words';

/** The growing part of a run. */
export interface Curves {
  readonly epochs: readonly EpochPoint[];
  readonly intervals: readonly TermPoint[];
  readonly stepsPerEpoch: number;
}

export const SHOWN_METRICS: readonly MetricKey[] = ['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'];

/** `recall@20` → `R@20`. */
export function shortMetric(key: MetricKey): string {
  const label = metricLabel(key);
  return `${label[0] ?? ''}${label.slice(label.indexOf('@'))}`;
}

/** Steps of an epoch, from whatever the run already knows; 1 before its first event. */
export function stepsPerEpochOf(known: number, epochs: readonly EpochPoint[]): number {
  const last = epochs[epochs.length - 1];
  return known > 0 ? known : last ? Math.max(1, Math.round(last.step / (last.epoch + 1))) : 1;
}

/** What is measured once an epoch. */
export type EpochCurves = Pick<Curves, 'epochs' | 'stepsPerEpoch'>;

/** Epochs done after `step` steps: the x of every curve of a run, so that one cursor fits them all. */
export const epochsDone = (step: number, curves: Pick<Curves, 'stepsPerEpoch'>): number => step / curves.stepsPerEpoch;

/** The weighted terms in the order of the model's table, then terms it does not list, then their sum where there are several. */
export function lossSeries(curves: Curves, model: ModelTable): Series[] {
  const first = curves.intervals[0];
  const listed = model.terms.map(({ key }) => key);
  const keys = [
    ...listed.filter((key) => first && Object.hasOwn(first.terms, key)),
    ...Object.keys(first?.terms ?? {}).filter((key) => !listed.includes(key)),
  ];
  const line = (name: string, value: (point: TermPoint) => number | undefined): Series => ({
    name,
    kind: 'signal',
    points: curves.intervals.map((point) => [epochsDone(point.step, curves), value(point) ?? NaN]),
  });
  const terms = keys.map((key) =>
    line(model.terms.find((term) => term.key === key)?.label ?? key, (point) => point.terms[key]),
  );
  return terms.length > 1 ? [...terms, line('total', (point) => point.total)] : terms;
}

/** Validation metrics at every evaluation. */
export function metricSeries(
  curves: EpochCurves,
  keys: readonly MetricKey[],
  of: 'valid' | 'validLiked' = 'valid',
): Series[] {
  return keys.map((key) => ({
    name: shortMetric(key),
    kind: 'evaluation',
    points: curves.epochs.flatMap(({ step, [of]: metrics }) =>
      metrics ? [[epochsDone(step, curves), metrics[key]] as const] : [],
    ),
  }));
}

/** Places in the palette of baselines' lines, which no metric has; the first is dotted. */
const LEVEL_SLOTS: readonly number[] = [6, 5];

/** The validation Recall@20 of the baselines that always stand beside results, as lines over all epochs. */
export function levelSeries(curves: EpochCurves, baselines: readonly RunSummary[]): Series[] {
  const xs = [0, ...curves.epochs.map(({ step }) => epochsDone(step, curves))];
  if (xs.length === 1) return [];
  return baselines.flatMap(({ experiment: { model }, result }, place): Series[] => {
    const { name, computed } = modelTable(model);
    const [slot, y] = [LEVEL_SLOTS[place], result?.valid['recall@20']];
    if (computed !== 'always' || slot === undefined || y === undefined) return [];
    return [{ name: `${name}, ${shortMetric('recall@20')}`, kind: 'level', slot, points: xs.map((x) => [x, y]) }];
  });
}

/** What the third panel can show of every model; `liked` on rated data only. */
export type ThirdView = MetricName | 'liked' | 'learningRate' | 'seconds';

export const THIRD_VIEWS: readonly { readonly value: ThirdView; readonly label: string; readonly unit: string }[] = [
  { value: 'recall', label: 'Recall, all cutoffs', unit: 'Recall@K' },
  { value: 'ndcg', label: 'NDCG, all cutoffs', unit: 'NDCG@K' },
  { value: 'precision', label: 'Precision, all cutoffs', unit: 'Precision@K' },
  { value: 'map', label: 'MAP, all cutoffs', unit: 'MAP@K' },
  { value: 'liked', label: 'Ranking, validation, liked only', unit: 'Recall, NDCG' },
  { value: 'learningRate', label: 'Learning rate', unit: 'learning rate' },
  { value: 'seconds', label: 'Seconds per epoch', unit: 's' },
];

export function thirdSeries(curves: EpochCurves, view: ThirdView): Series[] {
  const perEpoch = (name: string, value: (point: EpochPoint) => number): Series => ({
    name,
    kind: 'evaluation',
    points: curves.epochs.map((point) => [epochsDone(point.step, curves), value(point)]),
  });
  if (view === 'liked') return metricSeries(curves, SHOWN_METRICS, 'validLiked');
  if (view === 'learningRate')
    return curves.epochs.length === 0 ? [] : [perEpoch('rate', ({ learningRate }) => learningRate)];
  if (view === 'seconds')
    return curves.epochs.length === 0
      ? []
      : [
          perEpoch('training', ({ trainSeconds }) => trainSeconds),
          perEpoch('evaluation', ({ evaluateSeconds }) => evaluateSeconds),
        ];
  const name = METRIC_NAMES.find((metric) => metric === view) ?? 'recall';
  return metricSeries(
    curves,
    CUTOFFS.map((cutoff): MetricKey => `${name}@${cutoff}`),
  );
}

/**
 * All that a run measured per epoch, one row each: the CSV of a run. Histograms and parts have one column per number; a
 * `note` of what must be known of the numbers has its own.
 */
export function epochsTable(epochs: readonly EpochPoint[], note: string | null): ChartTable {
  const terms = Object.keys(epochs[0]?.terms ?? {});
  const liked = epochs.some(({ validLiked }) => validLiked) ? METRIC_KEYS : [];
  const observed = observedColumns(epochs);
  return {
    columns: [
      'epoch',
      'step',
      'learning_rate',
      ...terms.map((key) => `loss_${key}`),
      'loss_total',
      ...METRIC_KEYS.map((key) => `valid_${key}`),
      ...liked.map((key) => `valid_liked_${key}`),
      'train_seconds',
      'evaluate_seconds',
      ...observed.map(({ name }) => name),
      ...(note === null ? [] : ['note']),
    ],
    rows: epochs.map((point) => [
      shownEpoch(point.epoch),
      point.step,
      point.learningRate,
      ...terms.map((key) => point.terms[key] ?? null),
      point.total,
      ...METRIC_KEYS.map((key) => point.valid?.[key] ?? null),
      ...liked.map((key) => point.validLiked?.[key] ?? null),
      point.trainSeconds,
      point.evaluateSeconds,
      ...observed.map(({ key, place }) => point.observed?.[key]?.[place] ?? null),
      ...(note === null ? [] : [note]),
    ]),
  };
}

/** The numbers of `epochsTable` in the long form that experiment trackers read: a row per tag and epoch, the step in training steps. */
export function scalarsTable(run: string, epochs: readonly EpochPoint[], note: string | null): ChartTable {
  const { columns, rows } = epochsTable(epochs, null);
  const step = columns.indexOf('step');
  return {
    columns: ['run', 'tag', 'step', 'value', ...(note === null ? [] : ['note'])],
    rows: columns.flatMap((tag, column) =>
      tag === 'epoch' || column === step
        ? []
        : rows.flatMap((row) =>
            row[column] === null
              ? []
              : [[run, tag, row[step] ?? null, row[column] ?? null, ...(note === null ? [] : [note])]],
          ),
    ),
  };
}

function observedColumns(
  epochs: readonly EpochPoint[],
): { readonly name: string; readonly key: string; readonly place: number }[] {
  const lengths = new Map<string, number>();
  for (const { observed } of epochs) {
    for (const [key, values] of Object.entries(observed ?? {}))
      lengths.set(key, Math.max(lengths.get(key) ?? 0, values.length));
  }
  return [...lengths].flatMap(([key, length]) =>
    Array.from({ length }, (_, place) => ({
      name: length === 1 ? `observed_${key}` : `observed_${key}_${place + 1}`,
      key,
      place,
    })),
  );
}

/** The middle of the values; null when there are none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  if (high === undefined) return null;
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? high;
  return (low + high) / 2;
}
