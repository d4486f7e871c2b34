import styles from './heatMap.module.css';

const STEPS = 16;

interface HeatMapLegendProps {
  readonly id: string;
  readonly ramp: (share: number) => string;
  readonly ends: readonly [string, string];
  readonly label: string;
}

/** The colours of a heat map, from end to end. */
export function HeatMapLegend({ id, ramp, ends: [low, high], label }: HeatMapLegendProps) {
  const stops = Array.from({ length: STEPS + 1 }, (_, i) => ramp(i / STEPS));
  return (
    <div className={styles.legend} role="img" aria-labelledby={`${id}-low ${id}-high ${id}-legend`}>
      <span id={`${id}-low`}>{low}</span>
      <span className={styles.ramp} style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }} />
      <span id={`${id}-high`}>{high}</span>
      <span id={`${id}-legend`} className={styles.legendLabel}>
        {label}
      </span>
    </div>
  );
}
