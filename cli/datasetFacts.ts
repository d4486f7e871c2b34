import type { DatasetDocument } from '../src/domain/dataset';
import type { Database } from '../src/storage/database';
import { readLabels } from '../src/storage/datasets';
import type { DatasetFacts } from './output';

/** What the indices of runs on a stored dataset mean, and how it was read. */
export async function datasetFacts(
  database: Database,
  { id, source, statistics: { users, items } }: DatasetDocument,
): Promise<DatasetFacts> {
  const stored = await readLabels(database, id);
  return {
    users,
    items,
    labels: stored && {
      users: stored.users,
      items: stored.items,
      originalUsers: stored.originalUsers,
      originalItems: stored.originalItems,
    },
    reading: (source.kind === 'files' && source.reading) || null,
  };
}
