import type { PerUserMetrics } from '../domain/metrics';
import type { RunDetails } from '../storage/runs';

type TopLists = Pick<RunDetails, 'topItems' | 'cutoff'> & { readonly perUser: Pick<PerUserMetrics, 'users'> };

/**
 * The test users' lists as MMRec writes them for `save_recommended_topk`: a header `id, top_0, …, top_{k−1}`, then one line a user, item
 * indices from the best on, tabs between. They are the ids of a dataset that was exported for MMRec. A user with fewer than k candidates has −1 in what is left.
 */
export function topListsTsv({ perUser: { users }, topItems, cutoff }: TopLists): string {
  const lines = [['id', ...Array.from({ length: cutoff }, (_, rank) => `top_${rank}`)].join('\t')];
  users.forEach((user, row) =>
    lines.push(`${user}\t${topItems.subarray(row * cutoff, (row + 1) * cutoff).join('\t')}`),
  );
  return `${lines.join('\n')}\n`;
}
