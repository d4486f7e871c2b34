import { Progress } from 'radix-ui';
import styles from './ProgressBar.module.css';

interface ProgressBarProps {
  readonly label: string;
  /** In [0, 1]; null while the whole is unknown. */
  readonly fraction: number | null;
  /** How the value is read out: `12.3 MB of 116 MB`. */
  readonly text?: string;
}

/** A bar beside its number, never instead of it. */
export function ProgressBar({ label, fraction, text }: ProgressBarProps) {
  const value = fraction === null ? null : Math.min(100, Math.max(0, Math.round(fraction * 1000) / 10));
  return (
    <Progress.Root
      className={styles.bar}
      value={value}
      max={100}
      aria-label={label}
      {...(text && { getValueLabel: () => text })}
    >
      <Progress.Indicator className={styles.done} style={{ inlineSize: `${value ?? 0}%` }} />
    </Progress.Root>
  );
}
