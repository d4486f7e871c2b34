import type { DatasetDocument } from './dataset';
import { AppError } from './errors';
import { completeConfig, modelTable } from './models/catalogue';
import type { Config, ModelId, Preset } from './models/table';
import { recommendedFor } from './needs';

export const RECOMMENDED = 'recommended';

/** What can be chosen to start from on a dataset: the recommendation where the model has one, then its papers' settings. */
export function presetsFor(model: ModelId, dataset: Pick<DatasetDocument, 'features' | 'statistics'> | null): Preset[] {
  const table = modelTable(model);
  const recommended =
    table.recommend && dataset
      ? [{ id: RECOMMENDED, label: 'Recommended for this dataset', config: recommendedFor(model, dataset) }]
      : [];
  return [...recommended, ...table.presets];
}

/**
 * A complete configuration: defaults, then a preset (by default the recommendation), then `changes`. Throws
 * `CONFIG_INVALID` for a preset that the model does not have.
 */
export function startConfig(
  model: ModelId,
  preset: string | null,
  changes: Config,
  dataset: Pick<DatasetDocument, 'features' | 'statistics'>,
): Config {
  const presets = presetsFor(model, dataset);
  const found = presets.find(({ id }) => id === (preset ?? RECOMMENDED));
  if (preset !== null && preset !== RECOMMENDED && !found) {
    const known = presets.map(({ id }) => id);
    throw new AppError(
      'CONFIG_INVALID',
      `${modelTable(model).name} has no preset “${preset}”.`,
      known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has no presets.',
      { preset },
    );
  }
  return completeConfig(model, { ...found?.config, ...changes });
}
