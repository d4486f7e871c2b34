import type { ChartTable } from '../../charts/table';
import type { PairedTest, Setting, SettingComparison } from '../../domain/comparison';
import { holmOfKnown } from '../../domain/significance';

/** One setting against the reference, p-values adjusted for all rows of the table together. */
export interface SignificanceRow {
  readonly setting: Setting;
  readonly comparison: SettingComparison;
  readonly adjusted: { readonly t: number | null; readonly wilcoxon: number | null; readonly seeds: number | null };
}

/** Holm over the rows that have a test, each kind of test for itself. */
export function significanceRows(
  settings: readonly Setting[],
  comparisons: readonly SettingComparison[],
): SignificanceRow[] {
  const rows = comparisons.flatMap((comparison) => {
    const setting = settings.find(({ key }) => key === comparison.key);
    return setting ? [{ setting, comparison }] : [];
  });
  const overUsers = (kind: 't' | 'wilcoxon'): (number | null)[] =>
    holmOfKnown(rows.map(({ comparison: { users } }) => ('refused' in users ? null : users[kind].p)));
  const [t, wilcoxon, seeds] = [
    overUsers('t'),
    overUsers('wilcoxon'),
    holmOfKnown(rows.map(({ comparison: { bySeed } }) => bySeed?.t.p ?? null)),
  ];
  return rows.map((row, i) => ({
    ...row,
    adjusted: { t: t[i] ?? null, wilcoxon: wilcoxon[i] ?? null, seeds: seeds[i] ?? null },
  }));
}

/** Why no row can be paired by user, where it is the same for all; null otherwise. */
export function unpairedAlike(rows: readonly SignificanceRow[]): string | null {
  const reasons = new Set(rows.map(({ comparison: { users } }) => ('refused' in users ? users.refused : null)));
  const [reason = null] = reasons;
  return reasons.size === 1 ? reason : null;
}

export function significanceTable(rows: readonly SignificanceRow[]): ChartTable {
  const test = (one: PairedTest | undefined): (number | null)[] => [
    one?.statistic ?? null,
    one?.p ?? null,
    one?.effect ?? null,
  ];
  const names = (prefix: string): string[] => ['statistic', 'p', 'effect'].map((name) => `${prefix}_${name}`);
  return {
    columns: [
      'setting',
      'seeds',
      'users',
      'mean_difference',
      'interval_low',
      'interval_high',
      ...names('t'),
      't_p_holm',
      ...names('wilcoxon'),
      'wilcoxon_p_holm',
      'seed_pairs',
      ...names('seed_t'),
      'seed_t_p_holm',
    ],
    rows: rows.map(({ setting, comparison: { users, seeds, bySeed }, adjusted }) => {
      const known = 'refused' in users ? null : users;
      return [
        setting.label,
        seeds.join(' '),
        known?.pairs ?? null,
        known?.mean ?? null,
        known?.interval[0] ?? null,
        known?.interval[1] ?? null,
        ...test(known?.t),
        adjusted.t,
        ...test(known?.wilcoxon),
        adjusted.wilcoxon,
        bySeed?.pairs ?? null,
        ...test(bySeed?.t),
        adjusted.seeds,
      ];
    }),
  };
}
