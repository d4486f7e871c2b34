import { z } from '../../src/documents/schemas';
import { AppError } from '../../src/domain/errors';
import { parseJson } from '../../src/sharing/deflate';
import { decodeStudyFile, STUDY_ENDING, type Study } from '../../src/sharing/studyFile';
import { decodeWeights, WEIGHTS_ENDING, type RunWeights } from '../../src/sharing/weightsFile';
import { blobSource, type ByteSource } from '../formats/source';
import { zip } from '../formats/zip';
import { ANSWER_FILE } from './answerFiles';
import { RAW_FILE } from './restoreRaw';
import { BACKUP_FORMAT, BACKUP_VERSION, HEAD } from './backupForm';

/** A backup that has been opened: its files are read when they are asked for. */
export interface OpenBackup {
  /** Ids of its datasets. */
  readonly datasets: readonly string[];
  readonly runs: readonly string[];
  openDataset(id: string): (name: string) => Promise<Blob | null>;
  study(id: string): Promise<Study>;
  /** Files of answers of model servers, by name. */
  readonly answers: readonly string[];
  /** Files of what could not be read where the backup was made. */
  readonly unreadable: readonly string[];
  open(name: string): Promise<Blob | null>;
  /** null where the backup has none of the run. */
  weights(id: string): Promise<RunWeights | null>;
}

const head = z.object({ format: z.literal(BACKUP_FORMAT), version: z.number() });

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
  if (found.data.version !== BACKUP_VERSION)
    throw new AppError(
      'STUDY_VERSION',
      `${path} was made by another version of Lodestone (its format is ${found.data.version}; this page reads format ${BACKUP_VERSION}).`,
      'Reload the page to get the newest version.',
    );
  const named = (pattern: RegExp): string[] => [
    ...new Set([...entries.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])),
  ];
  return {
    datasets: named(/^datasets\/([\w-]+)\/dataset\.json$/),
    runs: named(/^runs\/([\w-]+)\.lodestone\.json$/),
    answers: [...entries.keys()].filter((name) => ANSWER_FILE.test(name)),
    unreadable: [...entries.keys()].filter((name) => RAW_FILE.test(name)),
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
