import { AppError } from '../../src/domain/errors';

/** A folder of files, by paths with `/`. What it throws is one sentence: `BACKUP_FOLDER`. */
export interface Folder {
  /** Finds out whether it is there and may be written to. */
  ready(): Promise<void>;
  /** null where there is none. */
  read(path: string): Promise<Blob | null>;
  /** Whole or not at all, as far as the browser can promise it. */
  write(path: string, content: Blob): Promise<void>;
  remove(path: string): Promise<void>;
}

/** A folder that a person chose. */
export function pickedFolder(root: FileSystemDirectoryHandle): Folder {
  const within = async (path: string, create: boolean) => {
    const [name = '', ...folders] = path.split('/').reverse();
    let folder = root;
    for (const one of folders.reverse()) folder = await folder.getDirectoryHandle(one, { create });
    return { folder, name };
  };
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw folderTrouble(root.name, error);
    }
  };
  return {
    ready: () => guarded(root.getDirectoryHandle('runs', { create: true }).then(() => undefined)),
    read: (path) =>
      guarded(
        (async () => {
          try {
            const { folder, name } = await within(path, false);
            return await (await folder.getFileHandle(name)).getFile();
          } catch (error) {
            if (nameOf(error) === 'NotFoundError') return null;
            throw error;
          }
        })(),
      ),
    write: (path, content) =>
      guarded(
        (async () => {
          const { folder, name } = await within(path, true);
          // The browser writes beside the file and puts it in its place when the stream closes.
          const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
          try {
            await stream.write(content);
          } catch (error) {
            await stream.abort().catch(() => undefined);
            throw error;
          }
          await stream.close();
        })(),
      ),
    remove: (path) =>
      guarded(
        (async () => {
          const { folder, name } = await within(path, false);
          await folder.removeEntry(name);
        })(),
      ),
  };
}

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : '');

const KEPT = 'What was backed up there before is as it was.';

/** Why a folder could not be used, and what to do. */
export function folderTrouble(folder: string, error: unknown): AppError {
  switch (nameOf(error)) {
    case 'NotFoundError':
      return new AppError(
        'BACKUP_FOLDER',
        `The folder “${folder}” is not there any more, or something in it has been moved.`,
        'Connect its disk, or choose another folder.',
      );
    case 'NotAllowedError':
    case 'SecurityError':
      return new AppError(
        'BACKUP_FOLDER',
        `The browser does not let this page write to the folder “${folder}”.`,
        `Allow it and back up again. ${KEPT}`,
      );
    case 'QuotaExceededError':
      return new AppError(
        'BACKUP_FOLDER',
        `There is no room left for the folder “${folder}”.`,
        `Free some space on its disk and back up again. ${KEPT}`,
      );
    default:
      return new AppError(
        'BACKUP_FOLDER',
        `The folder “${folder}” refused a file: ${error instanceof Error ? error.message : String(error)}`,
        `Check that its disk can be written to, and back up again. ${KEPT}`,
      );
  }
}
