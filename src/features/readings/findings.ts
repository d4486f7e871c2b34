import { formatCount, formatNumber, formatPercent } from '../../ui/format';
import type { Finding } from '../../domain/observations';
import type { RunSummary } from '../../domain/run';

export type ShownFinding = Exclude<Finding, { kind: 'parts' }>;

/** The findings that say something by themselves; names of parts only serve other pictures. */
export const shownFindings = (findings: readonly Finding[]): ShownFinding[] =>
  findings.flatMap((finding) => (finding.kind === 'parts' ? [] : [finding]));

/** What must be said wherever this run’s numbers stand: vectors that are a stand-in. null where nothing must. */
export function standIn(run: Pick<RunSummary, 'findings'>): string | null {
  const note = run.findings?.find((finding) => finding.kind === 'note' && finding.key === 'profiles');
  return note?.kind === 'note' ? note.text : null;
}

/** Counts in full, shares in percent, other numbers in four digits. */
export function findingValue({ value, unit }: { readonly value: number; readonly unit?: 'share' }): string {
  if (unit === 'share') return formatPercent(value);
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
}

/** A histogram in a sentence. */
export function histogramWords({ title, axis, edges, counts }: Extract<Finding, { kind: 'histogram' }>): string {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.reduce((best, count, bin) => (count > (counts[best] ?? 0) ? bin : best), 0);
  return `${title}: ${formatCount(all)} values of ${axis} from ${formatNumber(edges[0])} to ${formatNumber(edges.at(-1))}, most (${formatCount(counts[most])}) between ${formatNumber(edges[most])} and ${formatNumber(edges[most + 1])}.`;
}
