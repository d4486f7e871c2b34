import { plural } from '../../ui/format';
import type { DatasetDocument } from '../../domain/dataset';
import { MODEL_TABLES } from '../../domain/models/catalogue';
import type { ModelTable } from '../../domain/models/table';

/** Why this model cannot be trained on this dataset, and what can be done; null when it can. */
export function needsProblem(
  model: ModelTable,
  dataset: DatasetDocument | null,
): { readonly message: string; readonly hint: string } | null {
  if (!dataset) return null;
  const matrices = dataset.features.filter(({ scope }) => scope === 'item');
  if (matrices.length >= model.minModalities) return null;
  const others = MODEL_TABLES.filter(({ minModalities }) => minModalities <= matrices.length).map(({ name }) => name);
  return {
    message: `${model.name} needs ${plural(model.minModalities, 'item feature matrix', 'item feature matrices')}, and ${dataset.name} has ${matrices.length === 0 ? 'none' : matrices.length}.`,
    hint: `Import the dataset with its feature files (image_feat.npy, text_feat.npy, …), or choose ${others.join(', ')}.`,
  };
}
