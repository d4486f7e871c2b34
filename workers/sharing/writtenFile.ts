import { writtenDocument } from '../../src/documents/studies';
import { AppError } from '../../src/domain/errors';
import { parseJson } from '../../src/sharing/deflate';
import type { Database } from '../../src/storage/database';
import { addWritten, readWritten, type Written } from '../../src/storage/studies';

/** In an archive: what a person wrote about studies, comparisons that were kept, reports, and presets. */
export const WRITTEN = 'written.json';

/** Null where nothing was written. What this version cannot read is not in it. */
export async function writtenFile(database: Database): Promise<Blob | null> {
  const written = await readWritten(database);
  const { studies, reports, presets } = written;
  const some = Object.keys(studies.words).length + studies.comparisons.length + reports.length + presets.length;
  return some === 0 ? null : new Blob([JSON.stringify(written)], { type: 'application/json' });
}

/** Throws `STUDY_UNREADABLE`. */
export async function decodeWritten(path: string, file: Blob): Promise<Written> {
  const refuse = (): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      `${path} cannot be read: it has another form than names of studies, reports and presets.`,
      'The rest of the backup is restored. A newer version of Lodestone may read it.',
    );
  const found = writtenDocument.safeParse(parseJson(await file.text(), refuse));
  if (!found.success) throw refuse();
  return found.data;
}

/** Stores what is not here yet, and returns how much that was. What is here stays as it is. */
export const restoreWritten = async (database: Database, path: string, file: Blob): Promise<number> =>
  addWritten(database, await decodeWritten(path, file));
