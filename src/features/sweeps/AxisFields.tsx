import { IconButton } from '../../ui/Button';
import { Checkbox, Choice, Field, Input, Select } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import type { Option, OptionValue } from '../../domain/models/table';
import type { Sweep } from '../../domain/run';
import { startAxis, type AxisDraft, type OfferedOption } from './axisDraft';
import styles from './sweeps.module.css';

interface AxisFieldsProps {
  readonly place: number;
  readonly draft: AxisDraft;
  readonly option: Option;
  readonly offered: readonly OfferedOption[];
  /** The form's value, which new axes start from. */
  readonly value: OptionValue | undefined;
  readonly method: Sweep['method'];
  readonly problem: string | null;
  readonly onChange: (draft: AxisDraft) => void;
  /** Absent for the only axis. */
  readonly onRemove: (() => void) | null;
  readonly valueOf: (key: string) => OptionValue | undefined;
}

/** One axis: which option, and the values that it takes. */
export function AxisFields({
  place,
  draft,
  option,
  offered,
  value,
  method,
  problem,
  onChange,
  onRemove,
  valueOf,
}: AxisFieldsProps) {
  const numeric = option.type === 'integer' || option.type === 'number';
  const choose = (key: string): void => {
    const chosen = offered.find((one) => one.option.key === key);
    if (chosen) onChange(startAxis(chosen.option, valueOf(key)));
  };
  return (
    <fieldset className={styles.axis}>
      <legend className="visually-hidden">Axis {place + 1}</legend>
      <Field label={`Axis ${place + 1}`} help={<code>{option.key}</code>}>
        {(control) => (
          <Select
            {...control}
            value={draft.key}
            options={offered.map(({ option: { key, label }, idle }) => ({
              value: key,
              label: idle ? `${label} (no effect here)` : label,
              disabled: idle,
            }))}
            onValueChange={choose}
          />
        )}
      </Field>
      <div className={styles.values}>
        {numeric && method === 'random' && (
          <Choice
            segments
            label={`Draws of axis ${place + 1}`}
            hideLabel
            value={draft.ranged ? 'range' : 'values'}
            options={[
              { value: 'values', label: 'from values' },
              { value: 'range', label: 'from a range' },
            ]}
            onValueChange={(next) => onChange({ ...draft, ranged: next === 'range' })}
          />
        )}
        {!numeric ? (
          <Values option={option} draft={draft} problem={problem} onChange={onChange} />
        ) : method === 'random' && draft.ranged ? (
          <div className={styles.range}>
            <Field label="From" {...(problem && { error: problem })}>
              {(control) => (
                <Input
                  {...control}
                  inputMode="decimal"
                  value={draft.low}
                  onChange={(event) => onChange({ ...draft, low: event.target.value })}
                />
              )}
            </Field>
            <Field label="To">
              {(control) => (
                <Input
                  {...control}
                  inputMode="decimal"
                  value={draft.high}
                  onChange={(event) => onChange({ ...draft, high: event.target.value })}
                />
              )}
            </Field>
            <Checkbox label="Log-uniform" checked={draft.log} onCheckedChange={(log) => onChange({ ...draft, log })} />
          </div>
        ) : (
          <Field
            label={`Values of ${option.label}`}
            help={`Separated by commas. Form value: ${String(value)}.`}
            {...(problem && { error: problem })}
          >
            {(control) => (
              <Input
                {...control}
                inputMode="decimal"
                value={draft.text}
                onChange={(event) => onChange({ ...draft, text: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
      {onRemove && <IconButton label={`Remove axis ${place + 1}`} icon={<Icon name="close" />} onClick={onRemove} />}
    </fieldset>
  );
}

/** The choices of an option, or on and off, to be ticked. */
function Values({
  option,
  draft,
  problem,
  onChange,
}: Pick<AxisFieldsProps, 'option' | 'draft' | 'problem' | 'onChange'>) {
  const all: readonly { readonly value: OptionValue; readonly label: string }[] =
    option.type === 'choice'
      ? option.choices
      : [
          { value: true, label: 'on' },
          { value: false, label: 'off' },
        ];
  return (
    <div role="group" aria-label={`Values of ${option.label}`} className={styles.ticks}>
      {all.map(({ value, label }) => (
        <Checkbox
          key={String(value)}
          label={label}
          checked={draft.chosen.includes(value)}
          // In the order of the table, whatever is ticked last.
          onCheckedChange={(checked) =>
            onChange({
              ...draft,
              chosen: all.flatMap((one) =>
                (one.value === value ? checked : draft.chosen.includes(one.value)) ? [one.value] : [],
              ),
            })
          }
        />
      ))}
      {problem && <p className={styles.problem}>{problem}</p>}
    </div>
  );
}
