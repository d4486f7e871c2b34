import { useEffect, useRef, useState, type ComponentProps } from 'react';
import { Icon } from '../../app/Icon';
import { Button } from '../../app/primitives/Button';
import { faultOf, type Fault } from '../../domain/errors';
import type { NamedFile } from '../../domain/protocol';
import { droppedFiles, pickedFiles } from './droppedFiles';
import styles from './DropArea.module.css';

interface DropAreaProps {
  readonly onFiles: (files: readonly NamedFile[]) => void;
  readonly onFault: (fault: Fault) => void;
  /** Fills the page on the first visit. */
  readonly large: boolean;
}

/** Takes a folder, files or an archive: dropped anywhere on the page, or picked with two buttons. */
export function DropArea({ onFiles, onFault, large }: DropAreaProps) {
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);

  // The whole document listens: a file that misses the area must not replace the page.
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

  const take = (input: HTMLInputElement): void => {
    const picked = pickedFiles(input.files);
    // Picking the same folder again must be an event too.
    input.value = '';
    if (picked.length > 0) onFiles(picked);
  };

  return (
    <div className={styles.area} data-over={over} data-large={large}>
      <Icon name="folder" size={large ? 40 : 24} />
      <p className={styles.words}>
        <strong>Drop a dataset here</strong>
        <span>A folder, its files, or a .zip. Everything stays on this machine.</span>
      </p>
      <div className={styles.buttons}>
        <Button onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
        <Button onClick={() => files.current?.click()}>Choose files</Button>
      </div>
      <input ref={folder} type="file" hidden tabIndex={-1} aria-label="Dataset folder" {...FOLDER} onChange={(event) => take(event.target)} />
      <input ref={files} type="file" hidden tabIndex={-1} aria-label="Dataset files" multiple onChange={(event) => take(event.target)} />
    </div>
  );
}

// React's types leave out this attribute.
const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };

function unreadable(error: unknown): Fault {
  const { message } = faultOf(error);
  return {
    code: 'FILE_UNREADABLE',
    message: `The browser could not read what was dropped. ${message}`,
    hint: 'Use “Choose a folder”, and check that the files are not open in another program.',
    context: {},
  };
}
