import { useState } from 'react';
import { formatBytes } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Checkbox } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { ProgressBar } from '../../ui/ProgressBar';
import { saveBlob } from '../../charts/download';
import { faultOf, type Fault } from '../../domain/errors';
import { makeFile } from '../../state/sharing';
import type { Phase } from '../../state/workerThread';

/** Saves everything that this browser keeps for the page. */
export function BackupButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        <Icon name="download" />
        Back up…
      </Button>
      {open && <BackupDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function BackupDialog({ onClose }: { readonly onClose: () => void }) {
  const [weights, setWeights] = useState(true);
  const [phase, setPhase] = useState<Phase | null>(null);
  const [said, setSaid] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const save = (): void => {
    setPhase({ text: 'reading', fraction: 0 });
    setFault(null);
    makeFile({ type: 'backup', weights }, { onPhase: setPhase })
      .then(
        (file) => {
          saveBlob(`lodestone-${new Date().toISOString().slice(0, 10)}.lodestone.zip`, file);
          setSaid(`Saved, ${formatBytes(file.size)}`);
        },
        (error: unknown) => setFault(faultOf(error)),
      )
      .finally(() => setPhase(null));
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Back up everything"
      description="One archive with all datasets, runs and answers of model servers in this browser. Drop it on the Runs page, here or in another browser, to restore what is missing; what is there stays as it is. What this version cannot read is saved as it is stored, in the archive’s folder “unreadable”, and is not restored. The archive does not contain the theme, the backend, the form’s draft, or texts and pictures for the reasoning stage."
      actions={
        <>
          <span role="status">{said}</span>
          <Button variant="primary" disabled={phase !== null} onClick={save}>
            Save the archive
          </Button>
        </>
      }
    >
      <Checkbox
        label="With weights"
        help="Views that compute something new, such as the projection, need them."
        checked={weights}
        onCheckedChange={setWeights}
      />
      {phase && <ProgressBar label="Backup" fraction={phase.fraction} text={phase.text} />}
      {phase && <p>{phase.text}</p>}
      {fault && <FaultNotice fault={fault} />}
    </Dialog>
  );
}
