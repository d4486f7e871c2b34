import { useEffect, useState } from 'react';
import { useStudies } from '../../state/studies';
import { IconButton } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, TextArea } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { NameForm } from '../../ui/NameForm';
import type { StudyWords } from '../../domain/study';
import styles from './StudyWords.module.css';

const NOTHING: StudyWords = { name: '', notes: '' };

/** What a person wrote about a set of runs; its own name where nobody gave it another. */
export function useStudyWords(id: string, ownName: string): StudyWords {
  useEffect(() => void useStudies.getState().load(), []);
  const words = useStudies((state) => state.words[id]) ?? NOTHING;
  return { name: words.name || ownName, notes: words.notes };
}

/** Notes of a study, as they were written. */
export const StudyNotes = ({ notes }: { readonly notes: string }) =>
  notes === '' ? null : <p className={styles.notes}>{notes}</p>;

interface StudyWordsButtonProps extends StudyWords {
  readonly id: string;
}

/** Opens the dialog in which a study gets its name and notes. */
export function StudyWordsButton({ id, name, notes }: StudyWordsButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        small
        label={`Rename, and write notes on ${name}`}
        icon={<Icon name="note" />}
        onClick={() => setOpen(true)}
      />
      {open && <StudyWordsDialog id={id} name={name} notes={notes} onClose={() => setOpen(false)} />}
    </>
  );
}

function StudyWordsDialog({
  id,
  name: before,
  notes: notesBefore,
  onClose,
}: StudyWordsButtonProps & { readonly onClose: () => void }) {
  const [notes, setNotes] = useState(notesBefore);
  return (
    <Dialog open onOpenChange={onClose} title="Name and notes">
      <NameForm
        initial={before}
        missing="A study needs a name."
        verb="Save"
        onCancel={onClose}
        onSubmit={(name) => {
          void useStudies.getState().write(id, { name, notes });
          onClose();
        }}
      >
        <Field label="Notes" help="Kept in this browser, and in backups.">
          {(control) => (
            <TextArea {...control} rows={5} value={notes} onChange={(event) => setNotes(event.target.value)} />
          )}
        </Field>
      </NameForm>
    </Dialog>
  );
}
