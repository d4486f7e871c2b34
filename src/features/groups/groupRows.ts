import type { Cell, ChartTable } from '../../charts/table';
import { baselineLabel, baselinesBeside } from '../../domain/baselines';
import { metricsOf, type Relevant } from '../../domain/comparison';
import type { MetricKey } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { spread, type Spread } from '../../domain/spread';
import { SHOWN_METRICS } from '../readings/curves';
import { standIn } from '../readings/findings';

/** Per-seed differences to the full model. */
export interface Difference extends Spread {
  /** Seeds that both have a result of. */
  readonly pairs: number;
  /** How many of them have this row higher. */
  readonly higher: number;
}

/** One row of the table: a variant over its seeds, or a baseline. */
export interface VariantRow {
  readonly variant: string;
  readonly full: boolean;
  /** By seed. */
  readonly runs: readonly RunSummary[];
  /** Runs with a result. */
  readonly done: number;
  readonly metrics: Readonly<Record<Relevant, ReadonlyMap<MetricKey, Spread>>>;
  /** In Recall@20; null for the full model and for baselines, and where no seed has both results. */
  readonly difference: Readonly<Record<Relevant, Difference | null>>;
}

const COMPARED: MetricKey = 'recall@20';

export const valueOf = (run: RunSummary, relevant: Relevant, key: MetricKey): number | null =>
  metricsOf(run.result, relevant)?.[key] ?? null;

/** The runs of one group, oldest first. */
export const runsOfGroup = (runs: readonly RunSummary[], id: string): RunSummary[] =>
  runs.filter(({ group }) => group?.id === id);

/** The evaluations that there are; first the one that chose the best epochs. */
export function evaluationsOf(runs: readonly RunSummary[]): readonly Relevant[] {
  if (!runs.some(({ result }) => result?.testLiked !== undefined)) return ['all'];
  return runs[0]?.experiment.config['relevant'] === 'liked' ? ['liked', 'all'] : ['all', 'liked'];
}

/** The full model first, then its ablations in the order of the model's table. */
export function variantRows(runs: readonly RunSummary[]): VariantRow[] {
  const [first] = runs;
  if (!first) return [];
  const table = modelTable(first.experiment.model);
  const order = [table.name, ...(table.ablations ?? []).map(({ label }) => label)];
  const place = (variant: string): number => (order.includes(variant) ? order.indexOf(variant) : order.length);
  const variants = [...new Set(runs.map(({ group }) => group?.variant ?? ''))].sort((a, b) => place(a) - place(b));
  const of = (variant: string): RunSummary[] =>
    runs.filter(({ group }) => group?.variant === variant).sort((a, b) => a.experiment.seed - b.experiment.seed);
  const full = of(table.name);
  return variants.map((variant) => {
    const own = of(variant);
    const isFull = variant === table.name;
    const difference = (which: Relevant): Difference | null => (isFull ? null : differenceOf(own, full, which));
    return {
      variant,
      full: isFull,
      runs: own,
      done: own.filter(({ result }) => result !== null).length,
      metrics: metricsBy(own),
      difference: { all: difference('all'), liked: difference('liked') },
    };
  });
}

/** The baselines on the dataset of the runs, as rows beneath theirs. */
export const baselineRows = (all: readonly RunSummary[], runs: readonly RunSummary[]): VariantRow[] =>
  baselinesBeside(all, runs).map((run) => ({
    variant: baselineLabel(run),
    full: false,
    runs: [run],
    done: 1,
    metrics: metricsBy([run]),
    difference: { all: null, liked: null },
  }));

function metricsBy(runs: readonly RunSummary[]): VariantRow['metrics'] {
  const of = (which: Relevant): ReadonlyMap<MetricKey, Spread> =>
    new Map(SHOWN_METRICS.map((key) => [key, spread(known(runs.map((run) => valueOf(run, which, key))))]));
  return { all: of('all'), liked: of('liked') };
}

function differenceOf(own: readonly RunSummary[], full: readonly RunSummary[], relevant: Relevant): Difference | null {
  const values = own.flatMap((run): number[] => {
    const other = full.find(({ experiment }) => experiment.seed === run.experiment.seed);
    const [mine, theirs] = [valueOf(run, relevant, COMPARED), other ? valueOf(other, relevant, COMPARED) : null];
    return mine === null || theirs === null ? [] : [mine - theirs];
  });
  return values.length === 0
    ? null
    : { ...spread(values), pairs: values.length, higher: values.filter((value) => value > 0).length };
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

const column = (relevant: Relevant, key: MetricKey): string => `test_${relevant === 'liked' ? 'liked_' : ''}${key}`;
/** What must be said of the numbers of these runs. */
const noteOf = (runs: readonly RunSummary[]): string | null =>
  [...new Set(runs.map(standIn).filter((note) => note !== null))].join(' ') || null;

/** One row per variant, in full precision. */
export function variantsTable(rows: readonly VariantRow[], evaluations: readonly Relevant[]): ChartTable {
  const each = evaluations.flatMap((relevant) => SHOWN_METRICS.map((key) => ({ relevant, key })));
  const differences = evaluations.map((relevant) => ({
    relevant,
    name: `difference_${relevant === 'liked' ? 'liked_' : ''}${COMPARED}`,
  }));
  return {
    columns: [
      'variant',
      ...each.flatMap(({ relevant, key }) => [`${column(relevant, key)}_mean`, `${column(relevant, key)}_sd`]),
      ...differences.flatMap(({ name }) => [`${name}_mean`, `${name}_sd`, `${name}_seeds`, `${name}_higher`]),
      'seeds_finished',
      'seeds_asked',
      'note',
    ],
    rows: rows.map(({ variant, metrics, difference, done, runs }): Cell[] => [
      variant,
      ...each.flatMap(({ relevant, key }) => [
        metrics[relevant].get(key)?.mean ?? null,
        metrics[relevant].get(key)?.sd ?? null,
      ]),
      ...differences.flatMap(({ relevant }): Cell[] => {
        const one = difference[relevant];
        return one ? [one.mean, one.sd, one.pairs, one.higher] : [null, null, null, null];
      }),
      done,
      runs.length,
      noteOf(runs),
    ]),
  };
}

/** One row per run, for a comparison of one’s own. */
export function runsTable(rows: readonly VariantRow[], evaluations: readonly Relevant[]): ChartTable {
  const each = evaluations.flatMap((relevant) => SHOWN_METRICS.map((key) => ({ relevant, key })));
  return {
    columns: [
      'variant',
      'seed',
      'status',
      'best_epoch',
      ...each.map(({ relevant, key }) => column(relevant, key)),
      'note',
    ],
    rows: rows.flatMap(({ variant, runs }) =>
      runs.map((run): Cell[] => [
        variant,
        run.experiment.seed,
        run.status,
        run.result ? run.result.bestEpoch + 1 : null,
        ...each.map(({ relevant, key }) => valueOf(run, relevant, key)),
        standIn(run),
      ]),
    ),
  };
}
