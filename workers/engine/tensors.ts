import * as tf from '@tensorflow/tfjs-core';

/** tfjs types most results as tensors of any rank; these say which rank it is, and check it. */
export function matrixOf(tensor: tf.Tensor): tf.Tensor2D {
  if (isRank2(tensor)) return tensor;
  throw new Error(`A matrix was expected, not shape [${tensor.shape.join(', ')}].`);
}

export function vectorOf(tensor: tf.Tensor): tf.Tensor1D {
  if (isRank1(tensor)) return tensor;
  throw new Error(`A vector was expected, not shape [${tensor.shape.join(', ')}].`);
}

export function scalarOf(tensor: tf.Tensor): tf.Scalar {
  if (isRank0(tensor)) return tensor;
  throw new Error(`A scalar was expected, not shape [${tensor.shape.join(', ')}].`);
}

const isRank0 = (tensor: tf.Tensor): tensor is tf.Scalar => tensor.rank === 0;
const isRank1 = (tensor: tf.Tensor): tensor is tf.Tensor1D => tensor.rank === 1;
const isRank2 = (tensor: tf.Tensor): tensor is tf.Tensor2D => tensor.rank === 2;

export const floats = (values: Float32Array): tf.Tensor1D => tf.tensor1d(values, 'float32');
export const integers = (values: Int32Array): tf.Tensor1D => tf.tensor1d(values, 'int32');
export const matrix = (values: Float32Array, rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(values, [rows, columns], 'float32');
export const integerMatrix = (values: Int32Array, rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(values, [rows, columns], 'int32');

export const disposeTensors = (tensors: readonly tf.Tensor[]): void => tensors.forEach((tensor) => tensor.dispose());
