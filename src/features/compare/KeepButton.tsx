import { useState, type FormEvent } from 'react';
import { useSearchParams } from 'react-router';
import { newId } from '../../domain/ids';
import { useStudies } from '../../state/studies';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Input } from '../../ui/Field';
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
  const [name, setName] = useState(proposed);
  const [kept, setKept] = useState(false);
  const fault = useStudies((state) => state.fault);
  const trimmed = name.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed === '') return;
    const look = new URLSearchParams(parameters);
    look.delete('runs');
    const comparison = { id: newId(), name: trimmed, notes: '', createdAt: new Date().toISOString(), runs: ids };
    void useStudies
      .getState()
      .keep({ ...comparison, look: look.toString() })
      .then(() => setKept(useStudies.getState().fault === null));
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Keep this comparison"
      description="It is then among the studies: these runs, and how you look at them."
    >
      {fault && <FaultNotice fault={fault} />}
      {kept ? (
        <div className={styles.keepButtons}>
          <span role="status">Kept as “{trimmed}”.</span>
          <ButtonLink to="/studies">Open the studies</ButtonLink>
          <Button onClick={onClose}>Close</Button>
        </div>
      ) : (
        <form className={styles.column} onSubmit={submit}>
          <Field label="Name" {...(trimmed === '' && { error: 'A comparison needs a name.' })}>
            {(control) => (
              <Input
                {...control}
                autoFocus
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <div className={styles.keepButtons}>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" disabled={trimmed === ''}>
              Keep
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
