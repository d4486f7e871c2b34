import { useState } from 'react';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { Button, IconButton } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Input, TextArea } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { RenameDialog } from './RenameDialog';
import { tagsIn } from './tags';
import styles from './runs.module.css';

/** What a person can write about a run, as small buttons: name, notes and tags, pin. */
export function RunWordButtons({ run }: { readonly run: RunSummary }) {
  const [open, setOpen] = useState<'name' | 'notes' | null>(null);
  const written = run.notes !== '' || (run.tags ?? []).length > 0;
  return (
    <>
      <IconButton small label="Rename" icon={<Icon name="note" />} onClick={() => setOpen('name')} />
      <IconButton
        small
        label={written ? 'Edit notes and tags' : 'Add notes and tags'}
        icon={<Icon name="file" />}
        onClick={() => setOpen('notes')}
      />
      <IconButton
        small
        label="Pin"
        icon={<Icon name="pin" />}
        aria-pressed={run.pinned === true}
        onClick={() => void useRuns.getState().edit(run.id, { pinned: !run.pinned })}
      />
      {open === 'name' && <RenameDialog run={run} onClose={() => setOpen(null)} />}
      {open === 'notes' && <NotesDialog run={run} onClose={() => setOpen(null)} />}
    </>
  );
}

/** What a person wrote; nothing where they did not. */
export function RunWords({ run: { notes, tags = [] } }: { readonly run: RunSummary }) {
  if (notes === '' && tags.length === 0) return null;
  return (
    <div className={styles.words}>
      {tags.map((tag) => (
        <span key={tag} className={styles.chip}>
          {tag}
        </span>
      ))}
      {notes !== '' && <p className={styles.notes}>{notes}</p>}
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
