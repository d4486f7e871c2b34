import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src/domain/errors';
import { disposeParameter, uploadedParameter, type Parameter } from '../../engine/parameters';
import { gatherRows } from '../../engine/rows';
import { matrixOf } from '../../engine/tensors';
import { featureName, type FeatureMatrix } from '../model';
import { frozenTable, type RowTable, type Storage } from './frozenTable';

/** A feature table on the device: a parameter when it is trained, otherwise constants. */
export interface FeatureTable extends RowTable {
  readonly key: string;
  readonly columns: number;
  readonly parameter: Parameter | null;
}

/** Throws `CONFIG_INVALID` as `frozenTable` does. */
export async function featureTable(feature: FeatureMatrix, train: boolean, storage: Storage): Promise<FeatureTable> {
  const { key, columns } = feature;
  if (!train) return { key, columns, parameter: null, ...(await frozenTable(feature, storage)) };
  const parameter = await uploadedParameter(featureName(key), `raw features of ${key}, items × columns`, feature);
  return { key, columns, parameter, ...trainedTable(parameter) };
}

export function trainedTable(parameter: Parameter): RowTable {
  const table = (): tf.Tensor2D => matrixOf(parameter.tensor);
  return {
    through: (layer, activation = 'linear') => layer.apply(table(), { activation }),
    timesEach: (weights) => weights.map((weight) => tf.matMul(table(), weight)),
    times: (weight) => tf.matMul(table(), weight),
    rows: (index) => gatherRows(table(), index),
    dispose: () => disposeParameter(parameter),
  };
}

/** Makes one thing of each feature matrix after the other: no two are on their way to the device at once. */
export async function forEachFeature<T>(
  features: readonly FeatureMatrix[],
  make: (feature: FeatureMatrix, place: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (const [place, feature] of features.entries()) made.push(await make(feature, place));
  return made;
}

/** Throws `MODEL_NEEDS_FEATURES` when the dataset brings fewer item feature matrices than a model needs. */
export function requireFeatures(features: readonly FeatureMatrix[], model: string): void {
  if (features.length > 0) return;
  throw new AppError(
    'MODEL_NEEDS_FEATURES',
    `${model} needs item features, and this dataset has none.`,
    'Add a feature file such as image_feat.npy to the dataset, or choose a model without features.',
    { model },
  );
}
