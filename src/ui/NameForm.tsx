import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from './Button';
import { Field, Input } from './Field';
import styles from './NameForm.module.css';

interface NameFormProps {
  readonly initial: string;
  /** Said where the name is empty: `A run needs a name.` */
  readonly missing: string;
  /** The verb: `Rename`. */
  readonly verb: string;
  /** Without blanks at its ends, and not empty. */
  readonly onSubmit: (name: string) => void;
  readonly onCancel: () => void;
  /** Further fields under the name. */
  readonly children?: ReactNode;
}

/** A name that must not be empty, in a dialog. */
export function NameForm({ initial, missing, verb, onSubmit, onCancel, children }: NameFormProps) {
  const [name, setName] = useState(initial);
  const trimmed = name.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed !== '') onSubmit(trimmed);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label="Name" {...(trimmed === '' && { error: missing })}>
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
      {children}
      <div className={styles.buttons}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={trimmed === ''}>
          {verb}
        </Button>
      </div>
    </form>
  );
}
