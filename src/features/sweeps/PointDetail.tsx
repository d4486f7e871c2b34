import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { Measured, PointRow } from './points';
import { RunLinks } from '../readings/RunLinks';
import { valueWords } from './sweepWords';

interface PointDetailProps {
  /** null before any result. */
  readonly row: PointRow | null;
  /** Shown because it is the best of the picture, not because it was chosen. */
  readonly isBest: boolean;
  readonly where: Measured;
  readonly metric: MetricKey;
}

/** One point in words, with its runs. */
export function PointDetail({ row, isBest, where, metric }: PointDetailProps) {
  if (!row) return null;
  return (
    <p role="status">
      {isBest && '★ '}
      <code>{row.label}</code>: {metricLabel(metric)} {valueWords(row, where, metric)} · runs by seed:{' '}
      <RunLinks runs={row.runs} />
    </p>
  );
}
