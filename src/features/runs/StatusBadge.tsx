import type { RunStatus } from '../../domain/run';
import { STATUS_WORDS } from '../readings/words';
import styles from './runs.module.css';

export function StatusBadge({ status }: { readonly status: RunStatus }) {
  const { glyph, label, tone } = STATUS_WORDS[status];
  return (
    <span className={styles.status} data-tone={tone}>
      <span aria-hidden className={styles.glyph}>
        {glyph}
      </span>
      {label}
    </span>
  );
}
