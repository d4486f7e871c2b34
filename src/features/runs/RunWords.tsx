import { useState } from 'react';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Input, TextArea } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { RenameDialog } from './RenameDialog';
import { tagsIn } from './tags';
import styles from './runs.module.css';

/** What a person writes about a run, at its top: name, tags, notes. */
export function RunWords({ run }: { readonly run: RunSummary }) {
  const [open, setOpen] = useState<'name' | 'notes' | null>(null);
  const tags = run.tags ?? [];
  return (
    <div className={styles.words}>
      {tags.map((tag) => (
        <span key={tag} className={styles.chip}>
          {tag}
        </span>
      ))}
      {run.notes !== '' && <p className={styles.notes}>{run.notes}</p>}
      <Button small variant="quiet" onClick={() => setOpen('name')}>
        <Icon name="note" />
        Rename
      </Button>
      <Button small variant="quiet" onClick={() => setOpen('notes')}>
        <Icon name="note" />
        {run.notes === '' && tags.length === 0 ? 'Add notes and tags' : 'Edit notes and tags'}
      </Button>
      <Button
        small
        variant="quiet"
        aria-pressed={run.pinned === true}
        onClick={() => void useRuns.getState().edit(run.id, { pinned: !run.pinned })}
      >
        {run.pinned ? 'Pinned' : 'Pin'}
      </Button>
      {open === 'name' && <RenameDialog run={run} onClose={() => setOpen(null)} />}
      {open === 'notes' && <NotesDialog run={run} onClose={() => setOpen(null)} />}
    </div>
  );
}

function NotesDialog({ run, onClose }: { readonly run: RunSummary; readonly onClose: () => void }) {
  const [notes, setNotes] = useState(run.notes);
  const [tags, setTags] = useState((run.tags ?? []).join(', '));
  const save = (): void => {
    void useRuns.getState().edit(run.id, { notes, tags: tagsIn(tags) });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Notes and tags"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Notes" help="Kept with the run, in files and backups too.">
        {(control) => (
          <TextArea
            {...control}
            autoFocus
            rows={6}
            value={notes}
            onChange={(event) => setNotes(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
            }}
          />
        )}
      </Field>
      <Field label="Tags" help="Separated by commas. Find on the Runs page looks for them too.">
        {(control) => <Input {...control} value={tags} onChange={(event) => setTags(event.target.value)} />}
      </Field>
    </Dialog>
  );
}
