import { AppError } from '../../src/domain/errors';
import type { BackupReport } from '../../src/domain/protocol';
import type { RunSummary } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { readShapes } from '../../src/storage/weights';
import type { Choice, Phase } from './archive';
import { choiceOfAll, differs, secondsOf, verifiedArchive } from './backup';
import { ANSWER_KEYS, BACKUP_ENDING } from './backupForm';
import { contentDigest, partDigests } from './digests';
import type { Folder } from './folder';
import { MANIFEST, manifestText, parseManifest, type Entry } from './manifest';
import { openBackup } from './openBackup';
import { exportRaw } from './rawFile';
import { writtenFile } from './writtenFile';

/** What has an archive of its own. */
interface Part extends Pick<Entry, 'kind' | 'id' | 'name' | 'state' | 'weights'> {
  readonly choice: Choice;
}

const NOTHING: Choice = { datasets: [], runs: [], unreadable: [], weights: false, answers: [], written: false };
const FOLDERS = {
  dataset: 'datasets',
  run: 'runs',
  answers: 'answers',
  written: 'written',
  unreadable: 'unreadable',
} as const;

export interface FolderOptions {
  readonly weights: boolean;
  /** Remove what is not stored here any more. */
  readonly clear: boolean;
}

/**
 * Brings a folder up to date: what has changed is written to new files and read back, files that are there already are read and compared,
 * then the manifest is replaced. Whatever stops it before that, the backup that was there is as it was. Throws `BACKUP_FOLDER`,
 * `BACKUP_DIFFERS`, and `STUDY_UNREADABLE` or `STUDY_VERSION` for a manifest that is not understood.
 */
export async function backUpToFolder(
  database: Database,
  folder: Folder,
  { weights, clear }: FolderOptions,
  now: Date,
  phase: Phase,
): Promise<BackupReport> {
  await folder.ready();
  const list = await folder.read(MANIFEST);
  const before = list ? parseManifest(MANIFEST, await list.text()) : [];
  const all = await choiceOfAll(database, weights);
  const { entries, written } = await writeParts(database, folder, all, before, now, phase);
  const gone = before.filter((one) => !entries.some((entry) => isOf(entry, one)));
  const kept = clear ? [] : gone;
  const after = [...entries, ...kept];
  await writeManifest(folder, manifestText(after, now), list);
  await removeFiles(folder, before, after);
  return reportOf(all, entries, kept, written);
}

const isOf = (entry: Entry, { kind, id }: Pick<Entry, 'kind' | 'id'>): boolean =>
  entry.kind === kind && entry.id === id;

/** The archives of all that is stored, those that were there and those that had to be written. */
async function writeParts(
  database: Database,
  folder: Folder,
  all: Choice,
  before: readonly Entry[],
  now: Date,
  phase: Phase,
): Promise<{ entries: Entry[]; written: number }> {
  const entries: Entry[] = [];
  const fresh: string[] = [];
  try {
    const parts = await partsOf(database, folder, all, before);
    for (const [place, part] of parts.entries()) {
      phase(`checking ${part.name}`, place / parts.length);
      const known = before.find((entry) => isOf(entry, part));
      if (known && isSame(known, part) && (await isWhole(folder, known))) {
        entries.push(known);
        continue;
      }
      const entry = await writePart(database, folder, part, now, (text) => phase(text, place / parts.length));
      fresh.push(entry.file);
      // What was damaged since does not take the place of what can be restored.
      if (known && entry.asStored && !known.asStored)
        entries.push(known, { ...entry, kind: 'unreadable', id: `${part.kind}/${part.id}` });
      else entries.push(entry);
    }
    return { entries, written: fresh.length };
  } catch (error) {
    // Without the manifest nobody would know of them.
    const named = new Set(before.map(({ file }) => file));
    for (const file of fresh) if (!named.has(file)) await folder.remove(file).catch(() => undefined);
    throw error;
  }
}

async function partsOf(database: Database, folder: Folder, all: Choice, before: readonly Entry[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const dataset of all.datasets)
    parts.push({
      kind: 'dataset',
      id: dataset.id,
      name: dataset.name,
      state: await contentDigest(dataset),
      weights: false,
      choice: { ...NOTHING, datasets: [dataset] },
    });
  for (const run of all.runs) {
    const had = before.some(({ kind, id, weights }) => kind === 'run' && id === run.id && weights);
    parts.push(await runPart(database, run, all.weights || had));
  }
  for (const one of all.unreadable) {
    const stored = await exportRaw(database, one.kind, one.id, new Date(0));
    parts.push({
      kind: 'unreadable',
      id: `${one.kind}/${one.id}`,
      name: `the ${one.kind} ${one.id}, which cannot be read`,
      state: await contentDigest(await partDigests(stored)),
      weights: false,
      choice: { ...NOTHING, unreadable: [one] },
    });
  }
  return [...parts, ...(await answerParts(folder, all.answers, before)), ...(await writtenPart(database, all))];
}

async function runPart(database: Database, run: RunSummary, wanted: boolean): Promise<Part> {
  const shapes = wanted
    ? [await readShapes(database, run.id, 'best'), await readShapes(database, run.id, 'latest')]
    : [{}, {}];
  const [best = {}] = shapes;
  const weights = Object.keys(best).length > 0;
  return {
    kind: 'run',
    id: run.id,
    name: run.name,
    state: await contentDigest({ run, ...(weights && { shapes }) }),
    weights,
    choice: { ...NOTHING, runs: [run], weights: wanted },
  };
}

/** One archive of what a person wrote beside runs and datasets; none where that is nothing. */
async function writtenPart(database: Database, { written }: Choice): Promise<Part[]> {
  const file = written ? await writtenFile(database) : null;
  return file
    ? [
        {
          kind: 'written',
          id: 'written',
          name: 'names of studies, reports and presets',
          state: await contentDigest(await partDigests(file)),
          weights: false,
          choice: { ...NOTHING, written: true },
        },
      ]
    : [];
}

/** Archives that hold answers of here, and one for those that none has. */
async function answerParts(folder: Folder, here: readonly string[], before: readonly Entry[]): Promise<Part[]> {
  const wanted = new Set(here);
  const missing = new Set(here);
  const parts: Part[] = [];
  const part = async (keys: readonly string[]): Promise<Part> => ({
    kind: 'answers',
    id: await contentDigest(keys),
    name: 'answers of model servers',
    state: await contentDigest(keys),
    weights: false,
    choice: { ...NOTHING, answers: keys, withKeys: true },
  });
  for (const entry of before.filter(({ kind }) => kind === 'answers')) {
    const keys = (await isWhole(folder, entry)) ? await keysIn(folder, entry) : [];
    if (!keys.some((key) => wanted.has(key))) continue;
    for (const key of keys) missing.delete(key);
    parts.push({ ...(await part(keys)), id: entry.id, state: entry.state });
  }
  return missing.size > 0 ? [...parts, await part([...missing].sort())] : parts;
}

async function keysIn(folder: Folder, { file }: Entry): Promise<string[]> {
  try {
    const archive = await folder.read(file);
    const list = archive && (await (await openBackup(file, archive)).open(ANSWER_KEYS));
    const keys: unknown = list ? JSON.parse(await list.text()) : [];
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  } catch (error) {
    if (error instanceof AppError && error.code === 'BACKUP_FOLDER') throw error;
    return [];
  }
}

/** What is stored is what it was when the archive was made. */
const isSame = (known: Entry, { state, weights }: Part): boolean =>
  known.state === state && (known.weights || !weights);

/** The file is there, and its bytes are those that were written. */
async function isWhole(folder: Folder, { file, bytes, parts }: Entry): Promise<boolean> {
  const found = await folder.read(file);
  return found?.size === bytes && String(await partDigests(found)) === String(parts);
}

/** Writes an archive that has been read with the reader that restores, and compares what the folder has with it. */
async function writePart(
  database: Database,
  folder: Folder,
  { choice, ...part }: Part,
  now: Date,
  phase: (text: string) => void,
): Promise<Entry> {
  const { file, contents } = await verifiedArchive(database, choice, now, phase);
  const parts = await partDigests(file);
  const [start = ''] = parts;
  const safe = encodeURIComponent(part.id).replaceAll('*', '%2A').slice(0, 100);
  const entry: Entry = {
    ...part,
    asStored: contents.asStored.length > 0,
    file: `${FOLDERS[part.kind]}/${safe}.${start.slice(0, 12)}${BACKUP_ENDING}`,
    bytes: file.size,
    parts,
  };
  phase(`writing ${part.name}`);
  await folder.write(entry.file, file);
  if (await isWhole(folder, entry)) return entry;
  throw differs();
}

/** The one that was there comes back where the new one cannot be read as it was written. */
async function writeManifest(folder: Folder, text: string, before: Blob | null): Promise<void> {
  const earlier = before && new Blob([await before.arrayBuffer()]);
  await folder.write(MANIFEST, new Blob([text], { type: 'application/json' }));
  if ((await (await folder.read(MANIFEST))?.text()) === text) return;
  if (earlier) await folder.write(MANIFEST, earlier);
  throw differs();
}

/** Files that the manifest named before and does not name now. One that stays is in nobody's way. */
async function removeFiles(folder: Folder, before: readonly Entry[], after: readonly Entry[]): Promise<void> {
  const named = new Set(after.map(({ file }) => file));
  for (const { file } of before) if (!named.has(file)) await folder.remove(file).catch(() => undefined);
}

function reportOf(all: Choice, entries: readonly Entry[], gone: readonly Entry[], written: number): BackupReport {
  const of = (wanted: Entry['kind']): Entry[] => entries.filter(({ kind }) => kind === wanted);
  return {
    datasets: of('dataset').filter(({ asStored }) => !asStored).length,
    runs: of('run').filter(({ asStored }) => !asStored).length,
    asStored: entries.filter(({ asStored }) => asStored).length,
    bytes: [...entries, ...gone].reduce((sum, { bytes }) => sum + bytes, 0),
    written,
    gone: gone.map(({ name }) => name),
    seconds: secondsOf(all, new Set(of('run').map(({ id }) => id))),
  };
}
