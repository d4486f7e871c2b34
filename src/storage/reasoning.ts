import { DEFAULT_SETTINGS, newJob, type ImportStep, type ReasoningJob } from '../domain/reasoning';
import type { TextVariant } from '../domain/textVariants';
import type { ItemText } from '../domain/reasoningText';
import type { Database } from './database';

/**
 * Layout of the table `texts`. `answer/<key>` holds what a model answered, whatever the dataset; `job/<id>` the settings for a dataset;
 * `input/<id>` and `input/<id>/picture/<item>` what is there to reason about; `imported/<id>/<step>` texts
 * that stand in the place of answers; `asked/<id>` the variants it was started with; `digests/<address>` what a server's models are.
 */

/** A text that a model wrote, with what it took. */
export interface StoredText {
  readonly text: string;
  readonly model: string;
  /** ISO 8601. */
  readonly at: string;
  readonly promptTokens: number | null;
  readonly answerTokens: number | null;
  /** Whether it ended at the longest answer. */
  readonly cut: boolean;
}

export interface StoredVector {
  readonly vector: Float32Array;
}

/** An image that is stored; `hash` is the SHA-256 of its bytes. */
export interface PictureInfo {
  readonly file: string;
  readonly type: string;
  readonly bytes: number;
  readonly hash: string;
}

export interface StoredInputs {
  /** By item; null where a file gave none. */
  readonly texts: readonly (ItemText | null)[] | null;
  readonly pictures: ReadonlyMap<number, PictureInfo>;
  /** Texts and images that belong to no item. */
  readonly strangers: number;
}

/** By the model's name as its server lists it. */
export type ModelDigests = Readonly<Record<string, string>>;

const ANSWER = 'answer/';

export async function answerKeys(database: Database): Promise<Set<string>> {
  return new Set((await database.texts.keys(ANSWER)).map((key) => key.slice(ANSWER.length)));
}

export async function readText(database: Database, key: string): Promise<StoredText | null> {
  const value = await database.texts.get(ANSWER + key);
  return isText(value) ? value : null;
}

export async function readVector(database: Database, key: string): Promise<Float32Array | null> {
  const value = await database.texts.get(ANSWER + key);
  return isVector(value) ? value.vector : null;
}

/** Answers are written together or not at all. */
export const writeAnswers = (
  database: Database,
  answers: readonly (readonly [key: string, value: StoredText | StoredVector])[],
): Promise<void> => database.texts.setMany(answers.map(([key, value]) => [ANSWER + key, value]));

/** Removes all answers of all datasets; the inputs and settings stay. */
export async function deleteAnswers(database: Database): Promise<number> {
  const keys = await database.texts.keys(ANSWER);
  await database.texts.delete(keys);
  return keys.length;
}

export async function readJob(database: Database, datasetId: string): Promise<ReasoningJob> {
  const value = await database.texts.get(`job/${datasetId}`);
  // Settings that were stored before an option existed have its default.
  return isJob(value) ? { ...value, settings: { ...DEFAULT_SETTINGS, ...value.settings } } : newJob(datasetId);
}

export const writeJob = (database: Database, job: ReasoningJob): Promise<void> =>
  database.texts.set(`job/${job.datasetId}`, job);

/** Digests of a server's models by name, as it last told them; none where it tells none. */
export async function readDigests(database: Database, url: string): Promise<ModelDigests> {
  const value = await database.texts.get(`digests/${url}`);
  return isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, digest]) => (typeof digest === 'string' ? [[name, digest]] : [])),
      )
    : {};
}

export async function writeDigests(database: Database, url: string, digests: ModelDigests): Promise<void> {
  const key = `digests/${url}`;
  if (Object.keys(digests).length > 0) await database.texts.set(key, digests);
  else await database.texts.delete([key]);
}

export async function readInputs(database: Database, datasetId: string): Promise<StoredInputs> {
  const value = await database.texts.get(`input/${datasetId}`);
  return isInputs(value) ? value : { texts: null, pictures: new Map(), strangers: 0 };
}

export const writeInputs = (database: Database, datasetId: string, inputs: StoredInputs): Promise<void> =>
  database.texts.set(`input/${datasetId}`, inputs);

/** Texts of one step by item or user, null where no file gave one. */
export interface ImportedTexts {
  /** The last one. */
  readonly file: string;
  readonly texts: readonly (string | null)[];
}

export async function readImported(
  database: Database,
  datasetId: string,
  step: ImportStep,
): Promise<ImportedTexts | null> {
  const value = await database.texts.get(`imported/${datasetId}/${step}`);
  return isImported(value) ? value : null;
}

export const writeImported = (
  database: Database,
  datasetId: string,
  step: ImportStep,
  imported: ImportedTexts,
): Promise<void> => database.texts.set(`imported/${datasetId}/${step}`, imported);

export const deleteImported = (database: Database, datasetId: string, step: ImportStep): Promise<void> =>
  database.texts.delete([`imported/${datasetId}/${step}`]);

export async function readVariants(database: Database, datasetId: string): Promise<readonly TextVariant[]> {
  const value = await database.texts.get(`asked/${datasetId}`);
  return areVariants(value) ? value : [];
}

export const writeVariants = (database: Database, datasetId: string, variants: readonly TextVariant[]): Promise<void> =>
  database.texts.set(`asked/${datasetId}`, variants);

const pictureKey = (datasetId: string, item: number): string => `input/${datasetId}/picture/${item}`;

export const writePicture = (
  database: Database,
  datasetId: string,
  item: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> => database.texts.set(pictureKey(datasetId, item), bytes);

export async function readPicture(
  database: Database,
  datasetId: string,
  item: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const value = await database.texts.get(pictureKey(datasetId, item));
  return isBytes(value) ? value : null;
}

/** Removes what was kept of a dataset, but not the answers: another dataset may share them. */
export async function deleteReasoning(database: Database, datasetId: string): Promise<void> {
  await database.texts.delete([
    `job/${datasetId}`,
    `asked/${datasetId}`,
    `input/${datasetId}`,
    ...(await database.texts.keys(`input/${datasetId}/`)),
    ...(await database.texts.keys(`imported/${datasetId}/`)),
  ]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is StoredText {
  return isRecord(value) && typeof value['text'] === 'string';
}

function isVector(value: unknown): value is StoredVector {
  return isRecord(value) && value['vector'] instanceof Float32Array;
}

function isJob(value: unknown): value is ReasoningJob {
  return isRecord(value) && value['version'] === 1 && isRecord(value['settings']);
}

function isInputs(value: unknown): value is StoredInputs {
  return isRecord(value) && value['pictures'] instanceof Map;
}

function isImported(value: unknown): value is ImportedTexts {
  return isRecord(value) && Array.isArray(value['texts']);
}

function areVariants(value: unknown): value is readonly TextVariant[] {
  return Array.isArray(value) && value.every((one) => isRecord(one) && typeof one['id'] === 'string');
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array;
}
