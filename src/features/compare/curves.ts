import type { Range, Series } from '../../charts/series';
import { metricsOf, type Relevant, type Setting } from '../../domain/comparison';
import type { MetricKey, Metrics } from '../../domain/metrics';
import { spread } from '../../domain/spread';

/** An epoch, with as many of its validation metrics as are known. */
export interface CurvePoint {
  readonly epoch: number;
  readonly valid: Partial<Metrics> | null;
  readonly validLiked?: Partial<Metrics>;
}

const validOf = (point: CurvePoint, relevant: Relevant): CurvePoint['valid'] | undefined =>
  relevant === 'all' ? point.valid : point.validLiked;

/** A validation metric by epoch, mean over seeds, with ± one standard deviation around it, where all seeds have it. */
export function settingSeries(
  settings: readonly Setting[],
  epochs: ReadonlyMap<string, readonly CurvePoint[]>,
  metric: MetricKey,
  relevant: Relevant,
): Series[] {
  return settings.map((setting): Series => {
    const runs = setting.runs.map(
      ({ id }) => new Map((epochs.get(id) ?? []).map((point) => [point.epoch, validOf(point, relevant)?.[metric]])),
    );
    const points: [number, number][] = [];
    const band: Range[] = [];
    for (const epoch of runs[0]?.keys() ?? []) {
      const values = runs.flatMap((run) => run.get(epoch) ?? []);
      const { mean, sd } = spread(values);
      if (mean === null || values.length < runs.length) continue;
      points.push([epoch + 1, mean]);
      if (sd !== null) band.push([epoch + 1, mean - sd, mean + sd]);
    }
    return { name: setting.label, kind: 'evaluation', points, ...(band.length > 0 && { band }) };
  });
}

/** Whether any of the settings was evaluated over liked items too. */
export const isRated = (settings: readonly Setting[]): boolean =>
  settings.some(({ runs }) => runs.some(({ result }) => metricsOf(result, 'liked') !== undefined));
