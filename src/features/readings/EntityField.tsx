import { useId, useMemo, useState } from 'react';
import { Field, Input } from '../../ui/Field';
import { entityLabel, idFinder, originalIds, type EntityLabels, type Scope } from '../../domain/entityNames';
import { searchNames } from './searchNames';
import styles from './EntityField.module.css';

interface EntityFieldProps {
  readonly label: string;
  readonly scope: Scope;
  readonly labels: EntityLabels | null;
  readonly value: number;
  readonly count: number;
  readonly onChange: (index: number) => void;
}

/** A user or an item, found by its original id or by a part of its name. */
export function EntityField({ label, scope, labels, value, count, onChange }: EntityFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const find = useMemo(() => idFinder(labels, scope, count), [labels, scope, count]);
  const name = (index: number): string => entityLabel(labels, scope, index);
  const found = typed === null ? [value] : searchNames(typed, count, name, find);
  const type = (text: string): void => {
    setTyped(text);
    const exact = find(text) ?? searchNames(text, count, name, find).find((index) => name(index) === text);
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
        found.length === 0 && {
          error: originalIds(labels, scope)
            ? `No match for “${typed}” among the ids and names.`
            : `No match for “${typed}”; ids go from 0 to ${count - 1}.`,
        })}
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
