import type { DatasetDocument, DatasetLabels, FeatureInfo, Interactions } from '../domain/dataset';
import { AppError } from '../domain/errors';
import type { Database } from './database';
import { deleteReasoning } from './reasoning';

/**
 * Layout. `datasets/<id>` is the document and is written last: a dataset without it does not exist.
 * `features/<id>/interactions`, `features/<id>/labels`, `features/<id>/<key>/<chunk>` hold the content.
 */
const chunkKey = (id: string, feature: string, chunk: number): string =>
  `${id}/${feature}/${String(chunk).padStart(6, '0')}`;

export async function listDatasets(database: Database): Promise<DatasetDocument[]> {
  const documents: DatasetDocument[] = [];
  for (const key of await database.datasets.keys()) {
    const document = await database.datasets.get(key);
    if (isDatasetDocument(document)) documents.push(document);
  }
  return documents.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

export async function readDataset(database: Database, id: string): Promise<DatasetDocument> {
  const document = await database.datasets.get(id);
  if (!isDatasetDocument(document)) throw notFound(id);
  return document;
}

export async function readInteractions(database: Database, id: string): Promise<Interactions> {
  const value = await database.features.get(`${id}/interactions`);
  if (!isInteractions(value)) throw notFound(id);
  return value;
}

export async function readLabels(database: Database, id: string): Promise<DatasetLabels | null> {
  const value = await database.features.get(`${id}/labels`);
  return isLabels(value) ? value : null;
}

/** Row blocks of one feature matrix in order, `[≤ chunkRows, columns]` float32 each. */
export async function* readFeatureChunks(
  database: Database,
  id: string,
  feature: FeatureInfo,
): AsyncGenerator<{ firstRow: number; values: Float32Array }> {
  for (let chunk = 0, firstRow = 0; firstRow < feature.rows; chunk++, firstRow += feature.chunkRows) {
    const value = await database.features.get(chunkKey(id, feature.key, chunk));
    if (!(value instanceof Float32Array)) throw notFound(id);
    yield { firstRow, values: value };
  }
}

/** A whole feature matrix, `[rows, columns]` float32. */
export async function readFeatures(database: Database, id: string, feature: FeatureInfo): Promise<Float32Array> {
  const all = new Float32Array(feature.rows * feature.columns);
  for await (const { firstRow, values } of readFeatureChunks(database, id, feature)) {
    all.set(values, firstRow * feature.columns);
  }
  return all;
}

export const writeInteractions = (database: Database, id: string, value: Interactions): Promise<void> =>
  database.features.set(`${id}/interactions`, value);

export const writeLabels = (database: Database, id: string, value: DatasetLabels): Promise<void> =>
  database.features.set(`${id}/labels`, value);

export const writeFeatureChunk = (
  database: Database,
  id: string,
  feature: string,
  chunk: number,
  values: Float32Array,
): Promise<void> => database.features.set(chunkKey(id, feature, chunk), values);

/** Makes a fully written dataset exist. */
export const commitDataset = (database: Database, document: DatasetDocument): Promise<void> =>
  database.datasets.set(document.id, document);

/** Removes a dataset, or what an import that failed has left. */
export async function deleteDataset(database: Database, id: string): Promise<void> {
  await database.datasets.delete([id]);
  await database.features.delete(await database.features.keys(`${id}/`));
  await deleteReasoning(database, id);
}

/** Removes content that no document names: the remains of an import whose tab was closed. */
export async function sweepDatasets(database: Database, beingImported: ReadonlySet<string>): Promise<number> {
  const known = new Set(await database.datasets.keys());
  const stray = (await database.features.keys()).filter((key) => {
    const id = key.slice(0, key.indexOf('/'));
    return !known.has(id) && !beingImported.has(id);
  });
  if (stray.length > 0) await database.features.delete(stray);
  return stray.length;
}

function notFound(id: string): AppError {
  return new AppError(
    'DATA_NOT_FOUND',
    `The dataset ${id} is not stored here, or only partly.`,
    'Import it again on the Data page.',
    { id },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isDatasetDocument(value: unknown): value is DatasetDocument {
  return isRecord(value) && value['version'] === 1 && typeof value['fingerprint'] === 'string';
}

function isInteractions(value: unknown): value is Interactions {
  return isRecord(value) && value['users'] instanceof Int32Array && value['split'] instanceof Uint8Array;
}

function isLabels(value: unknown): value is DatasetLabels {
  return isRecord(value) && 'items' in value && 'itemCategories' in value;
}
