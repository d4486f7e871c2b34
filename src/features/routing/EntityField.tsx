import { useId, useState } from 'react';
import { Field, Input } from '../../ui/Field';
import { searchNames } from './names';
import styles from './routing.module.css';

interface EntityFieldProps {
  readonly label: string;
  readonly value: number;
  readonly count: number;
  readonly name: (index: number) => string;
  readonly onChange: (index: number) => void;
}

/** A user or an item, found by index or by a part of its name. */
export function EntityField({ label, value, count, name, onChange }: EntityFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const found = typed === null ? [value] : searchNames(typed, count, name);
  const type = (text: string): void => {
    setTyped(text);
    const offered = searchNames(text, count, name);
    const exact = offered.find((index) => String(index) === text.trim() || name(index) === text);
    if (exact !== undefined) onChange(exact);
  };
  const accept = (): void => {
    const [first] = found;
    if (typed !== null && first !== undefined) onChange(first);
    setTyped(null);
  };
  return (
    <Field
      label={label}
      {...(typed !== null &&
        typed.trim() !== '' &&
        found.length === 0 && { error: `No match for “${typed}”; indices go from 0 to ${count - 1}.` })}
    >
      {(control) => (
        <>
          <Input
            {...control}
            className={styles.entity}
            list={`${id}-names`}
            value={typed ?? name(value)}
            onFocus={(event) => event.target.select()}
            onChange={(event) => type(event.target.value)}
            onBlur={accept}
            onKeyDown={(event) => event.key === 'Enter' && accept()}
          />
          <datalist id={`${id}-names`}>
            {found.map((index) => (
              <option key={index} value={name(index)} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
