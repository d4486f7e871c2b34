import type { Series } from '../../charts/series';
import type { ChartTable } from '../../charts/table';
import { CUTOFFS, METRIC_KEYS, METRIC_NAMES, metricLabel, type MetricKey, type MetricName } from '../../domain/metrics';
import type { ModelTable } from '../../domain/models/table';
import type { EpochPoint, TermPoint } from '../../domain/run';
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

/** Epochs done after `step` steps: the x of every curve of a run, so that one cursor fits them all. */
const epochsDone = (step: number, curves: Curves): number => step / curves.stepsPerEpoch;

/** The weighted terms in the order of the model's table, then terms it does not list, then their sum. */
export function lossSeries(curves: Curves, model: ModelTable): Series[] {
  const first = curves.intervals[0];
  const listed = model.terms.map(({ key }) => key);
  const keys = [...listed.filter((key) => first && Object.hasOwn(first.terms, key)), ...Object.keys(first?.terms ?? {}).filter((key) => !listed.includes(key))];
  const line = (name: string, value: (point: TermPoint) => number | undefined): Series => ({
    name,
    kind: 'signal',
    points: curves.intervals.map((point) => [epochsDone(point.step, curves), value(point) ?? NaN]),
  });
  const terms = keys.map((key) => line(model.terms.find((term) => term.key === key)?.label ?? key, (point) => point.terms[key]));
  return first ? [...terms, line('total', (point) => point.total)] : [];
}

/** Validation metrics at every evaluation. */
export function metricSeries(curves: Curves, keys: readonly MetricKey[]): Series[] {
  return keys.map((key) => ({
    name: shortMetric(key),
    kind: 'evaluation',
    points: curves.epochs.flatMap(({ step, valid }) => (valid ? [[epochsDone(step, curves), valid[key]] as const] : [])),
  }));
}

/** What the third panel can show. */
export type ThirdView = MetricName | 'learningRate' | 'seconds';

export const THIRD_VIEWS: readonly { readonly value: ThirdView; readonly label: string; readonly unit: string }[] = [
  { value: 'recall', label: 'Recall, all cutoffs', unit: 'Recall@K' },
  { value: 'ndcg', label: 'NDCG, all cutoffs', unit: 'NDCG@K' },
  { value: 'precision', label: 'Precision, all cutoffs', unit: 'Precision@K' },
  { value: 'map', label: 'MAP, all cutoffs', unit: 'MAP@K' },
  { value: 'learningRate', label: 'Learning rate', unit: 'learning rate' },
  { value: 'seconds', label: 'Seconds per epoch', unit: 's' },
];

export function thirdSeries(curves: Curves, view: ThirdView): Series[] {
  const perEpoch = (name: string, value: (point: EpochPoint) => number): Series => ({
    name,
    kind: 'evaluation',
    points: curves.epochs.map((point) => [epochsDone(point.step, curves), value(point)]),
  });
  if (view === 'learningRate') return curves.epochs.length === 0 ? [] : [perEpoch('rate', ({ learningRate }) => learningRate)];
  if (view === 'seconds') return curves.epochs.length === 0 ? [] : [perEpoch('training', ({ trainSeconds }) => trainSeconds), perEpoch('evaluation', ({ evaluateSeconds }) => evaluateSeconds)];
  const name = METRIC_NAMES.find((metric) => metric === view) ?? 'recall';
  return metricSeries(curves, CUTOFFS.map((cutoff): MetricKey => `${name}@${cutoff}`));
}

/** All that a run measured per epoch, one row each: the CSV of a run. */
export function epochsTable(epochs: readonly EpochPoint[]): ChartTable {
  const terms = Object.keys(epochs[0]?.terms ?? {});
  return {
    columns: ['epoch', 'step', 'learning_rate', ...terms.map((key) => `loss_${key}`), 'loss_total', ...METRIC_KEYS.map((key) => `valid_${key}`), 'train_seconds', 'evaluate_seconds'],
    rows: epochs.map((point) => [
      shownEpoch(point.epoch),
      point.step,
      point.learningRate,
      ...terms.map((key) => point.terms[key] ?? null),
      point.total,
      ...METRIC_KEYS.map((key) => point.valid?.[key] ?? null),
      point.trainSeconds,
      point.evaluateSeconds,
    ]),
  };
}

/** The middle of the values; null when there are none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  if (high === undefined) return null;
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? high;
  return (low + high) / 2;
}
