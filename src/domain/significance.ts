import { holm } from './comparison';
import type { MetricKey } from './metrics';

/** What counts as significant: below it after Holm's adjustment. */
export const SIGNIFICANT = 0.05;

/** p-values of a setting's difference to the reference in one metric (paired t-tests), not adjusted; null where there is no test. */
export interface MetricTest {
  readonly key: MetricKey;
  readonly users: number | null;
  readonly seeds: number | null;
}

export interface SettingTests {
  /** The setting's key. */
  readonly key: string;
  readonly metrics: readonly MetricTest[];
}

/** The same p-values after Holm over all settings of the table, and what stands behind the number: † over users, ‡ over seeds. */
export interface MarkedMetric extends MetricTest {
  readonly mark: string;
}

/** Adjusts those p-values that are there; the others stay null. */
export function holmOfKnown(values: readonly (number | null)[]): (number | null)[] {
  const adjusted = holm(values.filter((p) => p !== null));
  return values.map((p) => (p === null ? null : (adjusted.shift() ?? null)));
}

/** By setting and metric; each metric, and each kind of test, is adjusted for itself. */
export function marksOf(tests: readonly SettingTests[]): ReadonlyMap<string, ReadonlyMap<MetricKey, MarkedMetric>> {
  const keys = [...new Set(tests.flatMap(({ metrics }) => metrics.map(({ key }) => key)))];
  const marked = new Map(tests.map(({ key }) => [key, new Map<MetricKey, MarkedMetric>()]));
  for (const key of keys) {
    const column = tests.map(({ metrics }) => metrics.find((metric) => metric.key === key) ?? null);
    const users = holmOfKnown(column.map((metric) => metric?.users ?? null));
    const seeds = holmOfKnown(column.map((metric) => metric?.seeds ?? null));
    tests.forEach((test, i) => {
      const [overUsers, overSeeds] = [users[i] ?? null, seeds[i] ?? null];
      marked
        .get(test.key)
        ?.set(key, {
          key,
          users: overUsers,
          seeds: overSeeds,
          mark: `${isSignificant(overUsers) ? '†' : ''}${isSignificant(overSeeds) ? '‡' : ''}`,
        });
    });
  }
  return marked;
}

export const isSignificant = (p: number | null): boolean => p !== null && p < SIGNIFICANT;
