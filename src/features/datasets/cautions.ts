import type { DatasetDocument } from '../../domain/dataset';
import { MODEL_TABLES } from '../../domain/models/catalogue';
import { cautionsFor } from '../../domain/needs';
import { presetsFor, startConfig } from '../../domain/presets';

type Basis = Pick<DatasetDocument, 'name' | 'features' | 'statistics'>;

/** What each model should be warned of here: as it is recommended or, where that is well, as the first preset that is not. */
export function modelCautions(dataset: Basis): { readonly model: string; readonly text: string }[] {
  const able = MODEL_TABLES.filter(
    ({ minModalities }) => dataset.features.filter(({ scope }) => scope === 'item').length >= minModalities,
  );
  return able.flatMap(({ id, name }) => {
    const start = cautionsFor(id, startConfig(id, null, {}, dataset), dataset);
    if (start.length > 0) return [{ model: name, text: start.join(' ') }];
    for (const preset of presetsFor(id, dataset)) {
      const cautions = cautionsFor(id, startConfig(id, preset.id, {}, dataset), dataset);
      if (cautions.length > 0) return [{ model: `${name}, “${preset.label}”`, text: cautions.join(' ') }];
    }
    return [];
  });
}
