import { z } from '../../src/documents/schemas';
import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError, type ErrorCode } from '../../src/domain/errors';
import type { DocumentKind } from '../../src/domain/unreadable';
import { APP_VERSION } from '../../src/domain/version';
import { parseJson } from '../../src/sharing/deflate';
import { decodeStudyFile, STUDY_ENDING, type Study } from '../../src/sharing/studyFile';
import { decodeWeights, WEIGHTS_ENDING, type RunWeights } from '../../src/sharing/weightsFile';
import { zipped, type ZippedFile } from '../../src/sharing/zipped';
import type { Database } from '../../src/storage/database';
import { listDatasets, readFeatureChunks, readInteractions, readLabels } from '../../src/storage/datasets';
import { listRuns } from '../../src/storage/runs';
import { readShapes } from '../../src/storage/weights';
import { blobSource, type ByteSource } from '../formats/source';
import { zip } from '../formats/zip';
import { ANSWER_FILE, answerFiles } from './answerFiles';
import { datasetFiles } from './datasetFiles';
import { exportStudy, exportWeights } from './exportRuns';
import { exportRaw } from './rawFile';

/**
 * A backup: a zip archive with `backup.json` (its form), `datasets/<id>/…`, `runs/<id>.lodestone.json`, `weights/<id>.safetensors` and
 * `answers/<n>.json` of model servers. What cannot be read lies in `unreadable/` as it is stored, and is not restored. What is brought in again from its files (texts and pictures to reason about), and what
 * somebody set for this browser (theme, backend, the form's draft) is not part of it.
 */
const VERSION = 1;
const FORMAT = 'lodestone/backup';
const HEAD = 'backup.json';
export const BACKUP_ENDING = '.lodestone.zip';

type Phase = (text: string, fraction: number | null) => void;

/**
 * All that is stored: datasets, runs and, if wanted, weights. A run that trains is saved as it was last stored; what cannot be read is
 * saved as it is, and so is a dataset or run of which a part cannot.
 */
export async function makeBackup(database: Database, weights: boolean, now: Date, phase: Phase): Promise<Blob> {
  const datasets = await listDatasets(database);
  const runs = await listRuns(database);
  const total = datasets.readable.length + runs.readable.length;
  let done = 0;
  const begin = (name: string): void => phase(`saving ${name}`, done++ / Math.max(1, total));
  const file = (name: string, input: ZippedFile['input']): ZippedFile => ({ name, input, lastModified: now });
  const asItIs = async (kind: DocumentKind, id: string): Promise<ZippedFile> =>
    file(`unreadable/${kind}s/${encodeURIComponent(id)}.json`, await exportRaw(database, kind, id, now));

  async function* files(): AsyncGenerator<ZippedFile> {
    yield file(HEAD, JSON.stringify({ format: FORMAT, version: VERSION, app: APP_VERSION, made: now.toISOString() }));
    for (const { id } of datasets.unreadable) yield asItIs('dataset', id);
    for (const { id } of runs.unreadable) yield asItIs('run', id);
    for (const dataset of datasets.readable) {
      begin(dataset.name);
      if (!(await orUnreadable(wholeDataset(database, dataset)))) yield asItIs('dataset', dataset.id);
      else
        for await (const { name, input } of datasetFiles(database, dataset))
          yield file(`datasets/${dataset.id}/${name}`, input);
    }
    for await (const { name, input } of answerFiles(database, now)) yield file(name, input);
    for (const { id, name } of runs.readable) {
      begin(name);
      const study = await orUnreadable(exportStudy(database, [id], now));
      if (study) yield file(`runs/${id}${STUDY_ENDING}`, study);
      const kept = weights ? await orUnreadable(keptWeights(database, id)) : [];
      for (const blob of kept ?? []) yield file(`weights/${id}${WEIGHTS_ENDING}`, blob);
      if (!study || !kept) yield asItIs('run', id);
    }
  }
  return zipped(files());
}

/** The file of a run's weights; none where none are kept. */
const keptWeights = async (database: Database, id: string): Promise<Blob[]> =>
  Object.keys(await readShapes(database, id, 'best')).length > 0 ? [await exportWeights(database, id)] : [];

/** Reads all of a dataset: its files are written while they are read, and a file that was begun cannot be taken back. */
async function wholeDataset(database: Database, dataset: DatasetDocument): Promise<true> {
  await readInteractions(database, dataset.id);
  await readLabels(database, dataset.id);
  for (const feature of dataset.features)
    for await (const _part of readFeatureChunks(database, dataset.id, feature)) continue;
  return true;
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

/** A backup that has been opened: its files are read when they are asked for. */
export interface OpenBackup {
  /** Ids of its datasets. */
  readonly datasets: readonly string[];
  readonly runs: readonly string[];
  openDataset(id: string): (name: string) => Promise<Blob | null>;
  study(id: string): Promise<Study>;
  /** Files of answers of model servers, by name. */
  readonly answers: readonly string[];
  open(name: string): Promise<Blob | null>;
  /** null where the backup has none of the run. */
  weights(id: string): Promise<RunWeights | null>;
}

const head = z.object({ format: z.literal(FORMAT), version: z.number() });

/** Throws `STUDY_UNREADABLE`, `STUDY_VERSION` and what damaged archives throw. */
export async function openBackup(path: string, file: Blob): Promise<OpenBackup> {
  const opened = await zip.open(blobSource(path, file), {});
  const entries = new Map(
    (opened.kind === 'archive' ? opened.entries : []).map((entry) => [entry.path.slice(path.length + 1), entry]),
  );
  const open = async (name: string): Promise<Blob | null> => {
    const entry = entries.get(name);
    return entry ? contentOf(entry) : null;
  };
  const whole = async (name: string): Promise<Blob> => {
    const blob = await open(name);
    if (blob) return blob;
    throw unreadable(path, `${name} is missing`);
  };
  const found = head.safeParse(
    parseJson(await (await whole(HEAD)).text(), () => unreadable(path, `${HEAD} is not JSON`)),
  );
  if (!found.success) throw unreadable(path, 'it is not marked as a Lodestone backup');
  if (found.data.version !== VERSION)
    throw new AppError(
      'STUDY_VERSION',
      `${path} was made by another version of Lodestone (its format is ${found.data.version}; this page reads format ${VERSION}).`,
      'Reload the page to get the newest version.',
    );
  const named = (pattern: RegExp): string[] => [
    ...new Set([...entries.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])),
  ];
  return {
    datasets: named(/^datasets\/([\w-]+)\/dataset\.json$/),
    runs: named(/^runs\/([\w-]+)\.lodestone\.json$/),
    answers: [...entries.keys()].filter((name) => ANSWER_FILE.test(name)),
    open,
    openDataset: (id) => (name) => open(`datasets/${id}/${name}`),
    study: async (id) => decodeStudyFile(`${path}/${id}${STUDY_ENDING}`, await whole(`runs/${id}${STUDY_ENDING}`)),
    weights: async (id) => {
      const blob = await open(`weights/${id}${WEIGHTS_ENDING}`);
      return blob && decodeWeights(`${path}/${id}${WEIGHTS_ENDING}`, new Uint8Array(await blob.arrayBuffer()));
    },
  };
}

/** The checksum is verified on the way; the browser may keep the result on disk. */
async function contentOf(entry: ByteSource): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const chunk of entry.chunks({})) parts.push(new Blob([chunk]));
  return new Blob(parts);
}

const unreadable = (path: string, what: string): AppError =>
  new AppError(
    'STUDY_UNREADABLE',
    `${path} cannot be read: ${what}.`,
    'It may be truncated or changed, or another kind of archive. Import datasets on the Data page.',
  );
