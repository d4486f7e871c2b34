import { formatCount, formatMetric, formatPercent, formatSignedMeanSd } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Point } from '../../charts/series';
import type { ChartTable } from '../../charts/table';
import type { GainDistribution, GroupGain, UserGroup } from '../../domain/gains';

/** The share of users at or below a difference, as a line of steps. */
export function stepPoints({ cumulative, edges }: Pick<GainDistribution, 'cumulative' | 'edges'>): Point[] {
  const points: Point[] = [[edges[0] ?? 0, 0]];
  for (const [value, share] of cumulative) points.push([value, points[points.length - 1]?.[1] ?? 0], [value, share]);
  const end = edges[edges.length - 1] ?? 0;
  return (points[points.length - 1]?.[0] ?? end) < end ? [...points, [end, 1]] : points;
}

export const distributionWords = (
  metric: string,
  setting: string,
  reference: string,
  { users, better, equal, worse, mean }: GainDistribution,
): string =>
  `${metric} of ${formatCount(users)} users: ${setting} is better than ${reference} for ${formatPercent(better)}, equal for ${formatPercent(equal)} and worse for ${formatPercent(worse)}; the mean difference is ${formatSignedMeanSd(mean, null)}.`;

/** Groups of the rows of `of` found again among `users`; users without a row there are in none. */
export function groupsAmong(groups: readonly UserGroup[], of: Int32Array, users: Int32Array): UserGroup[] {
  const rowOf = new Map(Array.from(users, (user, row) => [user, row]));
  return groups.map((group) => ({ ...group, rows: group.rows.flatMap((row) => rowOf.get(of[row] ?? -1) ?? []) }));
}

export interface GroupTableWords {
  /** What a group's users have in common. */
  readonly holds: string;
  readonly setting: string;
  readonly reference: string;
  readonly metric: string;
  readonly caption: string;
}

export const differenceText = ({ difference, error }: GroupGain): string =>
  difference === null ? 'n/a' : formatSignedMeanSd(difference, error);

export function groupsPaper(
  rows: readonly GroupGain[],
  { holds, setting, reference, caption }: GroupTableWords,
): PaperTable {
  return {
    caption: `${caption} Difference ± standard error.`,
    columns: ['Users', holds, 'How many', setting, reference, 'Difference'],
    rows: rows.map((row) =>
      [
        row.name,
        row.holds,
        formatCount(row.rows.length),
        formatMetric(row.mine),
        formatMetric(row.theirs),
        differenceText(row),
      ].map((text) => ({ text })),
    ),
  };
}

export function groupsTable(rows: readonly GroupGain[], { setting, reference }: GroupTableWords): ChartTable {
  return {
    columns: ['group', 'holds', 'users', setting, reference, 'difference', 'standard_error'],
    rows: rows.map(({ name, holds, rows: { length }, mine, theirs, difference, error }) => [
      name,
      holds,
      length,
      mine,
      theirs,
      difference,
      error,
    ]),
  };
}
