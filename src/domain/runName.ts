import { changedOptions, modelTable } from './models/catalogue';
import type { Experiment } from './run';

const SHOWN = 3;

/** What a run is called until a person renames it: what distinguishes it from its neighbours, options included that are not at their defaults. */
export function runName({
  model,
  config,
  dataset,
  seed,
}: Pick<Experiment, 'model' | 'config' | 'dataset' | 'seed'>): string {
  const changed = Object.entries(changedOptions(model, config)).map(([key, value]) => `${key}=${value}`);
  const more = changed.length > SHOWN ? [`${changed.length - SHOWN} more`] : [];
  return [modelTable(model).name, dataset.name, `seed ${seed}`, ...changed.slice(0, SHOWN), ...more].join(' · ');
}
