import { useState, type ReactNode } from 'react';
import { Field, Input, TextArea } from '../../ui/Field';

interface DraftInputProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly value: string;
  /** What is wrong with a text; null takes it. */
  readonly problem: (text: string) => string | null;
  readonly onValue: (text: string) => void;
  readonly list?: string;
  /** A field of so many lines. */
  readonly lines?: number;
  readonly numeric?: boolean;
  readonly className?: string;
}

/** A text that counts once it is right and the field is left, so that no half-written one is stored. */
export function DraftInput({
  label,
  help,
  value,
  problem,
  onValue,
  list,
  lines,
  numeric = false,
  className,
}: DraftInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? value;
  const error = problem(shown);
  const commit = (): void => {
    if (draft === null || error !== null) return;
    setDraft(null);
    if (draft !== value) onValue(draft);
  };
  return (
    <Field label={label} help={help} error={error} {...(className && { className })}>
      {(control) =>
        lines ? (
          <TextArea
            {...control}
            rows={lines}
            value={shown}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={commit}
          />
        ) : (
          <Input
            {...control}
            {...(list && { list })}
            {...(numeric && { inputMode: 'numeric' })}
            value={shown}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={commit}
            onKeyDown={(event) => event.key === 'Enter' && commit()}
          />
        )
      }
    </Field>
  );
}

/** For whole numbers from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): string | null => {
    const value = Number(text);
    return text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most
      ? null
      : `A whole number from ${least} to ${most}.`;
  };
