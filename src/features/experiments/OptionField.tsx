import { memo, useId, useState } from 'react';
import { Button } from '../../app/primitives/Button';
import { Checkbox, Field, Input, Select, type ControlProps } from '../../app/primitives/Field';
import { optionProblem } from '../../domain/models/catalogue';
import type { NumberOption, Option, OptionValue } from '../../domain/models/table';
import styles from './experiments.module.css';

interface OptionFieldProps {
  readonly option: Option;
  readonly value: OptionValue | undefined;
  readonly onChange: (key: string, value: OptionValue) => void;
}

/** One option of a model: control, help with the paper's section, problem, and the way back to its default. */
export const OptionField = memo(function OptionField({ option, value, onChange }: OptionFieldProps) {
  const changed = value !== option.default;
  const problem = optionProblem(option, value);
  const help = (
    <>
      {option.help}
      {option.section && <span className={styles.section}> § {option.section}</span>}
    </>
  );
  const label = (
    <>
      {option.label}
      {changed && (
        <span className={styles.changed}>
          ● <span className="visually-hidden">changed from the default</span>
        </span>
      )}
    </>
  );
  const set = (next: OptionValue): void => onChange(option.key, next);
  return (
    <div className={styles.option}>
      {option.type === 'boolean' ? (
        <Checkbox label={label} help={help} checked={value === true} onCheckedChange={set} />
      ) : (
        <Field label={label} help={help} {...(problem && { error: problem })}>
          {(control) =>
            option.type === 'choice' ? (
              <Select {...control} value={String(value)} options={option.choices} onValueChange={set} />
            ) : (
              <NumberInput option={option} value={value} onChange={set} control={control} />
            )
          }
        </Field>
      )}
      {changed && (
        <Button small variant="quiet" className={styles.reset} aria-label={`Reset ${option.label} to ${defaultWords(option)}`} onClick={() => set(option.default)}>
          ↺ default {defaultWords(option)}
        </Button>
      )}
    </div>
  );
});

function defaultWords(option: Option): string {
  if (option.type === 'boolean') return option.default ? 'on' : 'off';
  return String(option.default);
}

interface NumberInputProps {
  readonly option: NumberOption;
  readonly value: OptionValue | undefined;
  readonly onChange: (value: OptionValue) => void;
  readonly control: ControlProps;
}

/** Keeps what is typed (`1e-`, `0.0`) while it already means, or does not yet mean, a number. */
function NumberInput({ option, value, onChange, control }: NumberInputProps) {
  const list = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed !== null && valueOf(typed) === value ? typed : String(value ?? '');
  return (
    <>
      <Input
        {...control}
        inputMode={option.type === 'integer' ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={text}
        {...(option.suggested && { list })}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(valueOf(event.target.value));
        }}
      />
      {option.suggested && (
        <datalist id={list}>
          {option.suggested.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** A number where the text is one, otherwise the text itself, which the option then refuses in words. */
function valueOf(text: string): OptionValue {
  const value = text.trim() === '' ? NaN : Number(text.replace('−', '-'));
  return Number.isFinite(value) ? value : text;
}
