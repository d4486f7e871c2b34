import type { MetricKey } from './metrics';
import type { Claim } from './paperTables';
import type { PublishedTable } from './publishedTables';
import type { RunResult } from './run';
import type { Searched } from './sharedRun';
import { isSignificant } from './significance';
import { spread, type Spread } from './spread';

/** A run of one row: what it got on the test split, and the search that it comes from. */
export interface RowRun {
  readonly variant: string;
  readonly result: Pick<RunResult, 'test'> | null;
  readonly searched?: Searched | null;
}

/** A printed figure beside the one measured here. */
export interface ReproducedCell {
  readonly metric: MetricKey;
  /** null where the paper prints none. */
  readonly printed: number | null;
  /** Over the seeds that have a result. */
  readonly here: Spread;
  /** `here − printed`; null without either. */
  readonly difference: number | null;
}

export interface ReproducedRow {
  readonly name: string;
  readonly runs: number;
  readonly done: number;
  readonly cells: readonly ReproducedCell[];
  /** Trials of a seed, and what all seeds took; null without a search. */
  readonly searched: Searched | null;
}

/** All rows of the printed table in its order, those without a run too. */
export function reproducedRows(part: PublishedTable, runs: readonly RowRun[]): ReproducedRow[] {
  return Object.entries(part.rows).map(([name, printed]) => {
    const own = runs.filter(({ variant }) => variant === name);
    return {
      name,
      runs: own.length,
      done: own.filter(({ result }) => result !== null).length,
      searched: searchedOf(own),
      cells: part.metrics.map((metric, place): ReproducedCell => {
        const here = spread(own.flatMap(({ result }) => result?.test[metric] ?? []));
        const figure = printed[place] ?? null;
        return {
          metric,
          printed: figure,
          here,
          difference: here.mean === null || figure === null ? null : here.mean - figure,
        };
      }),
    };
  });
}

/** A measured row that no table prints, such as a baseline. */
export const unprintedRow = (name: string, metrics: readonly MetricKey[], run: RowRun): ReproducedRow => ({
  name,
  runs: 1,
  done: run.result ? 1 : 0,
  searched: null,
  cells: metrics.map((metric) => ({
    metric,
    printed: null,
    here: spread(run.result ? [run.result.test[metric]] : []),
    difference: null,
  })),
});

function searchedOf(runs: readonly RowRun[]): Searched | null {
  const each = runs.flatMap(({ searched }) => searched ?? []);
  if (each.length === 0) return null;
  return {
    trials: Math.max(...each.map(({ trials }) => trials)),
    epochs: each.reduce((sum, { epochs }) => sum + epochs, 0),
    seconds: each.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/**
 * Kendall's τ-b of two rankings, `(C − D) / √((n₀ − n₁)(n₀ − n₂))` with C concordant and D discordant pairs of all n₀, of which n₁ and n₂ are tied
 * in either: 1 where they order alike, −1 where one is the other reversed. null below two pairs of values, or where one side is all ties.
 */
export function kendallTau(pairs: readonly (readonly [number, number])[]): number | null {
  let [agreeing, first, second] = [0, 0, 0];
  for (const [i, [a, b]] of pairs.entries())
    for (const [c, d] of pairs.slice(i + 1)) {
      const [x, y] = [Math.sign(a - c), Math.sign(b - d)];
      agreeing += x * y;
      first += Math.abs(x);
      second += Math.abs(y);
    }
  return first * second === 0 ? null : agreeing / Math.sqrt(first * second);
}

/** How alike the printed and the measured figures order the rows that have both, by metric. */
export const rankAgreement = (
  rows: readonly ReproducedRow[],
  metric: MetricKey,
): { tau: number | null; rows: number } => {
  const pairs = rows.flatMap(({ cells }) => {
    const cell = cells.find((one) => one.metric === metric);
    return cell && cell.printed !== null && cell.here.mean !== null ? [[cell.printed, cell.here.mean] as const] : [];
  });
  return { tau: kendallTau(pairs), rows: pairs.length };
};

/** p-values after Holm of a difference between two rows, by metric; null where there is no test. */
export type PairTests = (better: string, worse: string) => ReadonlyMap<MetricKey, number | null> | null;

/**
 * `holds`: above in every metric of the claim, significantly. `withinError`: significantly below in none, but not significantly above in all.
 * `fails`: significantly below in one at least. `open`: a row has no result, or nothing is tested.
 */
export type ClaimVerdict = 'holds' | 'withinError' | 'fails' | 'open';

export interface JudgedClaim extends Claim {
  readonly verdict: ClaimVerdict;
  /** Metrics in which the mean here is above too; null without results. */
  readonly above: number | null;
  /** Largest p of the metrics in which it is above, and of those in which it is below; null where there is none. */
  readonly p: ReadonlyMap<MetricKey, number | null>;
}

/** What the measured rows say of the claims. `tests` null: means alone are compared, and every claim stays open. */
export function judgedClaims(
  claims: readonly Claim[],
  rows: readonly ReproducedRow[],
  tests: PairTests | null,
): JudgedClaim[] {
  const meanOf = (name: string, metric: MetricKey): number | null =>
    rows.find((row) => row.name === name)?.cells.find((cell) => cell.metric === metric)?.here.mean ?? null;
  return claims.map((claim): JudgedClaim => {
    const differences = claim.metrics.map((metric) => {
      const [a, b] = [meanOf(claim.better, metric), meanOf(claim.worse, metric)];
      return { metric, difference: a === null || b === null ? null : a - b };
    });
    const known = differences.every(({ difference }) => difference !== null);
    const above = known ? differences.filter(({ difference }) => (difference ?? 0) > 0).length : null;
    const p = tests?.(claim.better, claim.worse) ?? new Map<MetricKey, number | null>();
    const tested = known && claim.metrics.some((metric) => typeof p.get(metric) === 'number');
    if (!tested) return { ...claim, verdict: 'open', above, p };
    const significant = differences.filter(({ metric }) => isSignificant(p.get(metric) ?? null));
    const below = significant.some(({ difference }) => (difference ?? 0) < 0);
    const allAbove = significant.length === differences.length && !below;
    return { ...claim, verdict: below ? 'fails' : allAbove ? 'holds' : 'withinError', above, p };
  });
}
