import { useEffect, useState } from 'react';
import { formatDateTime } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Checkbox, Choice } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { ProgressBar } from '../../ui/ProgressBar';
import { useBackup } from '../../state/backup';
import { canPickFolder } from '../../state/folderAccess';
import { useKept } from '../../state/keptHere';
import { BackupFolder } from './BackupFolder';
import { BackupResult } from './BackupResult';
import { saveArchive } from './backUp';

type Where = 'archive' | 'folder';

const PLACES = [
  { value: 'archive', label: 'One archive', help: 'A .lodestone.zip with everything, saved as a download.' },
  {
    value: 'folder',
    label: 'A folder',
    help: 'One file for each dataset and run. The next backup writes only what is new or has changed.',
  },
] as const;

/** Saves everything as an archive, or what has changed into a folder. A backup goes on when the dialog is closed. */
export function BackupDialog({ onClose }: { readonly onClose: () => void }) {
  const { folder, phase, done, fault, load, toFolder } = useBackup();
  const backupAt = useKept((state) => state.backupAt);
  const [chosen, setChosen] = useState<Where | null>(null);
  const [weights, setWeights] = useState(true);
  useEffect(() => void load(), [load]);
  const where: Where = canPickFolder() ? (chosen ?? (folder ? 'folder' : 'archive')) : 'archive';
  const isFolder = where === 'folder';
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Back up everything"
      description="All datasets, runs, answers of model servers, reports, names of studies and presets in this browser. Every backup is read back and compared before it counts. It does not contain the theme, the backend, the form’s draft, or texts and pictures for the reasoning stage. What this version cannot read is saved, and restored, as it is stored."
      actions={
        <Button
          variant="primary"
          disabled={phase !== null || (isFolder && !folder)}
          onClick={() => void (isFolder ? toFolder(weights) : saveArchive(weights))}
        >
          {isFolder ? 'Back up to the folder' : 'Save the archive'}
        </Button>
      }
    >
      {canPickFolder() && <Choice label="Where to" value={where} options={PLACES} onValueChange={setChosen} />}
      {isFolder && <BackupFolder />}
      <Checkbox
        label="With weights"
        help="Views that compute something new, such as the projection, need them."
        checked={weights}
        onCheckedChange={setWeights}
      />
      <p>{backupAt ? `Last backup: ${formatDateTime(backupAt)}.` : 'This browser has made no backup yet.'}</p>
      {phase && <ProgressBar label="Backup" fraction={phase.fraction} text={phase.text} />}
      {phase && <p>{phase.text}</p>}
      {fault && <FaultNotice fault={fault} />}
      {done && <BackupResult done={done} onClear={() => void toFolder(weights, true)} />}
    </Dialog>
  );
}
