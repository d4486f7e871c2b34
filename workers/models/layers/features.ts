import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src/domain/errors';
import { disposeParameter, newParameter, type Parameter } from '../../engine/kernels/adam';
import { largestBinding } from '../../engine/backends';
import type { Random } from '../../engine/rng';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { matrix, matrixOf } from '../../engine/tensors';
import type { FeatureMatrix } from '../model';
import { linearUniform } from './initialisers';

const BYTES = 4;

/** A linear layer `x W + b`, `W [in, out]`. */
export interface Linear {
  readonly parameters: readonly Parameter[];
  apply(x: tf.Tensor2D): tf.Tensor2D;
}

/** PyTorch's default initialisation, each tensor from its own stream. */
export function linear(name: string, meaning: string, inputs: number, outputs: number, random: (name: string) => Random): Linear {
  const weight = newParameter(`${name}/weight`, `${meaning}, [in, out]`, [inputs, outputs], linearUniform(random(`init/${name}/weight`), inputs, inputs * outputs));
  const bias = newParameter(`${name}/bias`, `${meaning}, bias`, [outputs], linearUniform(random(`init/${name}/bias`), inputs, outputs));
  return linearOf(weight, bias);
}

export function linearOf(weight: Parameter, bias: Parameter): Linear {
  return {
    parameters: [weight, bias],
    apply: (x) => matrixOf(tf.add(tf.matMul(x, matrixOf(weight.tensor)), bias.tensor)),
  };
}

/** A feature table on the device: a parameter when it is trained; otherwise constants, as many as the device's bindings need. */
export interface FeatureTable {
  readonly key: string;
  readonly columns: number;
  readonly parameter: Parameter | null;
  /** All rows through a layer, `[items, out]`. */
  through(layer: Linear): tf.Tensor2D;
  /** The rows that a batch names, `[n, columns]`. */
  rows(index: RowIndex): tf.Tensor2D;
  dispose(): void;
}

/** Of the table of a modality's raw features, trained or frozen. */
export const featureName = (key: string): string => `features/${key}`;

/** `binding`: the most bytes of one buffer that a shader can be given. */
export function featureTable(feature: FeatureMatrix, train: boolean, binding = largestBinding()): FeatureTable {
  const { key, rows, columns, values } = feature;
  if (train) {
    const parameter = newParameter(featureName(key), `raw features of ${key}, items × columns`, [rows, columns], values);
    const table = (): tf.Tensor2D => matrixOf(parameter.tensor);
    return { key, columns, parameter, through: (layer) => layer.apply(table()), rows: (index) => gatherRows(table(), index), dispose: () => disposeParameter(parameter) };
  }
  const height = Math.max(1, Math.min(rows, Math.floor(binding / (BYTES * columns))));
  const slices = Array.from({ length: Math.ceil(rows / height) }, (_, part) => {
    const first = part * height;
    const taken = Math.min(height, rows - first);
    return { first, taken, table: tf.keep(matrix(values.slice(first * columns, (first + taken) * columns), taken, columns)) };
  });
  /** The batch's rows that lie in a slice, 0 for the others. */
  const inSlice = ({ indices }: RowIndex, { first, taken, table }: (typeof slices)[number]): tf.Tensor2D => {
    const local = tf.sub(indices, tf.scalar(first, 'int32'));
    const near = tf.maximum(tf.minimum(local, tf.scalar(taken - 1, 'int32')), tf.scalar(0, 'int32'));
    const inside = tf.cast(tf.equal(local, near), 'float32');
    return matrixOf(tf.mul(tf.gather(table, tf.cast(near, 'int32')), tf.reshape(inside, [-1, 1])));
  };
  const [only] = slices;
  const joined = (parts: tf.Tensor2D[]): tf.Tensor2D => matrixOf(tf.concat(parts, 0));
  return {
    key, columns, parameter: null,
    through: (layer) => (only && slices.length === 1 ? layer.apply(only.table) : joined(slices.map(({ table }) => layer.apply(table)))),
    rows: (index) => matrixOf(only && slices.length === 1 ? tf.gather(only.table, index.indices) : slices.map((slice) => inSlice(index, slice)).reduce((sum, part) => tf.add(sum, part))),
    dispose: () => slices.forEach(({ table }) => table.dispose()),
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
