import { newJob, type ImportStep, type ReasoningJob } from '../domain/reasoning';
import type { BaseRun } from '../domain/candidateChoices';
import type { TextVariant } from '../domain/textVariants';
import type { ItemText } from '../domain/reasoningText';
import { bytes } from '../documents/arrays';
import { check, checked } from '../documents/check';
import {
  importedTexts,
  storedAnswer,
  storedCandidates,
  storedInputs,
  storedJob,
  textVariants,
  wordsByName,
} from '../documents/reasoning';
import type { Database } from './database';

/**
 * Layout of the table `texts`. `answer/<key>` holds what a model answered, whatever the dataset; `job/<id>` the settings for a dataset;
 * `input/<id>` and `input/<id>/picture/<item>` what is there to reason about; `imported/<id>/<step>` texts
 * that stand in the place of answers; `candidates/<id>` the items that users choose among; `asked/<id>` the variants it was started with;
 * `digests/<address>` what a server's models are.
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

/** Key of an answer in the table `texts`. */
export const answerPlace = (key: string): string => ANSWER + key;

export async function answerKeys(database: Database): Promise<Set<string>> {
  return new Set((await database.texts.keys(ANSWER)).map((key) => key.slice(ANSWER.length)));
}

/** What a model answered; null where it was not asked. Throws `STORE_DAMAGED`. */
export async function readAnswer(database: Database, key: string): Promise<StoredText | StoredVector | null> {
  const value = await database.texts.get(ANSWER + key);
  if (value === undefined) return null;
  return checked(
    storedAnswer,
    value,
    'An answer of a model',
    'Delete the stored answers on the Reasoning page and start again.',
  );
}

/** null where there is none, or a vector. Throws `STORE_DAMAGED`. */
export async function readText(database: Database, key: string): Promise<StoredText | null> {
  const answer = await readAnswer(database, key);
  return answer && 'text' in answer ? answer : null;
}

/** null where there is none, or a text. Throws `STORE_DAMAGED`. */
export async function readVector(database: Database, key: string): Promise<Float32Array | null> {
  const answer = await readAnswer(database, key);
  return answer && 'vector' in answer ? answer.vector : null;
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

/** The settings for a dataset; where there are none, those that everything starts from. Throws `STORE_DAMAGED`. */
export async function readJob(database: Database, datasetId: string): Promise<ReasoningJob> {
  const value = await database.texts.get(`job/${datasetId}`);
  if (value === undefined) return newJob(datasetId);
  return checked(
    storedJob,
    value,
    'What was set for this dataset',
    'It stays as it is until you change a setting on its Reasoning page.',
    JOB_VERSION,
  );
}

const JOB_VERSION = 1;

export const writeJob = (database: Database, job: ReasoningJob): Promise<void> =>
  database.texts.set(`job/${job.datasetId}`, job);

/** Digests of a server's models by name, as it last told them; none where it tells none, or where they must be asked for again. */
export async function readDigests(database: Database, url: string): Promise<ModelDigests> {
  return check(wordsByName, await database.texts.get(`digests/${url}`)).value ?? {};
}

export async function writeDigests(database: Database, url: string, digests: ModelDigests): Promise<void> {
  const key = `digests/${url}`;
  if (Object.keys(digests).length > 0) await database.texts.set(key, digests);
  else await database.texts.delete([key]);
}

/** What is there to reason about. Throws `STORE_DAMAGED`. */
export async function readInputs(database: Database, datasetId: string): Promise<StoredInputs> {
  const value = await database.texts.get(`input/${datasetId}`);
  if (value === undefined) return NO_INPUTS;
  return checked(storedInputs, value, 'The list of texts and pictures', 'Import texts and pictures again.');
}

export const NO_INPUTS: StoredInputs = { texts: null, pictures: new Map(), strangers: 0 };

export const writeInputs = (database: Database, datasetId: string, inputs: StoredInputs): Promise<void> =>
  database.texts.set(`input/${datasetId}`, inputs);

/** Texts of one step by item or user, null where no file gave one. */
export interface ImportedTexts {
  /** The last one. */
  readonly file: string;
  readonly texts: readonly (string | null)[];
}

/** null where none were brought along. Throws `STORE_DAMAGED`. */
export async function readImported(
  database: Database,
  datasetId: string,
  step: ImportStep,
): Promise<ImportedTexts | null> {
  const value = await database.texts.get(`imported/${datasetId}/${step}`);
  if (value === undefined) return null;
  return checked(
    importedTexts,
    value,
    `The imported ${step}`,
    'Import them again: they take the place of what is there.',
  );
}

export const writeImported = (
  database: Database,
  datasetId: string,
  step: ImportStep,
  imported: ImportedTexts,
): Promise<void> => database.texts.set(`imported/${datasetId}/${step}`, imported);

export const deleteImported = (database: Database, datasetId: string, step: ImportStep): Promise<void> =>
  database.texts.delete([`imported/${datasetId}/${step}`]);

/** The best items of a run for each user, `[users, CANDIDATES]`, −1 where there are no more. */
export interface StoredCandidates {
  readonly run: BaseRun;
  /** Whether training items were left out. */
  readonly masked: boolean;
  readonly items: Int32Array;
}

/** null where none were made. Throws `STORE_DAMAGED`. */
export async function readCandidates(database: Database, datasetId: string): Promise<StoredCandidates | null> {
  const value = await database.texts.get(`candidates/${datasetId}`);
  if (value === undefined) return null;
  return checked(
    storedCandidates,
    value,
    'The list of candidates',
    'Choose the base run again on the Reasoning page: the candidates are then taken anew.',
  );
}

export const writeCandidates = (database: Database, datasetId: string, candidates: StoredCandidates): Promise<void> =>
  database.texts.set(`candidates/${datasetId}`, candidates);

/** With what a dataset's answers were asked for. Throws `STORE_DAMAGED`. */
export async function readVariants(database: Database, datasetId: string): Promise<readonly TextVariant[]> {
  const value = await database.texts.get(`asked/${datasetId}`);
  if (value === undefined) return [];
  return checked(textVariants, value, 'The list of what was asked before', 'The next start begins it anew.');
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

/** null where there is none. Throws `STORE_DAMAGED`. */
export async function readPicture(
  database: Database,
  datasetId: string,
  item: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const value = await database.texts.get(pictureKey(datasetId, item));
  return value === undefined ? null : checked(bytes, value, `The picture of item ${item}`, 'Import it again.');
}

/** Removes what was kept of a dataset, but not the answers: another dataset may share them. */
export async function deleteReasoning(database: Database, datasetId: string): Promise<void> {
  await database.texts.delete([
    `job/${datasetId}`,
    `asked/${datasetId}`,
    `candidates/${datasetId}`,
    `input/${datasetId}`,
    ...(await database.texts.keys(`input/${datasetId}/`)),
    ...(await database.texts.keys(`imported/${datasetId}/`)),
  ]);
}
