import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { newId } from '../domain/ids';
import type { RunSummary } from '../domain/run';
import { changeBackupRecord, readBackupRecord, type BackupRecord } from '../storage/backups';
import type { Database } from '../storage/database';
import { databaseName, lossOf, readMarker, writeMarker, type MarkerPlace, type StorageLoss } from '../storage/marker';

/** Work that is worth a reminder, in seconds. */
const REMIND_AFTER = 3600;

type Work = Pick<RunSummary, 'id' | 'seconds' | 'origin'>;

/** What is stored, as the lists of datasets and runs have it. */
export interface Stock {
  /** Datasets that a person brought. */
  readonly datasets: number;
  /** Runs that cannot be read included. */
  readonly runs: number;
  readonly work: readonly Work[];
}

/** What the browser has cleared, and what is in no backup. */
export interface KeptState {
  /** What was here at the last visit and is gone; null when nothing is, or once the person knows. */
  readonly loss: StorageLoss | null;
  /** The last backup, ISO 8601; null while none is known. */
  readonly backupAt: string | null;
  /** Seconds of training and of reasoning that are in no backup. */
  readonly unsaved: number;
  /** There is so much of it that a reminder is due. */
  readonly due: boolean;
  /** Finds out whether this is the database of the last visit. Call before anything else. */
  start(): Promise<void>;
  /** Keeps the marker and the reminder in step with what is stored. */
  see(stock: Stock): Promise<void>;
  dismissLoss(): void;
  /** Puts the reminder off until there is another hour of work. */
  later(): Promise<void>;
  /** A backup was made: seconds of work in its runs, by id. */
  backedUp(seconds: Readonly<Record<string, number>>): Promise<void>;
  /** Runs came back from a backup: they are in it. */
  restored(runIds: readonly string[]): Promise<void>;
  addReasoning(seconds: number): Promise<void>;
}

export interface KeptEnvironment {
  readonly database: Database;
  /** null where the browser refuses it. */
  readonly place: MarkerPlace | null;
  readonly now: () => Date;
}

/** Seconds of work of this browser that the last backup does not have. */
export const unsavedSeconds = (work: readonly Work[], { seconds, reasoningSeconds }: BackupRecord): number =>
  work
    .filter(({ origin }) => origin === undefined)
    .reduce((sum, run) => sum + Math.max(0, run.seconds - (seconds[run.id] ?? 0)), reasoningSeconds);

/** The store; tests give their own environment. */
export function createKept({ database, place, now }: KeptEnvironment): UseBoundStore<StoreApi<KeptState>> {
  let name: string | null = null;
  let stock: Stock | null = null;

  return create<KeptState>()((set, get) => {
    const mark = (): void => {
      if (!place || name === null || !stock) return;
      const { datasets, runs } = stock;
      const { loss, backupAt } = get();
      writeMarker(place, { version: 1, id: name, datasets, runs, seen: now().toISOString(), backup: backupAt, loss });
    };
    const count = async (): Promise<void> => {
      const record = await readBackupRecord(database);
      const unsaved = stock ? unsavedSeconds(stock.work, record) : 0;
      set({ backupAt: record.at, unsaved, due: unsaved - Math.min(unsaved, record.dismissedAt) >= REMIND_AFTER });
      mark();
    };
    const changed = async (change: (record: BackupRecord) => BackupRecord): Promise<void> => {
      await changeBackupRecord(database, change);
      await count();
    };
    return {
      loss: null,
      backupAt: null,
      unsaved: 0,
      due: false,
      start: async () => {
        const marker = place && readMarker(place);
        name = await databaseName(database, newId());
        set({ loss: lossOf(marker, name) });
      },
      see: async (seen) => {
        stock = seen;
        await count();
      },
      dismissLoss: () => {
        set({ loss: null });
        mark();
      },
      later: () => changed((record) => ({ ...record, dismissedAt: get().unsaved })),
      backedUp: (seconds) => changed(() => ({ at: now().toISOString(), seconds, reasoningSeconds: 0, dismissedAt: 0 })),
      restored: async (runIds) => {
        const back = stock?.work.filter(({ id }) => runIds.includes(id)).map(({ id, seconds }) => [id, seconds]) ?? [];
        set({ loss: null });
        await changed((record) => ({ ...record, seconds: { ...record.seconds, ...Object.fromEntries(back) } }));
      },
      addReasoning: (seconds) =>
        changed((record) => ({ ...record, reasoningSeconds: record.reasoningSeconds + seconds })),
    };
  });
}
