import type { DatasetDocument, Interactions } from '../../src/domain/dataset';
import type { Database } from '../../src/storage/database';
import { readDataset, readFeatures, readInteractions } from '../../src/storage/datasets';
import { interactionMatrix } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';
import type { FeatureMatrix, ModelInput, ModelSizes } from '../models/model';

/** Item features that belong to a reasoning pipeline, not to the modalities that multimodal models read. */
const NOT_MODALITIES = new Set(['image_text']);

export const modalitiesOf = (dataset: DatasetDocument) =>
  dataset.features
    .filter((feature) => feature.scope === 'item' && !NOT_MODALITIES.has(feature.key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));

export interface TrainingData {
  readonly dataset: DatasetDocument;
  readonly interactions: Interactions;
  readonly input: ModelInput;
  /** `[U, I]`: the training items of each user. */
  readonly trained: Csr;
}

/** Reads what a model needs from storage; features only when it uses them. */
export async function readTrainingData(
  database: Database,
  datasetId: string,
  withFeatures: boolean,
  progress: (text: string, fraction: number | null) => Promise<void>,
): Promise<TrainingData> {
  await progress('reading interactions', null);
  const dataset = await readDataset(database, datasetId);
  const interactions = await readInteractions(database, datasetId);
  const { users, items } = dataset.statistics;
  const features: FeatureMatrix[] = [];
  for (const feature of withFeatures ? modalitiesOf(dataset) : []) {
    await progress(`reading ${feature.key} features`, null);
    features.push({ key: feature.key, rows: feature.rows, columns: feature.columns, values: await readFeatures(database, datasetId, feature) });
  }
  const rows = Array.from(interactions.split.keys()).filter((row) => interactions.split[row] === 0);
  const train = {
    users: Int32Array.from(rows, (row) => interactions.users[row] ?? 0),
    items: Int32Array.from(rows, (row) => interactions.items[row] ?? 0),
  };
  return { dataset, interactions, input: { users, items, train, features }, trained: interactionMatrix(train, users, items) };
}

export function modelSizes(dataset: DatasetDocument): ModelSizes {
  return {
    users: dataset.statistics.users,
    items: dataset.statistics.items,
    trainPairs: dataset.statistics.splits.train.interactions,
    featureColumns: modalitiesOf(dataset).map((feature) => feature.columns),
  };
}
