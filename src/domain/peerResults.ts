import type { DatasetStatistics } from './dataset';
import type { MetricKey } from './metrics';
import type { ModelId } from './models/table';
import { modelTable } from './models/catalogue';

/** Test metrics that another program reached on a dataset. */
export interface PeerRow {
  /** The program, and what must be known of its run. */
  readonly name: string;
  readonly values: Readonly<Partial<Record<MetricKey, number>>>;
}

interface PeerResults {
  readonly of: Pick<DatasetStatistics, 'users' | 'items' | 'interactions'>;
  readonly metrics: readonly MetricKey[];
  /** By the name of the model in that program. */
  readonly rows: Readonly<Record<string, { readonly name: string; readonly values: readonly number[] }>>;
}

/** MMRec (PyTorch on a processor) on TikTok's files, at the best epoch on validation. */
const RESULTS: readonly PeerResults[] = [
  {
    of: { users: 9308, items: 6710, interactions: 68_722 },
    metrics: ['recall@10', 'recall@20', 'ndcg@10', 'ndcg@20'],
    rows: {
      BPR: { name: 'MMRec, seed 999', values: [0.03216, 0.048, 0.01732, 0.02132] },
      LightGCN: { name: 'MMRec, seed 999', values: [0.05894, 0.09224, 0.03354, 0.04186] },
      MGCN: { name: 'MMRec, seed 999, cut short after 56 epochs', values: [0.07053, 0.10743, 0.03594, 0.04528] },
    },
  },
];

/** What other programs reached with this model on a dataset of these counts; none where the counts differ. */
export function peerRows(counts: PeerResults['of'] | null, model: ModelId): PeerRow[] {
  const called = modelTable(model).mmrec?.name;
  return RESULTS.flatMap(({ of, metrics, rows }): PeerRow[] => {
    const same = counts && (['users', 'items', 'interactions'] as const).every((key) => of[key] === counts[key]);
    const row = called === undefined ? undefined : rows[called];
    if (!same || !row) return [];
    return [{ name: row.name, values: Object.fromEntries(metrics.map((key, i) => [key, row.values[i]])) }];
  });
}
