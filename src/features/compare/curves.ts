import type { Range, Series } from '../../charts/series';
import { metricsOf, type Relevant, type Setting } from '../../domain/comparison';
import type { MetricKey } from '../../domain/metrics';
import type { EpochPoint } from '../../domain/run';
import { spread } from '../../domain/spread';

const validOf = (point: EpochPoint, relevant: Relevant): EpochPoint['valid'] | undefined =>
  relevant === 'all' ? point.valid : point.validLiked;

/** A validation metric by epoch, mean over seeds, with ± one standard deviation around it; as long as all seeds have it. */
export function settingSeries(
  settings: readonly Setting[],
  epochs: ReadonlyMap<string, readonly EpochPoint[]>,
  metric: MetricKey,
  relevant: Relevant,
): Series[] {
  return settings.map((setting): Series => {
    const runs = setting.runs.map(({ id }) => epochs.get(id) ?? []);
    const common = Math.min(...runs.map(({ length }) => length));
    const points: [number, number][] = [];
    const band: Range[] = [];
    for (let epoch = 0; epoch < common; epoch++) {
      const values = runs.flatMap((run) => {
        const point = run[epoch];
        return (point && validOf(point, relevant)?.[metric]) ?? [];
      });
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
