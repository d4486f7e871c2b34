import { z } from '../../src/documents/schemas';
import type { DatasetDocument, DatasetLabels, FeatureInfo } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { AppError } from '../../src/domain/errors';
import { datasetSchema, labelsSchema } from '../../src/documents/dataset';
import { parseJson } from '../../src/sharing/deflate';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../src/sharing/safetensors';
import type { ZippedFile } from '../../src/sharing/zipped';
import type { Database } from '../../src/storage/database';
import {
  commitDataset,
  deleteDataset,
  readFeatureChunks,
  readInteractions,
  readLabels,
  writeFeatureChunk,
  writeInteractions,
  writeLabels,
} from '../../src/storage/datasets';
import { chunkRowsFor, digest, fingerprint } from '../dataset/fingerprint';

/** A dataset in an archive: what it says of itself, its columns, and a file of little-endian float32 per feature. */
const DOCUMENT = 'dataset.json';
const COLUMNS = 'columns.safetensors';
const featureFile = (key: string): string => `${key}.float32`;

/** Opens one file of an archive; null where there is none of the name. */
export type OpenFile = (name: string) => Promise<Blob | null>;

const content = z.strictObject({ document: datasetSchema, labels: labelsSchema.nullable() });

/** The files of a dataset, by name. */
export async function* datasetFiles(
  database: Database,
  document: DatasetDocument,
): AsyncGenerator<Pick<ZippedFile, 'name' | 'input'>> {
  const { users, items, ratings, timestamps, split } = await readInteractions(database, document.id);
  const labels = await readLabels(database, document.id);
  const categories = labels?.itemCategories;
  const column = (name: string, values: NamedArray['values']): NamedArray => ({ name, shape: [values.length], values });
  yield {
    name: DOCUMENT,
    input: JSON.stringify({ document, labels: labels && { ...labels, itemCategories: categories?.names ?? null } }),
  };
  const columns = [
    column('users', users),
    column('items', items),
    column('split', split),
    ...(ratings ? [column('ratings', ratings)] : []),
    ...(timestamps ? [column('timestamps', timestamps)] : []),
    ...(categories ? [column('categories', categories.of)] : []),
  ];
  yield { name: COLUMNS, input: encodeSafetensors(columns) };
  for (const feature of document.features)
    yield { name: featureFile(feature.key), input: featureBytes(database, document.id, feature) };
}

async function* featureBytes(database: Database, id: string, feature: FeatureInfo): AsyncGenerator<Uint8Array> {
  for await (const { values } of readFeatureChunks(database, id, feature))
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** What an archive says of a dataset. Throws `STUDY_UNREADABLE`. */
async function readDocument(
  archive: string,
  open: OpenFile,
): Promise<{ document: DatasetDocument; labels: z.infer<typeof labelsSchema> | null }> {
  const refuse = (what: string): AppError => refused(archive, what);
  const file = await open(DOCUMENT);
  if (!file) throw refuse('a dataset’s description is missing');
  const found = content.safeParse(parseJson(await file.text(), () => refuse('a dataset’s description is not JSON')));
  if (!found.success)
    throw refuse(`of a dataset, ${found.error.issues[0]?.path.map(String).join('.') ?? 'the description'} is invalid`);
  return found.data;
}

/**
 * Stores a dataset of an archive beside those that are `here`, once its content has been found to have the fingerprint that the archive
 * gives; null where that content is here already. Throws `STUDY_UNREADABLE` and what storage throws; then nothing of it is left.
 */
export async function restoreDataset(
  database: Database,
  archive: string,
  open: OpenFile,
  here: readonly DatasetDocument[],
  newId: () => string,
): Promise<DatasetDocument | null> {
  const { document: saved, labels } = await readDocument(archive, open);
  if (here.some(({ fingerprint: known }) => known === saved.fingerprint)) return null;
  // Neither what is here nor what cannot be read here is overwritten.
  const taken = await database.datasets.keys();
  const document = taken.includes(saved.id) ? { ...saved, id: newId() } : saved;
  const { users, items } = document.statistics;
  const refuse = (what: string): AppError => refused(archive, `of ${document.name}, ${what}`);
  try {
    const { interactions, categories } = await readColumns(document, open, refuse);
    const features = [];
    for (const info of document.features) {
      if (info.rows !== (info.scope === 'item' ? items : users) || info.chunkRows !== chunkRowsFor(info.columns))
        throw refuse(`${info.key} does not have one row per ${info.scope}`);
      features.push({
        info,
        digests: await restoreFeature(database, document.id, info, await open(featureFile(info.key)), refuse),
      });
    }
    if ((await fingerprint({ users, items, interactions, features })) !== document.fingerprint)
      throw refuse('the content differs from what was saved');
    await writeInteractions(database, document.id, interactions);
    if (labels) await writeLabels(database, document.id, labelsOf(labels, categories, users, items, refuse));
    await commitDataset(database, document);
    return document;
  } catch (error) {
    await deleteDataset(database, document.id).catch(() => undefined);
    throw error;
  }
}

type Refuse = (what: string) => AppError;

async function readColumns(
  document: DatasetDocument,
  open: OpenFile,
  refuse: Refuse,
): Promise<{ interactions: Interactions; categories: Int32Array | null }> {
  const file = await open(COLUMNS);
  if (!file) throw refuse('the interactions are missing');
  const { arrays } = decodeSafetensors(new Uint8Array(await file.arrayBuffer()), refuse);
  const find = (name: string): NamedArray['values'] | null =>
    arrays.find((array) => array.name === name)?.values ?? null;
  const [users, items, split, ratings, timestamps, categories] = [
    'users',
    'items',
    'split',
    'ratings',
    'timestamps',
    'categories',
  ].map(find);
  const { statistics } = document;
  const below = (values: Int32Array, most: number): boolean =>
    values.length === statistics.interactions && values.every((value) => value >= 0 && value < most);
  if (!(users instanceof Int32Array && items instanceof Int32Array && split instanceof Uint8Array))
    throw refuse('the interactions are incomplete');
  if (
    !below(users, statistics.users) ||
    !below(items, statistics.items) ||
    split.length !== users.length ||
    split.some((value) => value > 2)
  )
    throw refuse('the interactions are out of range');
  if (
    (ratings && !(ratings instanceof Float32Array && ratings.length === users.length)) ||
    (timestamps && !(timestamps instanceof Float64Array && timestamps.length === users.length))
  )
    throw refuse('ratings or timestamps do not match the interactions');
  return {
    interactions: {
      users,
      items,
      split,
      ratings: ratings instanceof Float32Array ? ratings : null,
      timestamps: timestamps instanceof Float64Array ? timestamps : null,
    },
    categories: categories instanceof Int32Array ? categories : null,
  };
}

/** Stores a feature chunk by chunk and returns the digests of the chunks. */
async function restoreFeature(
  database: Database,
  id: string,
  info: FeatureInfo,
  file: Blob | null,
  refuse: Refuse,
): Promise<string[]> {
  const size = 4 * info.rows * info.columns;
  if (file?.size !== size) throw refuse(`${info.key} is missing or has the wrong size`);
  const step = 4 * info.chunkRows * info.columns;
  const digests: string[] = [];
  for (let at = 0; at < size; at += step) {
    const values = new Float32Array(await file.slice(at, Math.min(size, at + step)).arrayBuffer());
    if (values.some((value) => !Number.isFinite(value)))
      throw refuse(`${info.key} has values that are not finite numbers`);
    await writeFeatureChunk(database, id, info.key, digests.length, values);
    digests.push(await digest(values));
  }
  return digests;
}

function labelsOf(
  labels: z.infer<typeof labelsSchema>,
  categories: Int32Array | null,
  users: number,
  items: number,
  refuse: Refuse,
): DatasetLabels {
  const { itemCategories, ...names } = labels;
  const long = (list: readonly string[] | null, length: number): boolean => list === null || list.length === length;
  const count = itemCategories?.length ?? 0;
  if (
    !long(names.items, items) ||
    !long(names.originalItems, items) ||
    !long(names.users, users) ||
    !long(names.originalUsers, users)
  )
    throw refuse('the names do not match its users and items');
  if (
    itemCategories &&
    (categories?.length !== items || categories.some((category) => category < -1 || category >= count))
  )
    throw refuse('the categories do not match its items');
  return { ...names, itemCategories: itemCategories && categories ? { names: itemCategories, of: categories } : null };
}

const refused = (archive: string, what: string): AppError =>
  new AppError(
    'STUDY_UNREADABLE',
    `${archive} cannot be read: ${what}.`,
    'It may be truncated or changed. Use another copy of the backup.',
  );
