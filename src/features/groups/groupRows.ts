import type { Cell, ChartTable } from '../../charts/table';
import type { MetricKey } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { SHOWN_METRICS } from '../runs/curves';

/** Over all held-out items of the test split, or over the liked ones. */
export type Relevant = 'all' | 'liked';

/** Mean over seeds with the sample standard deviation; null without (a second) one. */
export interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
}

/** Per-seed differences to the full model. */
export interface Difference extends Spread {
  /** Seeds that both have a result of. */
  readonly pairs: number;
  /** Of them, those in which this row is higher. */
  readonly higher: number;
}

/** One row of the table: a variant over its seeds. */
export interface VariantRow {
  readonly variant: string;
  readonly full: boolean;
  /** By seed. */
  readonly runs: readonly RunSummary[];
  /** Runs with a result. */
  readonly done: number;
  readonly metrics: Readonly<Record<Relevant, ReadonlyMap<MetricKey, Spread>>>;
  /** In Recall@20; null for the full model, and where no seed has both results. */
  readonly difference: Difference | null;
}

const COMPARED: MetricKey = 'recall@20';

export const valueOf = (run: RunSummary, relevant: Relevant, key: MetricKey): number | null =>
  (relevant === 'all' ? run.result?.test : run.result?.testLiked)?.[key] ?? null;

/** The runs of one group, oldest first. */
export const runsOfGroup = (runs: readonly RunSummary[], id: string): RunSummary[] => runs.filter(({ group }) => group?.id === id);

/** Which evaluation chose the best epochs, and so is compared. */
export function comparedOver(runs: readonly RunSummary[]): Relevant {
  const liked = runs.some(({ result }) => result?.testLiked !== undefined);
  return liked && runs[0]?.experiment.config['relevant'] === 'liked' ? 'liked' : 'all';
}

/** The full model first, then its ablations in the order of the model's table. */
export function variantRows(runs: readonly RunSummary[]): VariantRow[] {
  const [first] = runs;
  if (!first) return [];
  const table = modelTable(first.experiment.model);
  const order = [table.name, ...(table.ablations ?? []).map(({ label }) => label)];
  const place = (variant: string): number => (order.includes(variant) ? order.indexOf(variant) : order.length);
  const variants = [...new Set(runs.map(({ group }) => group?.variant ?? ''))].sort((a, b) => place(a) - place(b));
  const of = (variant: string): RunSummary[] => runs.filter(({ group }) => group?.variant === variant).sort((a, b) => a.experiment.seed - b.experiment.seed);
  const full = of(table.name);
  const relevant = comparedOver(runs);
  return variants.map((variant) => {
    const own = of(variant);
    const metrics = (which: Relevant): ReadonlyMap<MetricKey, Spread> => new Map(SHOWN_METRICS.map((key) => [key, spread(known(own.map((run) => valueOf(run, which, key))))]));
    return {
      variant,
      full: variant === table.name,
      runs: own,
      done: own.filter(({ result }) => result !== null).length,
      metrics: { all: metrics('all'), liked: metrics('liked') },
      difference: variant === table.name ? null : differenceOf(own, full, relevant),
    };
  });
}

function differenceOf(own: readonly RunSummary[], full: readonly RunSummary[], relevant: Relevant): Difference | null {
  const values = own.flatMap((run): number[] => {
    const other = full.find(({ experiment }) => experiment.seed === run.experiment.seed);
    const [mine, theirs] = [valueOf(run, relevant, COMPARED), other ? valueOf(other, relevant, COMPARED) : null];
    return mine === null || theirs === null ? [] : [mine - theirs];
  });
  return values.length === 0 ? null : { ...spread(values), pairs: values.length, higher: values.filter((value) => value > 0).length };
}

function spread(values: readonly number[]): Spread {
  if (values.length === 0) return { mean: null, sd: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, sd: null };
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** Whether any run has results over liked items. */
export const isRated = (runs: readonly RunSummary[]): boolean => runs.some(({ result }) => result?.testLiked !== undefined);

const evaluations = (rated: boolean): readonly Relevant[] => (rated ? ['all', 'liked'] : ['all']);
const column = (relevant: Relevant, key: MetricKey): string => `test_${relevant === 'liked' ? 'liked_' : ''}${key}`;

/** One row per variant, in full precision. */
export function variantsTable(rows: readonly VariantRow[], rated: boolean): ChartTable {
  const each = evaluations(rated).flatMap((relevant) => SHOWN_METRICS.map((key) => ({ relevant, key })));
  return {
    columns: [
      'variant', ...each.flatMap(({ relevant, key }) => [`${column(relevant, key)}_mean`, `${column(relevant, key)}_sd`]),
      'difference_recall@20_mean', 'difference_recall@20_sd', 'seeds_compared', 'seeds_higher', 'seeds_finished', 'seeds_asked',
    ],
    rows: rows.map(({ variant, metrics, difference, done, runs }): Cell[] => [
      variant,
      ...each.flatMap(({ relevant, key }) => [metrics[relevant].get(key)?.mean ?? null, metrics[relevant].get(key)?.sd ?? null]),
      difference?.mean ?? null, difference?.sd ?? null, difference?.pairs ?? null, difference?.higher ?? null, done, runs.length,
    ]),
  };
}

/** One row per run, for a comparison of one’s own. */
export function runsTable(rows: readonly VariantRow[], rated: boolean): ChartTable {
  const each = evaluations(rated).flatMap((relevant) => SHOWN_METRICS.map((key) => ({ relevant, key })));
  return {
    columns: ['variant', 'seed', 'status', 'best_epoch', ...each.map(({ relevant, key }) => column(relevant, key))],
    rows: rows.flatMap(({ variant, runs }) =>
      runs.map((run): Cell[] => [variant, run.experiment.seed, run.status, run.result ? run.result.bestEpoch + 1 : null, ...each.map(({ relevant, key }) => valueOf(run, relevant, key))]),
    ),
  };
}
