import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatasetDocument, ImportOptions } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { PlanDataset } from '../../src/domain/plan';
import { mergeReadings, NOTHING_ANSWERED, type DatasetReading } from '../../src/domain/reading';
import { memoryDatabase } from '../../src/storage/database';
import { generateDemo } from '../../workers/dataset/demo';
import { loadDataset } from '../loadDataset';
import type { Reporter } from '../reporter';
import { exists } from './files';
import { claim, Watch } from './lease';
import { Pack, writePack } from './pack';

export interface DataSource {
  /** A folder of files; null where the plan’s dataset is a built-in one. */
  readonly data: string | null;
  readonly reading: DatasetReading;
  /** A folder of this machine. */
  readonly cache: string;
}

/** On this machine’s own disk: `TMPDIR`, which Slurm sets for a job where the machine is told to, else the system’s. */
export const defaultCache = (): string => join(tmpdir(), `lodestone-${userInfo().username}`);

const WAIT_MS = 500;
/** Seconds after which the import of a worker that gives no sign is begun anew. */
const IMPORT_LEASE = 30;

/**
 * The plan’s dataset, imported once for each machine: kept in the cache under its fingerprint, put there whole. Of workers that begin at the same time one
 * imports, by a lease, and the others wait. Throws `DATA_OTHER` where the files are another dataset, and what the import throws.
 */
export async function cachedDataset(wanted: PlanDataset, source: DataSource, report: Reporter): Promise<Pack> {
  // Nobody else’s files are read from here.
  await mkdir(source.cache, { recursive: true, mode: 0o700 });
  const path = join(source.cache, `${wanted.fingerprint.slice(0, 32)}-${wanted.id}.dataset`);
  const watch = new Watch();
  for (let told = false; ; await sleep(WAIT_MS)) {
    if (await exists(path)) {
      const pack = await openWhole(path);
      if (pack) return pack;
    }
    const lease = await claim(`${path}.import`, watch, IMPORT_LEASE);
    if (lease) {
      try {
        // Another may have put it there while this one asked.
        const there = (await exists(path)) ? await openWhole(path) : null;
        if (there) return there;
        await importTo(path, wanted, source, report);
      } finally {
        await lease.release();
      }
    } else if (!told) {
      report.say('Another worker of this machine is importing the dataset.');
      told = true;
    }
  }
}

/** null for a pack that is not whole. */
async function openWhole(path: string): Promise<Pack | null> {
  try {
    return await Pack.open(path);
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_DAMAGED') return null;
    throw error;
  }
}

async function importTo(path: string, wanted: PlanDataset, source: DataSource, report: Reporter): Promise<void> {
  const database = memoryDatabase();
  report.say(`Importing ${wanted.name}.`);
  const dataset = await importWanted(database, wanted, source, report);
  if (dataset.fingerprint !== wanted.fingerprint) throw otherData(wanted, dataset, source);
  const entries: [string, () => Promise<unknown>][] = [];
  for (const name of ['datasets', 'features'] as const)
    for (const key of await database[name].keys()) entries.push([`${name}/${key}`, () => database[name].get(key)]);
  await writePack(path, entries);
}

async function importWanted(
  database: ReturnType<typeof memoryDatabase>,
  { id, name, demo, split, splitSeed, reading }: PlanDataset,
  source: DataSource,
  report: Reporter,
): Promise<DatasetDocument> {
  if (demo) return generateDemo(database, id, demo);
  if (source.data === null)
    throw new AppError(
      'COMMAND_LINE',
      '--data is missing.',
      `Give the folder of ${name}, from which the plan was made.`,
    );
  const options: ImportOptions = {
    name,
    reading: mergeReadings(reading ?? NOTHING_ANSWERED, source.reading),
    ...(split !== 'provided' && { splitRule: split }),
    ...(splitSeed !== null && { splitSeed }),
  };
  return loadDataset(database, id, source.data, options, report);
}

function otherData(wanted: PlanDataset, found: DatasetDocument, { data }: DataSource): AppError {
  const { users, items, interactions } = found.statistics;
  const counts = (of: { readonly users: number; readonly items: number; readonly interactions: number }): string =>
    `${of.users} users, ${of.items} items and ${of.interactions} interactions`;
  return new AppError(
    'DATA_OTHER',
    `${data ?? 'The dataset'} is not the dataset of the plan: it has ${counts({ users, items, interactions })}, the plan’s ${wanted.name} has ${counts(wanted)}, and their fingerprints differ.`,
    'Give the folder from which the plan was made. Where its files can be read in more than one way, answer as then, with --reading. A dataset that was filtered on the page by an older version has to be imported there anew.',
    { wanted: wanted.fingerprint, found: found.fingerprint },
  );
}
