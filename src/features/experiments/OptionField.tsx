import { memo, useId, useMemo, useState } from 'react';
import { classNames } from '../../ui/classNames';
import { Button } from '../../ui/Button';
import { Checkbox, Field, Input, Select, type ControlProps } from '../../ui/Field';
import type { DatasetDocument } from '../../domain/dataset';
import { optionProblem } from '../../domain/models/config';
import type { NumberOption, Option, OptionValue } from '../../domain/models/table';
import { lackingChoices, valueWords } from '../drafts/options';
import styles from './experiments.module.css';

interface OptionFieldProps {
  readonly option: Option;
  readonly value: OptionValue | undefined;
  /** What the model recommends here, where that is not the default. */
  readonly recommended: OptionValue | undefined;
  readonly dataset: DatasetDocument | null;
  /** Why it has no effect now; null when it has one. */
  readonly idle: string | null;
  readonly onChange: (key: string, value: OptionValue) => void;
}

/** One option of a model: control, help with the paper's section, problem, and the way back to what is proposed. */
export const OptionField = memo(function OptionField({
  option,
  value,
  recommended,
  dataset,
  idle,
  onChange,
}: OptionFieldProps) {
  const lacks = useMemo(() => lackingChoices(option, dataset), [option, dataset]);
  const changed = value !== option.default;
  const asRecommended = recommended !== undefined && value === recommended;
  const chosenLacks = lacks.get(String(value));
  const problem =
    optionProblem(option, value) ?? (idle === null && chosenLacks ? `${chosenLacks} Choose something else.` : null);
  const proposed =
    recommended !== undefined && !asRecommended
      ? { word: 'recommended', value: recommended }
      : changed && !lacks.has(String(option.default))
        ? { word: 'default', value: option.default }
        : null;
  const help = (
    <>
      {idle && <strong className={styles.idleWords}>{idle} </strong>}
      {option.help}
      {[...new Set(lacks.values())].filter((reason) => reason !== chosenLacks).map((reason) => ` ${reason}`)}
      {option.section && (
        <span className={styles.section}>
          {' '}
          {/^\d/.test(option.section) ? `§ ${option.section}` : `(${option.section})`}
        </span>
      )}
    </>
  );
  const label = (
    <>
      {option.label}
      {(changed || asRecommended) && (
        <span className={styles.changed}>
          {asRecommended ? '◆' : '●'}{' '}
          <span className="visually-hidden">
            {asRecommended ? 'as recommended for this dataset' : 'changed from the default'}
          </span>
        </span>
      )}
    </>
  );
  const set = (next: OptionValue): void => onChange(option.key, next);
  return (
    <div className={classNames(styles.option, idle !== null && styles.idle)} data-proposed={proposed?.word}>
      {option.type === 'boolean' ? (
        <Checkbox label={label} help={help} checked={value === true} onCheckedChange={set} />
      ) : (
        <Field label={label} help={help} {...(problem && { error: problem })}>
          {(control) =>
            option.type === 'choice' ? (
              <Select
                {...control}
                value={String(value)}
                options={option.choices.map((choice) =>
                  lacks.has(choice.value)
                    ? { ...choice, label: `${choice.label} – not in this dataset`, disabled: true }
                    : choice,
                )}
                onValueChange={set}
              />
            ) : (
              <NumberInput option={option} value={value} onChange={set} control={control} />
            )
          }
        </Field>
      )}
      {proposed && (
        <Button
          small
          variant="quiet"
          className={styles.reset}
          aria-label={`Reset ${option.label} to ${valueWords(option, proposed.value)}`}
          onClick={() => set(proposed.value)}
        >
          ↺ {proposed.word} {option.type !== 'choice' && valueWords(option, proposed.value)}
        </Button>
      )}
    </div>
  );
});

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
