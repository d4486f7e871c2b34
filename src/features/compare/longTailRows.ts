import { formatMeanSd } from '../../ui/format';
import type { BarSeries } from '../../charts/GroupedBars';
import type { PaperTable } from '../../charts/paperTable';
import type { ChartTable } from '../../charts/table';
import { bestTwo, type Setting } from '../../domain/comparison';
import { GROUP_NAMES, groupSpreads, type PopularityGroup, type SettingGroups } from '../../domain/longTail';
import { groupTable } from '../readings/groupTable';

type GroupMetric = 'recall' | 'ndcg';

/** One setting with its groups. */
export interface LongTailRow extends SettingGroups {
  readonly setting: Setting;
}

/** In the order of the settings; those without stored lists are left out. */
export const longTailRows = (settings: readonly Setting[], grouped: readonly SettingGroups[]): LongTailRow[] =>
  settings.flatMap((setting) => {
    const found = grouped.find(({ key }) => key === setting.key);
    return found && found.runs.length > 0 ? [{ ...found, setting }] : [];
  });

export const longTailSeries = (rows: readonly LongTailRow[], metric: GroupMetric): BarSeries[] =>
  rows.map((row) => ({ name: row.setting.label, values: groupSpreads(row, metric) }));

/** `most popular (12–80)`: the groups with their least and most popular item's training interactions, which all settings share. */
export const groupLabels = (rows: readonly LongTailRow[]): string[] => {
  const groups = rows[0]?.runs[0]?.groups ?? [];
  return GROUP_NAMES.map((name, i) => `${name}${rangeOf(groups[i])}`);
};

const rangeOf = (group: PopularityGroup | undefined): string =>
  group ? ` (${group.fewest === group.most ? group.most : `${group.fewest}–${group.most}`})` : '';

export function longTailPaper(
  rows: readonly LongTailRow[],
  metric: GroupMetric,
  name: string,
  dataset: string,
): PaperTable {
  const columns = rows.map((row) => groupSpreads(row, metric));
  const places = GROUP_NAMES.map((_, group) => bestTwo(columns.map((spreads) => spreads[group]?.mean ?? null)));
  return {
    caption: `${name} by popularity of the item on ${dataset}: five groups of equally many items, by training interactions; mean and standard deviation over seeds.`,
    columns: ['Model', ...groupLabels(rows)],
    rows: rows.map(({ setting }, i) => [
      { text: setting.label },
      ...(columns[i] ?? []).map(({ mean, sd }, group) => ({
        text: mean === null ? 'n/a' : formatMeanSd(mean, sd),
        place: places[group]?.best.includes(i)
          ? ('best' as const)
          : places[group]?.second.includes(i)
            ? ('second' as const)
            : null,
      })),
    ]),
  };
}

/** One row per run and group, in full precision. */
export function longTailTable(rows: readonly LongTailRow[], cutoff: number): ChartTable {
  return {
    columns: ['setting', 'seed', ...groupTable([], cutoff).columns],
    rows: rows.flatMap(({ setting, runs }) =>
      runs.flatMap(({ seed, groups }) => groupTable(groups, cutoff).rows.map((row) => [setting.label, seed, ...row])),
    ),
  };
}

/** What the bars say, in a sentence: who is best at both ends. */
export function longTailWords(rows: readonly LongTailRow[], metric: GroupMetric, name: string): string {
  const best = (group: number): string => {
    const means = rows.map((row) => groupSpreads(row, metric)[group]?.mean ?? null);
    const [first] = bestTwo(means).best;
    return first === undefined
      ? 'nobody'
      : `${rows[first]?.setting.label} (${formatMeanSd(means[first] ?? null, null)})`;
  };
  return `${name} is highest among the most popular fifth of the items with ${best(0)}, among the rarest fifth with ${best(GROUP_NAMES.length - 1)}.`;
}
