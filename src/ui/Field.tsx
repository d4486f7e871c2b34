import { useId, type ComponentProps, type ReactNode } from 'react';
import { classNames } from './classNames';
import styles from './Field.module.css';

/** What a control must be given to belong to its label, help and error. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

interface FieldProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  /** What is wrong with the value, and what would be right. */
  readonly error?: ReactNode;
  readonly children: (control: ControlProps) => ReactNode;
  readonly className?: string;
}

export function Field({ label, help, error, children, className }: FieldProps) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({ id, ...(described && { 'aria-describedby': described }), ...(error && { 'aria-invalid': true }) })}
      {help && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={classNames(styles.control, className)} {...rest} />;
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={classNames(styles.control, styles.area, className)} {...rest} />;
}

interface SelectProps<Value extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[];
  readonly onValueChange: (value: Value) => void;
}

/** The platform's own list: reachable by every keyboard, reader and thumb. */
export function Select<Value extends string>({
  value,
  options,
  onValueChange,
  className,
  ...rest
}: SelectProps<Value>) {
  return (
    <select
      className={classNames(styles.control, styles.select, className)}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value);
        if (chosen) onValueChange(chosen.value);
      }}
      {...rest}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled ?? false}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface CheckboxProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly checked: boolean;
  readonly onCheckedChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Checkbox({ label, help, checked, onCheckedChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onCheckedChange(event.target.checked)}
          {...(help && { 'aria-describedby': id })}
        />
        {label}
      </label>
      {help && (
        <p id={id} className={styles.help}>
          {help}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly help?: ReactNode }[];
  readonly onValueChange: (value: Value) => void;
  /** `segments` in one line (the labels are short); otherwise one below the other, with help. */
  readonly segments?: boolean;
  readonly hideLabel?: boolean;
}

/** One of a few. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onValueChange,
  segments = false,
  hideLabel = false,
}: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className={classNames(styles.choice, segments && styles.segments)}>
      <legend className={hideLabel ? 'visually-hidden' : styles.label}>{label}</legend>
      <div className={styles.options}>
        {options.map((option) => (
          <div key={option.value} className={styles.option}>
            <label className={styles.check}>
              <input
                type="radio"
                name={name}
                checked={option.value === value}
                onChange={() => onValueChange(option.value)}
              />
              <span>{option.label}</span>
            </label>
            {option.help && <p className={styles.help}>{option.help}</p>}
          </div>
        ))}
      </div>
    </fieldset>
  );
}
