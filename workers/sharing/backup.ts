import { AppError } from '../../src/domain/errors';
import type { BackupReport } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { listDatasets } from '../../src/storage/datasets';
import { answerKeys } from '../../src/storage/reasoning';
import { listRuns } from '../../src/storage/runs';
import { writeArchive, type Choice, type Phase, type Written } from './archive';
import { BACKUP_ENDING } from './backupForm';
import { differences } from './verify';

/** Everything that is stored here. */
export async function choiceOfAll(database: Database, weights: boolean): Promise<Choice> {
  const datasets = await listDatasets(database);
  const runs = await listRuns(database);
  return {
    datasets: datasets.readable,
    runs: runs.readable,
    unreadable: [
      ...datasets.unreadable.map(({ id }) => ({ kind: 'dataset', id }) as const),
      ...runs.unreadable.map(({ id }) => ({ kind: 'run', id }) as const),
    ],
    weights,
    answers: [...(await answerKeys(database))],
    written: true,
  };
}

/** All that is stored in one archive that has been read back. Throws `BACKUP_DIFFERS`. */
export async function makeBackup(
  database: Database,
  weights: boolean,
  now: Date,
  phase: Phase,
): Promise<{ readonly file: Blob; readonly report: BackupReport }> {
  const choice = await choiceOfAll(database, weights);
  const { file, contents } = await verifiedArchive(database, choice, now, phase);
  return {
    file,
    report: {
      datasets: contents.datasets.size,
      runs: contents.runs.size,
      asStored: contents.asStored.length,
      bytes: file.size,
      written: 1,
      gone: [],
      seconds: secondsOf(choice, contents.runs),
    },
  };
}

/** Seconds of work in the runs that were saved, by id. */
export const secondsOf = ({ runs }: Choice, saved: { has(id: string): boolean }): Record<string, number> =>
  Object.fromEntries(runs.filter(({ id }) => saved.has(id)).map(({ id, seconds }) => [id, seconds]));

/**
 * Writes an archive and reads it with the reader that restores. A dataset or run that would not come back as it is stored here is saved
 * as it is stored instead. Throws `BACKUP_DIFFERS` where the archive is wrong even so.
 */
export async function verifiedArchive(database: Database, choice: Choice, now: Date, phase: Phase): Promise<Written> {
  const raw = new Set<string>();
  for (;;) {
    const written = await writeArchive(database, choice, now, (text, done) => phase(text, done && done * 0.6), raw);
    const wrong = await readBack(written, (done) => phase('reading the backup back', 0.6 + 0.4 * done));
    if (wrong.length === 0) return written;
    const fresh = wrong.filter((place) => /^(run|dataset)\//.test(place) && !raw.has(place));
    if (fresh.length < wrong.length) throw differs();
    for (const place of fresh) raw.add(place);
  }
}

async function readBack({ file, contents }: Written, phase: (fraction: number) => void): Promise<string[]> {
  try {
    return await differences(`backup${BACKUP_ENDING}`, file, contents, phase);
  } catch (error) {
    if (error instanceof AppError && !error.code.startsWith('STORE_')) throw differs();
    throw error;
  }
}

export const differs = (): AppError =>
  new AppError(
    'BACKUP_DIFFERS',
    'The backup was read back and is not what is stored here, so it was not saved.',
    'Free some disk space and try again. Earlier backups are as they were.',
  );
