import { useRemoval } from './removal';
import { create } from 'zustand';
import { AppError, faultOf, type Fault } from '../domain/errors';
import type { BackupReport } from '../domain/protocol';
import { forgetBackupFolder, readBackupFolder, writeBackupFolder } from '../storage/backups';
import { database } from './database';
import { askForFolder, folderPermission, pickFolder } from './folderAccess';
import { useKept } from './keptHere';
import { makeBackup } from './sharing';
import type { Phase } from './workerThread';

/** The last backup of this visit; `where` is the folder's name, or null for an archive. */
export interface BackupDone extends BackupReport {
  readonly where: string | null;
}

interface BackupState {
  /** Whether the folder that was chosen has been looked for. */
  readonly loaded: boolean;
  /** The folder that backups go to; null where none was chosen. */
  readonly folder: FileSystemDirectoryHandle | null;
  readonly permission: PermissionState;
  readonly phase: Phase | null;
  readonly done: BackupDone | null;
  readonly fault: Fault | null;
  /** Reads which folder was chosen. */
  load(): Promise<void>;
  /** Lets the person choose a folder. */
  choose(): Promise<void>;
  /** Backups do not go to the folder any more; what is in it stays. */
  forget(): Promise<void>;
  /** Makes an archive that has been read back; null where that failed. */
  archive(weights: boolean): Promise<Blob | null>;
  /** Brings the folder up to date. `clear` removes from it what is not stored here any more. */
  toFolder(weights: boolean, clear?: boolean): Promise<void>;
}

export const useBackup = create<BackupState>()((set, get) => {
  /** One at a time, and its end is told. */
  const saving = async (where: string | null, work: () => ReturnType<typeof makeBackup>): Promise<Blob | null> => {
    if (get().phase) return null;
    set({ phase: { text: 'reading', fraction: 0 }, fault: null, done: null });
    try {
      const { file, report } = await work();
      set({ done: { ...report, where } });
      await useKept.getState().backedUp(report.seconds);
      return file;
    } catch (error) {
      set({ fault: faultOf(error) });
      return null;
    } finally {
      set({ phase: null });
    }
  };
  const onPhase = (phase: Phase): void => set({ phase });
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      set({ fault: faultOf(error) });
    }
  };
  // Runs that were deleted a moment ago are not saved again.
  const withoutDeleted = async (command: Parameters<typeof makeBackup>[0]): ReturnType<typeof makeBackup> => {
    await useRemoval.getState().carryOut();
    return makeBackup(command, { onPhase });
  };
  return {
    loaded: false,
    folder: null,
    permission: 'prompt',
    phase: null,
    done: null,
    fault: null,
    load: () =>
      guarded(async () => {
        if (get().loaded) return;
        const folder = await readBackupFolder(database);
        set({ loaded: true, folder, permission: folder ? await folderPermission(folder) : 'prompt' });
      }),
    choose: () =>
      guarded(async () => {
        const folder = await pickFolder('backup', 'readwrite');
        if (!folder) return;
        set({ folder, permission: await folderPermission(folder), fault: null, done: null });
        await writeBackupFolder(database, folder);
      }),
    forget: () =>
      guarded(async () => {
        await forgetBackupFolder(database);
        set({ folder: null, permission: 'prompt', fault: null, done: null });
      }),
    archive: (weights) => saving(null, () => withoutDeleted({ type: 'backup', weights })),
    toFolder: async (weights, clear = false) => {
      const { folder } = get();
      if (!folder) return;
      await saving(folder.name, async () => {
        const permission = await askForFolder(folder);
        set({ permission });
        if (permission !== 'granted') throw notAllowed(folder.name);
        return withoutDeleted({ type: 'backup', weights, folder: { handle: folder, clear } });
      });
    },
  };
});

const notAllowed = (name: string): AppError =>
  new AppError(
    'BACKUP_FOLDER',
    `You or the browser did not allow this page to write to the folder “${name}”.`,
    'Back up again and choose “Allow”, or choose the folder anew. What was backed up there before is as it was.',
  );
