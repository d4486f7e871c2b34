import { useRef, useState, type ComponentProps } from 'react';
import { useNavigate } from 'react-router';
import { pickedFiles } from '../../ui/droppedFiles';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { FaultNotice } from '../../ui/Notice';
import { faultOf, type Fault } from '../../domain/errors';
import type { NamedFile } from '../../domain/protocol';
import { canPickFolder, filesOf, pickFolder } from '../../state/folderAccess';
import { useImport } from '../../state/sharing';

/** Brings back what a backup holds and is not here. What became of it is told on the Runs page. */
export function RestoreButton({ small = false }: { readonly small?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small={small} onClick={() => setOpen(true)}>
        Restore a backup…
      </Button>
      {open && <RestoreDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function RestoreDialog({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const archive = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const take = (files: readonly NamedFile[]): void => {
    if (files.length === 0) return;
    void useImport.getState().importFiles(files);
    onClose();
    void navigate('/runs');
  };
  const pick = async (): Promise<void> => {
    // Reading a list of files needs no leave to write.
    if (!canPickFolder()) return folder.current?.click();
    try {
      const picked = await pickFolder('backup', 'read');
      if (picked) take(await filesOf(picked));
    } catch (error) {
      setFault(faultOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Restore a backup"
      description="Brings back the datasets, runs, answers, reports, names of studies and presets that the backup holds and this browser does not. What is here stays as it is. You can also drop the archive or the folder on the Runs page."
      actions={
        <>
          <Button onClick={() => void pick()}>Choose a folder…</Button>
          <Button variant="primary" onClick={() => archive.current?.click()}>
            Choose an archive…
          </Button>
        </>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      <input
        ref={archive}
        type="file"
        hidden
        multiple
        tabIndex={-1}
        accept=".zip"
        aria-label="Backup archive"
        onChange={({ target }) => take(pickedFiles(target.files))}
      />
      <input
        ref={folder}
        type="file"
        hidden
        {...FOLDER}
        tabIndex={-1}
        aria-label="Backup folder"
        onChange={({ target }) => take(pickedFiles(target.files))}
      />
    </Dialog>
  );
}

const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };
