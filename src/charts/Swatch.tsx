import styles from './charts.module.css';
import { seriesStyle } from './palette';

/** A piece of a series' line, beside its name. */
export const Swatch = ({ slot }: { readonly slot: number }) => (
  <svg className={styles.swatch} viewBox="0 0 16 8" aria-hidden>
    <line
      x1={0}
      x2={16}
      y1={4}
      y2={4}
      stroke={seriesStyle(slot).colour}
      strokeWidth={2}
      strokeDasharray={seriesStyle(slot).dash}
    />
  </svg>
);
