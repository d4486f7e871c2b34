import type { DatasetDocument, DatasetLabels, FeatureInfo } from '../domain/dataset';
import type { Interactions } from '../domain/interactions';
import { AppError } from '../domain/errors';
import {
  unreadableHint,
  unreadableSentence,
  type Checked,
  type Listing,
  type UnreadableDocument,
} from '../domain/unreadable';
import { floats } from '../documents/arrays';
import { checked, damaged, nameOf } from '../documents/check';
import { checkDataset, storedInteractions, storedLabels } from '../documents/dataset';
import type { Database } from './database';
import { deleteReasoning } from './reasoning';

/**
 * Layout. `datasets/<id>` is the document and is written last: a dataset without it does not exist.
 * `features/<id>/interactions`, `features/<id>/labels`, `features/<id>/<key>/<chunk>` hold the content.
 */
const chunkKey = (id: string, feature: string, chunk: number): string =>
  `${id}/${feature}/${String(chunk).padStart(6, '0')}`;

/** All datasets, oldest first. */
export async function listDatasets(database: Database): Promise<Listing<DatasetDocument>> {
  const readable: DatasetDocument[] = [];
  const unreadable: UnreadableDocument[] = [];
  for (const id of await database.datasets.keys()) {
    const stored = await database.datasets.get(id);
    const { value, why } = inspect(id, stored);
    if (why) unreadable.push({ id, name: nameOf(stored), why });
    else readable.push(value);
  }
  return { readable: readable.sort((a, b) => a.createdAt.localeCompare(b.createdAt)), unreadable };
}

/** Throws `DATA_NOT_FOUND` and `DATA_UNREADABLE`. */
export async function readDataset(database: Database, id: string): Promise<DatasetDocument> {
  const stored = await database.datasets.get(id);
  if (stored === undefined) throw notFound(id);
  const { value, why } = inspect(id, stored);
  if (why) throw new AppError('DATA_UNREADABLE', unreadableSentence('dataset', why), unreadableHint(why), { id });
  return value;
}

function inspect(id: string, stored: unknown): Checked<DatasetDocument> {
  const found = checkDataset(stored);
  if (found.why || found.value.id === id) return found;
  return { value: null, why: damaged(`it says that it is the dataset ${found.value.id}`) };
}

/** Throws `DATA_NOT_FOUND` and `STORE_DAMAGED`. */
export async function readInteractions(database: Database, id: string): Promise<Interactions> {
  const value = await database.features.get(`${id}/interactions`);
  if (value === undefined) throw notFound(id);
  return checked(storedInteractions, value, 'The interactions of this dataset', IMPORT_AGAIN);
}

/** The same; null where the dataset is not stored (any more). Throws `STORE_DAMAGED`. */
export async function findInteractions(database: Database, id: string): Promise<Interactions | null> {
  try {
    return await readInteractions(database, id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'DATA_NOT_FOUND') return null;
    throw error;
  }
}

/** null where a dataset has no names. Throws `STORE_DAMAGED`. */
export async function readLabels(database: Database, id: string): Promise<DatasetLabels | null> {
  const value = await database.features.get(`${id}/labels`);
  return value === undefined ? null : checked(storedLabels, value, 'The names in this dataset', IMPORT_AGAIN);
}

const IMPORT_AGAIN = 'Delete the dataset and import its files again; runs on it keep their results.';

/** Row blocks of one feature matrix in order, `[≤ chunkRows, columns]` float32 each. Throws `DATA_NOT_FOUND` and `STORE_DAMAGED`. */
export async function* readFeatureChunks(
  database: Database,
  id: string,
  feature: FeatureInfo,
): AsyncGenerator<{ firstRow: number; values: Float32Array }> {
  for (let chunk = 0, firstRow = 0; firstRow < feature.rows; chunk++, firstRow += feature.chunkRows)
    yield { firstRow, values: await readFeatureChunk(database, id, feature, chunk) };
}

/** One of them, from row `chunk · chunkRows` on. */
export async function readFeatureChunk(
  database: Database,
  id: string,
  feature: FeatureInfo,
  chunk: number,
): Promise<Float32Array> {
  const value = await database.features.get(chunkKey(id, feature.key, chunk));
  if (value === undefined) throw notFound(id);
  const values = checked(floats, value, `A part of the ${feature.key} features`, IMPORT_AGAIN);
  if (values.length !== Math.min(feature.chunkRows, feature.rows - chunk * feature.chunkRows) * feature.columns)
    throw new AppError(
      'STORE_DAMAGED',
      `A part of the ${feature.key} features has another length than it should have.`,
      IMPORT_AGAIN,
    );
  return values;
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
    'The dataset is not stored here, or only partly.',
    'Import it again on the Data page.',
    { id },
  );
}
