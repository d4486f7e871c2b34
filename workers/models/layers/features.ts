import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src/domain/errors';
import { disposeParameter, newParameter, type Parameter } from '../../engine/kernels/adam';
import type { Random } from '../../numbers/rng';
import { gatherRows } from '../../engine/rows';
import { matrixOf } from '../../engine/tensors';
import { featureName, type FeatureMatrix } from '../model';
import { frozenTable, type RowTable, type Storage } from './frozenTable';
import { linearUniform } from './initialisers';

/** A linear layer `x W + b`, `W [in, out]`. */
export interface Linear {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly parameters: readonly Parameter[];
  apply(x: tf.Tensor2D): tf.Tensor2D;
}

/** PyTorch's default initialisation, each tensor from its own stream. */
export function linear(
  name: string,
  meaning: string,
  inputs: number,
  outputs: number,
  random: (name: string) => Random,
): Linear {
  const weight = newParameter(
    `${name}/weight`,
    `${meaning}, [in, out]`,
    [inputs, outputs],
    linearUniform(random(`init/${name}/weight`), inputs, inputs * outputs),
  );
  const bias = newParameter(
    `${name}/bias`,
    `${meaning}, bias`,
    [outputs],
    linearUniform(random(`init/${name}/bias`), inputs, outputs),
  );
  return linearOf(weight, bias);
}

export function linearOf(weight: Parameter, bias: Parameter): Linear {
  return {
    weight,
    bias,
    parameters: [weight, bias],
    apply: (x) => matrixOf(tf.add(tf.matMul(x, matrixOf(weight.tensor)), bias.tensor)),
  };
}

/** A feature table on the device: a parameter when it is trained, otherwise constants. */
export interface FeatureTable extends RowTable {
  readonly key: string;
  readonly columns: number;
  readonly parameter: Parameter | null;
}

/** Throws `CONFIG_INVALID` as `frozenTable` does. */
export function featureTable(feature: FeatureMatrix, train: boolean, storage: Storage): FeatureTable {
  const { key, rows, columns, values } = feature;
  if (!train) return { key, columns, parameter: null, ...frozenTable(feature, storage) };
  const parameter = newParameter(featureName(key), `raw features of ${key}, items × columns`, [rows, columns], values);
  return { key, columns, parameter, ...trainedTable(parameter) };
}

export function trainedTable(parameter: Parameter): RowTable {
  const table = (): tf.Tensor2D => matrixOf(parameter.tensor);
  return {
    through: (layer) => layer.apply(table()),
    rows: (index) => gatherRows(table(), index),
    dispose: () => disposeParameter(parameter),
  };
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
