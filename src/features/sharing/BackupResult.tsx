import { useState } from 'react';
import { formatBytes, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/Dialog';
import { Notice } from '../../ui/Notice';
import type { BackupDone } from '../../state/backup';

interface BackupResultProps {
  readonly done: BackupDone;
  /** Removes from the folder what is not stored here any more. */
  readonly onClear: () => void;
}

/** What a backup holds, and what its folder holds besides. */
export function BackupResult({ done, onClear }: BackupResultProps) {
  const [asking, setAsking] = useState(false);
  const { datasets, runs, asStored, bytes, written, gone, where } = done;
  const held = `${plural(runs, 'run')} and ${plural(datasets, 'dataset')}`;
  const names = gone.slice(0, 5).join(', ') + (gone.length > 5 ? ` and ${gone.length - 5} more` : '');
  return (
    <>
      <Notice tone="ok" live="polite" title={`Saved and read back: ${held}.`}>
        {where === null
          ? `The archive has ${formatBytes(bytes)}. Your browser puts it where it puts downloads.`
          : `${written === 0 ? 'Nothing had changed' : `${plural(written, 'file')} ${written === 1 ? 'was' : 'were'} new or had changed`}; the folder “${where}” holds ${formatBytes(bytes)}.`}
        {asStored > 0 &&
          ` ${asStored} could not be read whole: ${asStored === 1 ? 'it is' : 'they are'} saved as stored and cannot be restored.`}
      </Notice>
      {gone.length > 0 && (
        <Notice
          title={`The folder still holds ${gone.length} that ${gone.length === 1 ? 'is' : 'are'} not here any more.`}
          actions={
            <Button small onClick={() => setAsking(true)}>
              Remove from the folder…
            </Button>
          }
        >
          {names}. Restoring the folder brings {gone.length === 1 ? 'it' : 'them'} back.
        </Notice>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${gone.length} from the folder?`}
        description={`${names}: deleted here, and then in the folder too. They cannot be brought back.`}
        confirmLabel="Remove"
        onConfirm={() => {
          setAsking(false);
          onClear();
        }}
      />
    </>
  );
}
