import { check } from '../documents/check';
import { backupRecord } from '../documents/settings';
import type { Database } from './database';

/** What is kept of backups, in the table `settings`: `backup`, and `backupFolder`, the folder that a person chose. */
export interface BackupRecord {
  /** The last one, ISO 8601; null where none is known. */
  readonly at: string | null;
  /** Seconds of work in each run when it was last saved, by id. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Seconds that the reasoning stage has asked models since. */
  readonly reasoningSeconds: number;
  /** Seconds of unsaved work at which the reminder was put off. */
  readonly dismissedAt: number;
}

const RECORD = 'backup';
const FOLDER = 'backupFolder';
const NONE: BackupRecord = { at: null, seconds: {}, reasoningSeconds: 0, dismissedAt: 0 };

const recordOf = (stored: unknown): BackupRecord => check(backupRecord, stored).value ?? NONE;

/** Where it cannot be read, no backup is known. */
export const readBackupRecord = async ({ settings }: Database): Promise<BackupRecord> =>
  recordOf(await settings.get(RECORD));

/** Changes the record as it is at that moment: other tabs write it too. */
export const changeBackupRecord = (
  { settings }: Database,
  change: (record: BackupRecord) => BackupRecord,
): Promise<void> => settings.change([RECORD], ([stored]) => [[RECORD, change(recordOf(stored))]]);

/** null where none was chosen. */
export async function readBackupFolder({ settings }: Database): Promise<FileSystemDirectoryHandle | null> {
  const stored = await settings.get(FOLDER);
  return typeof FileSystemDirectoryHandle !== 'undefined' && stored instanceof FileSystemDirectoryHandle
    ? stored
    : null;
}

export const writeBackupFolder = ({ settings }: Database, folder: FileSystemDirectoryHandle): Promise<void> =>
  settings.set(FOLDER, folder);

export const forgetBackupFolder = ({ settings }: Database): Promise<void> => settings.delete([FOLDER]);
