import { formatSeconds, formatMeanSd, formatMetric, plural } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Cell, ChartTable } from '../../charts/table';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { Claim } from '../../domain/paperTables';
import type { TableSearch } from '../../domain/run';
import type { Searched } from '../../domain/sharedRun';
import type { ClaimVerdict, JudgedClaim, ReproducedRow } from '../../domain/reproduced';
import { rankAgreement } from '../../domain/reproduced';
import { shortMetric } from './curves';

export const VERDICT_WORDS: Readonly<Record<ClaimVerdict, string>> = {
  holds: 'holds',
  withinError: 'within error',
  fails: 'does not hold',
  open: 'open',
};

const NUMBERS = ['none', 'one', 'both', 'all three', 'all four'];

/** `EGRA is above GUME in all four metrics`. */
export function claimWords({ better, worse, metrics, of, shown }: Claim): string {
  if (shown) return `${better} is above ${worse}: a figure shows it, without numbers`;
  const [only] = metrics;
  const where =
    of === 1 && only
      ? metricLabel(only)
      : metrics.length === of
        ? `${NUMBERS[of] ?? `all ${of}`} metrics`
        : `${metrics.length} of ${of} metrics (${metrics.map(shortMetric).join(', ')})`;
  return `${better} is above ${worse} in ${where}`;
}

/** `τ = .82 (11 rows)`; a dash where there is nothing to rank. */
export function tauWords(rows: readonly ReproducedRow[], metric: MetricKey): { value: string; note: string } {
  const { tau, rows: count } = rankAgreement(rows, metric);
  return {
    value: tau === null ? '–' : tau.toFixed(2).replace('-', '−'),
    note: `${shortMetric(metric)}, ${plural(count, 'row')}`,
  };
}

/** `+.0021`, `−.0003`. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatMetric(Math.abs(value))}`;

/** What each row was allowed, in sentences. */
export function searchWords({ trials, drawSeed, metric, rungs }: TableSearch): string {
  const cuts = rungs.map(({ epochs, keep }) => `${keep} after ${plural(epochs, 'epoch')}`).join(' and ');
  const how = cuts
    ? `Successive halving kept ${cuts}, by validation ${metricLabel(metric)}`
    : 'Random search ran every trial to its end';
  return `Settings were searched: up to ${plural(trials, 'trial')} for each row and seed, the first with the recommended settings, the others drawn with seed ${drawSeed}. ${how}. The trial with the best validation ${metricLabel(metric)} stands here.`;
}

/** `9 trials, 143 epochs, 4 min`: what a row took. */
export const tookWords = ({ trials, epochs, seconds }: Searched): string =>
  `${plural(trials, 'trial')}, ${plural(epochs, 'epoch')}, ${formatSeconds(seconds)}`;

const metricsOf = (rows: readonly ReproducedRow[]): readonly MetricKey[] =>
  rows[0]?.cells.map(({ metric }) => metric) ?? [];

/** The table for a paper: printed beside measured, and what became of the claims. */
export function reproductionPaper(
  rows: readonly ReproducedRow[],
  claims: readonly JudgedClaim[],
  caption: string,
  notes: readonly string[],
): PaperTable {
  const metrics = metricsOf(rows);
  const searched = rows.some((row) => row.searched !== null);
  const count = (verdict: ClaimVerdict): number => claims.filter((claim) => claim.verdict === verdict).length;
  return {
    caption,
    columns: [
      'Row',
      ...metrics.flatMap((metric) => [`${shortMetric(metric)}, printed`, `${shortMetric(metric)}, here`]),
      ...(searched ? ['Search'] : []),
    ],
    rows: rows.map(({ name, cells, searched: took }) => [
      { text: name },
      ...cells.flatMap(({ printed, here }) => [
        { text: printed === null ? '–' : formatMetric(printed) },
        { text: here.mean === null ? '–' : formatMeanSd(here.mean, here.sd) },
      ]),
      ...(searched ? [{ text: took ? tookWords(took) : '–' }] : []),
    ]),
    notes: [
      ...notes,
      `Kendall’s τ of the rows’ order: ${metrics
        .map((metric) => `${tauWords(rows, metric).value} (${tauWords(rows, metric).note})`)
        .join(', ')}.`,
      ...(claims.some(({ verdict }) => verdict !== 'open')
        ? [
            `Of ${claims.length} claims, ${count('holds')} hold, ${count('withinError')} lie within error, ${count('fails')} do not hold, ${count('open')} are open.`,
          ]
        : []),
    ],
  };
}

/** In full precision. */
export function reproductionData(rows: readonly ReproducedRow[]): ChartTable {
  const metrics = metricsOf(rows);
  return {
    columns: [
      'row',
      ...metrics.flatMap((metric) => [`${metric}_printed`, `${metric}_mean`, `${metric}_sd`, `${metric}_difference`]),
      'seeds_finished',
      'seeds_asked',
      'search_trials',
      'search_epochs',
      'search_seconds',
    ],
    rows: rows.map(({ name, cells, done, runs, searched }): Cell[] => [
      name,
      ...cells.flatMap(({ printed, here, difference }): Cell[] => [printed, here.mean, here.sd, difference]),
      done,
      runs,
      searched?.trials ?? null,
      searched?.epochs ?? null,
      searched?.seconds ?? null,
    ]),
  };
}
