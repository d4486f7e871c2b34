import { plural } from '../../ui/format';
import { modelTable } from '../../domain/models/catalogue';
import type { Experiment, SweepAxis } from '../../domain/run';

/** `LightGCN: layers × regWeight on Demo`. */
export const sweepName = (
  { model, dataset }: Pick<Experiment, 'model' | 'dataset'>,
  axes: readonly SweepAxis[],
): string => `${modelTable(model).name}: ${axes.map(({ key }) => key).join(' × ')} on ${dataset.name}`;

/** How many runs there will be, and why so many: `4 × 3 values = 12 points × 2 seeds = 24 runs`. */
export function countWords(
  axes: readonly SweepAxis[],
  method: 'grid' | 'random',
  points: number,
  leftOut: number,
  seeds: number,
  before: number,
): string {
  if (axes.length === 0) return 'No runs yet: give every axis its values.';
  const product = axes.map(({ values }) => values.length).join(' × ');
  const without = leftOut > 0 ? ` − ${leftOut}` : '';
  const source =
    method === 'grid'
      ? `${product} ${axes.length === 1 && axes[0]?.values.length === 1 ? 'value' : 'values'}${without} = `
      : '';
  const first = before > 0 ? `, after ${plural(before, 'pre-training run')}` : '';
  return `${source}${plural(points, 'point')} × ${plural(seeds, 'seed')} = ${plural(points * seeds, 'run')}${first}.`;
}
