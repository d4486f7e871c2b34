import { entry } from './at';

/** Numbers of an epoch by key: one number, the counts of a histogram, or one number per named part. */
export type Observations = Readonly<Record<string, readonly number[]>>;

/** How an observation is shown. */
export type ObservationKind =
  /** One number a step (averaged over reporting intervals), or one an epoch. */
  | { readonly kind: 'curve'; readonly unit?: string }
  /** Counts between `edges`, once an epoch. */
  | { readonly kind: 'histogram'; readonly edges: readonly number[]; readonly axis: string }
  /** One number per part, once an epoch; the parts are named in the run's finding of the same key, or by their place. */
  | { readonly kind: 'parts' };

/** A model's entry for something it observes while it trains. */
export type Observation = ObservationKind & {
  readonly key: string;
  readonly title: string;
  /** What it tells, in a sentence. */
  readonly help: string;
};

/** Something a run found out about its data before the first step. */
export type Finding =
  | {
      readonly kind: 'numbers';
      readonly key: string;
      readonly title: string;
      readonly rows: readonly { readonly label: string; readonly value: number; readonly unit?: 'share' }[];
    }
  | {
      readonly kind: 'histogram';
      readonly key: string;
      readonly title: string;
      readonly axis: string;
      readonly edges: readonly number[];
      readonly counts: readonly number[];
      /** An option below whose value the run drops what is counted here; null where it was asked to drop nothing. */
      readonly threshold?: { readonly option: string; readonly value: number | null };
    }
  | { readonly kind: 'parts'; readonly key: string; readonly title: string; readonly names: readonly string[] }
  | { readonly kind: 'note'; readonly key: string; readonly title: string; readonly text: string };

/** How many of `values` lie between neighbouring `edges`; what lies above counts in the last bin, what lies below in none. */
export function countBetween(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length - 1 }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!(value >= (edges[0] ?? -Infinity))) continue;
    let bin = 0;
    while (bin < counts.length - 1 && value >= (edges[bin + 1] ?? Infinity)) bin++;
    counts[bin] = entry(counts, bin) + 1;
  }
  return counts;
}

/** How many of a histogram's values lie below `value`; within a bin as if they were spread evenly. */
export function countBelow(edges: readonly number[], counts: readonly number[], value: number): number {
  return counts.reduce((sum, count, bin) => {
    const [from, to] = [entry(edges, bin), entry(edges, bin + 1)];
    return sum + (value >= to ? count : value > from ? (count * (value - from)) / (to - from) : 0);
  }, 0);
}
