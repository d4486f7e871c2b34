import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError, type ErrorCode } from '../../src/domain/errors';
import type { RunSummary } from '../../src/domain/run';
import type { DocumentKind } from '../../src/domain/unreadable';
import { APP_VERSION } from '../../src/domain/version';
import { encodeStudy, exportWeights, readStudy } from './exportRuns';
import { STUDY_ENDING } from '../../src/sharing/studyFile';
import { WEIGHTS_ENDING } from '../../src/sharing/weightsFile';
import { zipped, type ZippedFile } from '../../src/sharing/zipped';
import type { Database } from '../../src/storage/database';
import { readFeatureChunks, readInteractions, readLabels } from '../../src/storage/datasets';
import { readShapes } from '../../src/storage/weights';
import { answerFiles } from './answerFiles';
import { ANSWER_KEYS, BACKUP_FORMAT, BACKUP_VERSION, HEAD } from './backupForm';
import { datasetFiles } from './datasetFiles';
import { contentDigest, partDigests, runDigest } from './digests';
import { exportRaw } from './rawFile';
import { WRITTEN, writtenFile } from './writtenFile';

export type Phase = (text: string, fraction: number | null) => void;

/** What goes into an archive. */
export interface Choice {
  readonly datasets: readonly DatasetDocument[];
  readonly runs: readonly RunSummary[];
  readonly unreadable: readonly { readonly kind: DocumentKind; readonly id: string }[];
  readonly weights: boolean;
  /** Keys of answers of model servers. */
  readonly answers: readonly string[];
  /** What a person wrote about studies, reports and presets. */
  readonly written: boolean;
  /** Put the list of these keys in as a file of its own, to be read without the answers. */
  readonly withKeys?: boolean;
}

/** What an archive must give back: digests, taken while it was written. */
export interface Contents {
  /** By id: the description, whose fingerprint stands for the content, and the names. */
  readonly datasets: ReadonlyMap<string, string>;
  /** By id: the document, and what its users got. */
  readonly runs: ReadonlyMap<string, string>;
  /** By name: files of weights, of answers, and of what a person wrote. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** What is kept as it is stored, and is not restored. */
  readonly asStored: readonly string[];
}

export interface Written {
  readonly file: Blob;
  readonly contents: Contents;
}

/** A dataset or run among those of an archive. */
export const placeOf = (kind: DocumentKind, id: string): string => `${kind}/${id}`;

/**
 * Writes an archive. A run that trains is saved as it was last stored. What cannot be read, or is among the places of `raw`, is saved as it
 * is, and so is a dataset or run of which a part cannot be read.
 */
export async function writeArchive(
  database: Database,
  choice: Choice,
  now: Date,
  phase: Phase,
  raw: ReadonlySet<string> = new Set(),
): Promise<Written> {
  const contents = {
    datasets: new Map<string, string>(),
    runs: new Map<string, string>(),
    files: new Map<string, readonly string[]>(),
    asStored: new Array<string>(),
  };
  const total = choice.datasets.length + choice.runs.length;
  let done = 0;
  const begin = (name: string): void => phase(`saving ${name}`, done++ / Math.max(1, total));
  const file = (name: string, input: ZippedFile['input']): ZippedFile => ({ name, input, lastModified: now });
  const asStored = async (kind: DocumentKind, id: string): Promise<ZippedFile> => {
    contents.asStored.push(placeOf(kind, id));
    return file(`unreadable/${kind}s/${encodeURIComponent(id)}.json`, await exportRaw(database, kind, id, now));
  };
  const witnessed = async (name: string, content: Blob): Promise<ZippedFile> => {
    contents.files.set(name, await partDigests(content));
    return file(name, content);
  };

  async function* datasetEntries(dataset: DatasetDocument): AsyncGenerator<ZippedFile> {
    begin(dataset.name);
    const taken = raw.has(placeOf('dataset', dataset.id)) ? null : await orUnreadable(wholeDataset(database, dataset));
    if (taken === null) return yield asStored('dataset', dataset.id);
    contents.datasets.set(dataset.id, taken);
    for await (const { name, input } of datasetFiles(database, dataset))
      yield file(`datasets/${dataset.id}/${name}`, input);
  }

  async function* runEntries({ id, name }: RunSummary): AsyncGenerator<ZippedFile> {
    begin(name);
    if (raw.has(placeOf('run', id))) return yield asStored('run', id);
    const study = await orUnreadable(readStudy(database, [id]));
    const text = study && (await orUnreadable(encodeStudy(study, now)));
    const [run] = study?.runs ?? [];
    if (run && text) {
      contents.runs.set(id, await runDigest(run));
      yield file(`runs/${id}${STUDY_ENDING}`, text);
    }
    const kept = choice.weights ? await orUnreadable(keptWeights(database, id)) : [];
    for (const blob of text ? (kept ?? []) : []) yield witnessed(`weights/${id}${WEIGHTS_ENDING}`, blob);
    if (!text || !kept) yield asStored('run', id);
  }

  async function* files(): AsyncGenerator<ZippedFile> {
    const head = { format: BACKUP_FORMAT, version: BACKUP_VERSION, app: APP_VERSION, made: now.toISOString() };
    yield file(HEAD, JSON.stringify(head));
    for (const { kind, id } of choice.unreadable) yield asStored(kind, id);
    for (const dataset of choice.datasets) yield* datasetEntries(dataset);
    if (choice.withKeys) yield file(ANSWER_KEYS, JSON.stringify(choice.answers));
    for await (const { name, input } of answerFiles(database, choice.answers, now))
      yield name.startsWith('unreadable/') ? file(name, input) : witnessed(name, input);
    const written = choice.written ? await writtenFile(database) : null;
    if (written) yield witnessed(WRITTEN, written);
    for (const run of choice.runs) yield* runEntries(run);
  }
  return { file: await zipped(files()), contents };
}

/** The file of a run's weights; none where none are kept. */
const keptWeights = async (database: Database, id: string): Promise<Blob[]> =>
  Object.keys(await readShapes(database, id, 'best')).length > 0 ? [await exportWeights(database, id)] : [];

/** Reads all of a dataset: its files are written while they are read, and a file that was begun cannot be taken back. */
async function wholeDataset(database: Database, document: DatasetDocument): Promise<string> {
  await readInteractions(database, document.id);
  const labels = await readLabels(database, document.id);
  for (const feature of document.features)
    for await (const _part of readFeatureChunks(database, document.id, feature)) continue;
  return contentDigest({ document, labels });
}

/** null where what is read is damaged or not there. */
async function orUnreadable<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError && UNREADABLE.includes(error.code)) return null;
    throw error;
  }
}

const UNREADABLE: readonly ErrorCode[] = ['RUN_UNREADABLE', 'STORE_DAMAGED', 'DATA_NOT_FOUND'];
