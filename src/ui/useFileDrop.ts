import { useEffect, useState } from 'react';
import { faultOf, type Fault } from '../domain/errors';
import type { NamedFile } from '../domain/protocol';
import { droppedFolder, filesBelow, rootsOf } from './droppedFiles';

/** What a page takes of a drop. A folder that is not `taken` is walked for its files. */
type TakeFolder = (folder: FileSystemDirectoryHandle) => Promise<'taken' | 'files'>;

/**
 * Takes files and folders that are dropped anywhere on the page, and says whether some are held over it. The whole document listens: a
 * file that misses an area must not replace the page.
 */
export function useFileDrop(
  onFiles: (files: readonly NamedFile[]) => void,
  onFault: (fault: Fault) => void,
  onFolder?: TakeFolder,
): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const take = async (transfer: DataTransfer, dropped: Promise<FileSystemDirectoryHandle | null>): Promise<void> => {
      const files = rootsOf(transfer);
      const folder = await dropped;
      if (folder && (await onFolder?.(folder)) === 'taken') return;
      onFiles(await filesBelow(files));
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      // Both are asked for now: the browser empties the list afterwards.
      const folder = onFolder ? droppedFolder(event.dataTransfer) : Promise.resolve(null);
      take(event.dataTransfer, folder).catch((error: unknown) => onFault(unreadable(error)));
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [onFiles, onFault, onFolder]);
  return over;
}

function unreadable(error: unknown): Fault {
  const { message } = faultOf(error);
  return {
    code: 'FILE_UNREADABLE',
    message: `The browser could not read the dropped files. ${message}`,
    hint: 'Use “Choose a folder”, and check that no other program has the files open.',
    context: {},
  };
}
