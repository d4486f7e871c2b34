import { useState, type FormEvent } from 'react';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Input } from '../../ui/Field';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import styles from './runs.module.css';

export function RenameDialog({ run, onClose }: { readonly run: RunSummary; readonly onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const trimmed = name.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed === '') return;
    void useRuns.getState().edit(run.id, { name: trimmed });
    onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title="Rename the run">
      <form className={styles.column} onSubmit={submit}>
        <Field label="Name" {...(trimmed === '' && { error: 'A run needs a name.' })}>
          {(control) => <Input {...control} autoFocus value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <div className={styles.buttons}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={trimmed === ''}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
