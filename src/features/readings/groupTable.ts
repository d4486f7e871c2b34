import type { ChartTable } from '../../charts/table';
import { GROUP_NAMES, type PopularityGroup } from '../../domain/longTail';

/** A row per popularity group, in full precision. */
export const groupTable = (groups: readonly PopularityGroup[], cutoff: number): ChartTable => ({
  columns: [
    'group',
    'items',
    'fewest_training_interactions',
    'most_training_interactions',
    'test_users',
    'test_interactions',
    `share_of_top_${cutoff}`,
    `recall@${cutoff}`,
    `ndcg@${cutoff}`,
  ],
  rows: groups.map((group, i) => [
    GROUP_NAMES[i] ?? i + 1,
    group.items,
    group.fewest,
    group.most,
    group.users,
    group.tested,
    group.recommended,
    group.recall,
    group.ndcg,
  ]),
});
