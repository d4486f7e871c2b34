/** Ranking metrics of the protocol, in the order they are shown. */
export const METRIC_NAMES = ['recall', 'ndcg', 'precision', 'map'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

export const CUTOFFS = [5, 10, 20, 50] as const;
export type Cutoff = (typeof CUTOFFS)[number];

export type MetricKey = `${MetricName}@${Cutoff}`;
export const METRIC_KEYS: readonly MetricKey[] = METRIC_NAMES.flatMap((name) =>
  CUTOFFS.map((cutoff): MetricKey => `${name}@${cutoff}`),
);

/** Means over the evaluated users, unrounded. */
export type Metrics = Readonly<Record<MetricKey, number>>;

/** Per-user values of every metric, `[users.length]` each, users in ascending order. */
export interface PerUserMetrics {
  readonly users: Int32Array;
  readonly values: Readonly<Record<MetricKey, Float32Array>>;
}

const LABELS: Readonly<Record<MetricName, string>> = {
  recall: 'Recall',
  ndcg: 'NDCG',
  precision: 'Precision',
  map: 'MAP',
};

/** `recall@20` → `Recall@20`. */
export function metricLabel(key: MetricKey): string {
  const [name, cutoff] = key.split('@');
  const known = METRIC_NAMES.find((metric) => metric === name);
  return known ? `${LABELS[known]}@${cutoff}` : key;
}

export function isMetricKey(value: string): value is MetricKey {
  return METRIC_KEYS.some((key) => key === value);
}

/** A record with a value for every metric. */
export function byKey<T>(value: (key: MetricKey) => T): Record<MetricKey, T> {
  const [first, ...rest] = METRIC_KEYS;
  if (!first) throw new Error('There are no metrics.');
  const start: Partial<Record<MetricKey, T>> = {};
  for (const key of [first, ...rest]) start[key] = value(key);
  if (isComplete(start)) return start;
  throw new Error('A metric is missing.');
}

function isComplete<T>(record: Partial<Record<MetricKey, T>>): record is Record<MetricKey, T> {
  return METRIC_KEYS.every((key) => key in record);
}
