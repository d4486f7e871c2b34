import { useState } from 'react';
import type { Choice as Question, DatasetReading, FileTaken, ReadingQuestions } from '../../domain/reading';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Disclosure } from '../../ui/Disclosure';
import { Choice } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { FileCard } from './FileCard';
import { answersOf, draftOf, draftProblems, withFile, type ReadingDraft } from './readingDraft';
import styles from './ReadingDialog.module.css';

interface ReadingDialogProps {
  readonly questions: ReadingQuestions;
  /** `asked`: the import waits for the answers. `again`: everything is shown, to be read differently. */
  readonly mode: 'asked' | 'again';
  readonly onAnswer: (reading: DatasetReading) => void;
  readonly onClose: () => void;
}

/** Says what is what: each file's role, each column's use, whose rows the ids are. */
export function ReadingDialog({ questions, mode, onAnswer, onClose }: ReadingDialogProps) {
  const [draft, setDraft] = useState<ReadingDraft>(() => draftOf(questions));
  const { files, ids, validation } = questions;
  const first = files.filter(({ question, reading }) =>
    mode === 'asked' ? question !== null : reading.role !== 'unused',
  );
  const others = files.filter((file) => !first.includes(file));
  const problems = draftProblems(files, draft, files.length > 0 && mode === 'again');
  const card = (file: FileTaken) => (
    <FileCard
      key={file.path}
      file={file}
      reading={draft.files[file.path] ?? file.reading}
      onChange={(reading) => setDraft(withFile(draft, file.path, reading))}
    />
  );
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={mode === 'asked' ? 'How should these files be read?' : 'Read the files differently'}
      description={
        mode === 'asked'
          ? 'More than one reading is possible. The likeliest is filled in; check it against the first rows.'
          : 'Change what a file or a column is. The files are then read again.'
      }
      actions={
        <>
          <Button onClick={onClose}>{mode === 'asked' ? 'Cancel the import' : 'Cancel'}</Button>
          <Button
            variant="primary"
            disabled={problems.length > 0}
            onClick={() => onAnswer(answersOf(mode === 'asked' ? onlyAsked(draft, files) : draft))}
          >
            {mode === 'asked' ? 'Continue' : 'Read again'}
          </Button>
        </>
      }
    >
      <div className={styles.body}>
        {first.map(card)}
        {ids.user && <IdChoice label="User ids" question={ids.user} draft={draft} scope="user" onChange={setDraft} />}
        {ids.item && <IdChoice label="Item ids" question={ids.item} draft={draft} scope="item" onChange={setDraft} />}
        {validation && (
          <section className={styles.card}>
            <p>{validation.question}</p>
            <p className={styles.answer}>{validation.answers[0]?.label}</p>
          </section>
        )}
        {others.length > 0 && (
          <Disclosure
            title={mode === 'asked' ? 'Other files' : 'Files that are not used'}
            summary={plural(others.length, 'file')}
          >
            <div className={styles.body}>{others.map(card)}</div>
          </Disclosure>
        )}
      </div>
      {problems.length > 0 && (
        <Notice tone="warning" live="polite" title={problems[0] ?? ''}>
          {problems.slice(1).join(' ')}
        </Notice>
      )}
    </Dialog>
  );
}

/** Answers about files that were shown with a question, or changed. */
function onlyAsked(draft: ReadingDraft, files: readonly FileTaken[]): ReadingDraft {
  const kept = files.filter(({ path, question, reading }) => question !== null || draft.files[path] !== reading);
  return { ...draft, files: Object.fromEntries(kept.map(({ path, reading }) => [path, draft.files[path] ?? reading])) };
}

interface IdChoiceProps<T extends string> {
  readonly label: string;
  readonly question: Question<T>;
  readonly scope: 'user' | 'item';
  readonly draft: ReadingDraft;
  readonly onChange: (draft: ReadingDraft) => void;
}

function IdChoice({
  label,
  question,
  scope,
  draft,
  onChange,
}: IdChoiceProps<NonNullable<ReadingDraft['ids']['item']>>) {
  return (
    <section className={styles.card}>
      <p>{question.question}</p>
      <Choice
        label={label}
        value={draft.ids[scope] ?? question.suggested}
        options={question.answers}
        onValueChange={(value) => onChange({ ...draft, ids: { ...draft.ids, [scope]: value } })}
      />
    </section>
  );
}
