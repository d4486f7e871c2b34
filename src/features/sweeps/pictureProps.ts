import type { MetricKey } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import type { Measured, PointRow } from './points';

/** What a picture of the sweep is given. Its axes are those that take several values. */
export interface PictureProps {
  readonly rows: readonly PointRow[];
  readonly first: RunSummary;
  readonly metric: MetricKey;
  readonly where: Measured;
}
