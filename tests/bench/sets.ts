import { existsSync } from 'node:fs';
import type { DatasetDocument } from '../../src/domain/dataset';
import { readsFeatures } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { memoryDatabase } from '../../src/storage/database';
import { filesOf } from '../../cli/folder';
import { importDataset } from '../../workers/dataset/import';
import { datasetStatistics } from '../../workers/dataset/statistics';
import { interactionMatrix } from '../../workers/graphs/behaviour';
import { readTrainingData, type TrainingData } from '../../workers/training/input';
import { grown, SYNTHETIC_SIZES, type Growth, type SetId, type SyntheticSize } from './sizes';
import { syntheticFeatures, syntheticInteractions } from './synthetic';

/** What a measurement reads. */
export type BenchData = Pick<TrainingData, 'input' | 'interactions' | 'trained' | 'thresholds'>;

export interface BenchSet {
  readonly id: SetId;
  readonly name: string;
  /** Its files to a stored dataset; null for a set that is made. */
  readonly importSeconds: number | null;
  /** What a recommended configuration is made from. */
  readonly dataset: Pick<DatasetDocument, 'features' | 'statistics'>;
  /** Only what the model reads. */
  read(model: ModelId, config: Config): Promise<BenchData>;
}

/** Where TikTok's files are looked for. */
const DATA = '../shared/data/tiktok';

/** The folder of a set's files; null for a set that is made. Says why where there are none. */
export function missing(id: SetId, data: string | null): string | null {
  const folder = data ?? DATA;
  return id === 'tiktok' && !existsSync(folder)
    ? `TikTok is skipped: there is no folder ${folder} (--data names another).`
    : null;
}

/** TikTok's files are what they are: it does not grow. */
export function openSet(
  id: SetId,
  growth: Growth | null,
  data: string | null,
  seed: number,
): Promise<BenchSet> | BenchSet {
  if (id === 'tiktok') return imported(data ?? DATA);
  const size = SYNTHETIC_SIZES[id];
  return synthetic(id, growth ? grown(size, growth) : size, seed);
}

async function imported(folder: string): Promise<BenchSet> {
  const database = memoryDatabase();
  const begun = performance.now();
  const dataset = await importDataset(
    database,
    { id: 'dataset', files: await filesOf(folder), options: { name: 'TikTok' } },
    { confirm: async () => true },
  );
  return {
    id: 'tiktok',
    name: dataset.name,
    importSeconds: (performance.now() - begun) / 1000,
    dataset,
    read: (model, config) =>
      readTrainingData(
        database,
        { model, config, seed: 0, dataset, backend: 'auto', allowSoftware: true },
        async () => undefined,
      ),
  };
}

function synthetic(id: SetId, size: SyntheticSize, seed: number): BenchSet {
  const interactions = syntheticInteractions(size, seed);
  const { users, items } = size;
  const rows = Array.from(interactions.split.keys()).filter((row) => interactions.split[row] === 0);
  const train = {
    users: Int32Array.from(rows, (row) => interactions.users[row]!),
    items: Int32Array.from(rows, (row) => interactions.items[row]!),
  };
  // Describes only those parts of the features that a recommendation reads.
  const told = Object.entries(size.features).map(([key, columns]) => ({ key, scope: 'item', rows: items, columns }));
  return {
    id,
    name: size.name,
    importSeconds: null,
    dataset: {
      statistics: datasetStatistics(interactions, users, items),
      features: told as unknown as DatasetDocument['features'],
    },
    read: async (model, config) => ({
      interactions,
      input: {
        users,
        items,
        train,
        ratings: null,
        itemVectors: null,
        userVectors: null,
        pretrained: null,
        features: readsFeatures(model, config) ? syntheticFeatures(size, seed) : [],
      },
      trained: interactionMatrix(train, users, items),
      thresholds: null,
    }),
  };
}
