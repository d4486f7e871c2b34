import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { newId } from '../../domain/ids';
import { useStudies } from '../../state/studies';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { NameForm } from '../../ui/NameForm';
import { FaultNotice } from '../../ui/Notice';
import styles from './compare.module.css';

interface KeepButtonProps {
  readonly ids: readonly string[];
  /** What the comparison is called unless a person says otherwise. */
  readonly proposed: string;
}

/** Keeps a comparison, as it is looked at, among the studies. */
export function KeepButton({ ids, proposed }: KeepButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Keep…</Button>
      {open && <KeepDialog ids={ids} proposed={proposed} onClose={() => setOpen(false)} />}
    </>
  );
}

function KeepDialog({ ids, proposed, onClose }: KeepButtonProps & { readonly onClose: () => void }) {
  const [parameters] = useSearchParams();
  const [kept, setKept] = useState<string | null>(null);
  const fault = useStudies((state) => state.fault);
  const keep = (name: string): void => {
    const look = new URLSearchParams(parameters);
    look.delete('runs');
    const comparison = { id: newId(), name, notes: '', createdAt: new Date().toISOString(), runs: ids };
    void useStudies
      .getState()
      .keep({ ...comparison, look: look.toString() })
      .then(() => setKept(useStudies.getState().fault === null ? name : null));
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Keep this comparison"
      description="It is then among the studies: these runs, and how you look at them."
    >
      {fault && <FaultNotice fault={fault} />}
      {kept !== null ? (
        <div className={styles.keepButtons}>
          <span role="status">Kept as “{kept}”.</span>
          <ButtonLink to="/studies">Open the studies</ButtonLink>
          <Button onClick={onClose}>Close</Button>
        </div>
      ) : (
        <NameForm
          initial={proposed}
          missing="A comparison needs a name."
          verb="Keep"
          onCancel={onClose}
          onSubmit={keep}
        />
      )}
    </Dialog>
  );
}
