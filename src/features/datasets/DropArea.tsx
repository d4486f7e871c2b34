import { useRef, type ComponentProps } from 'react';
import { pickedFiles } from '../../ui/droppedFiles';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { useFileDrop } from '../../ui/useFileDrop';
import type { Fault } from '../../domain/errors';
import type { NamedFile } from '../../domain/protocol';
import styles from './DropArea.module.css';

interface DropAreaProps {
  readonly onFiles: (files: readonly NamedFile[]) => void;
  readonly onFault: (fault: Fault) => void;
  /** Fills the page on the first visit. */
  readonly large: boolean;
}

/** Takes a folder, files or an archive: dropped anywhere on the page, or picked with two buttons. */
export function DropArea({ onFiles, onFault, large }: DropAreaProps) {
  const over = useFileDrop(onFiles, onFault);
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);

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
        <span>A folder, its files, or an archive. Everything stays on this machine.</span>
      </p>
      <div className={styles.buttons}>
        <Button onClick={() => folder.current?.click()}>Choose a folder</Button>
        <Button onClick={() => files.current?.click()}>Choose files</Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Dataset folder"
        {...FOLDER}
        onChange={(event) => take(event.target)}
      />
      <input
        ref={files}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Dataset files"
        multiple
        onChange={(event) => take(event.target)}
      />
    </div>
  );
}

// React's types leave out this attribute.
const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };
