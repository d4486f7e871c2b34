import { useEffect, useState } from 'react';
import { faultOf, type Fault } from '../domain/errors';
import type { NamedFile } from '../domain/protocol';
import { droppedFiles } from './droppedFiles';

/**
 * Takes files and folders that are dropped anywhere on the page, and says whether some are held over it. The whole document listens: a
 * file that misses an area must not replace the page.
 */
export function useFileDrop(onFiles: (files: readonly NamedFile[]) => void, onFault: (fault: Fault) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!isFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      droppedFiles(event.dataTransfer).then(onFiles, (error: unknown) => onFault(unreadable(error)));
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [onFiles, onFault]);
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
