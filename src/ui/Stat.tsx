import type { ReactNode } from 'react';
import { Help } from './Help';
import styles from './Stat.module.css';

interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** What the number means or is compared with. */
  readonly note?: ReactNode;
  /** Behind a `?`: what it is, and what is healthy. */
  readonly help?: ReactNode;
}

/** One labelled number. Put several into a `StatList`. */
export function Stat({ label, value, note, help }: StatProps) {
  return (
    <div className={styles.stat}>
      <dt className={styles.label}>
        {label}
        {help && <Help about={label}>{help}</Help>}
      </dt>
      <dd className={styles.value}>{value}</dd>
      {note && <dd className={styles.note}>{note}</dd>}
    </div>
  );
}

/** `rows`: label left, value right, one below the other; otherwise side by side. */
export function StatList({ rows = false, children }: { readonly rows?: boolean; readonly children: ReactNode }) {
  return <dl className={rows ? styles.rows : styles.list}>{children}</dl>;
}
