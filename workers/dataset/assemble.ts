import type { DatasetDocument, DatasetLabels, DatasetStatistics, Problem } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import type { Database } from '../../src/storage/database';
import { writeInteractions, writeLabels } from '../../src/storage/datasets';
import type { StoredFeature } from './features';
import { compareKeys, fingerprint } from './fingerprint';

/** A dataset whose features are stored already. */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: Interactions;
  readonly labels: DatasetLabels;
  readonly features: readonly StoredFeature[];
  readonly split: DatasetDocument['split'];
  readonly source: DatasetDocument['source'];
  readonly statistics: DatasetStatistics;
  readonly problems: readonly Problem[];
}

/** Writes the interactions and labels of a draft and returns its document, which is not committed yet. */
export async function assemble(database: Database, draft: Draft): Promise<DatasetDocument> {
  const { interactions } = draft;
  await writeInteractions(database, draft.id, interactions);
  await writeLabels(database, draft.id, draft.labels);
  const columns = [
    interactions.users,
    interactions.items,
    interactions.ratings,
    interactions.timestamps,
    interactions.split,
  ];
  const features = draft.features.map(({ info }) => info).sort(compareKeys);
  return {
    version: 1,
    id: draft.id,
    name: draft.name,
    fingerprint: await fingerprint({ users: draft.users, items: draft.items, interactions, features: draft.features }),
    createdAt: new Date().toISOString(),
    source: draft.source,
    split: draft.split,
    hasRatings: interactions.ratings !== null,
    hasTimestamps: interactions.timestamps !== null,
    features,
    statistics: draft.statistics,
    problems: draft.problems,
    bytes:
      columns.reduce((sum, column) => sum + (column?.byteLength ?? 0), 0) +
      features.reduce((sum, { rows, columns: width }) => sum + 4 * rows * width, 0),
  };
}
