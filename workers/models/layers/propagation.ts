import * as tf from '@tensorflow/tfjs-core';
import { sparseProduct, type SparseTensor } from '../../engine/kernels/csrProduct';
import { matrixOf } from '../../engine/tensors';

/** LightGCN: `E^{l+1} = Â E^l`, the mean of layers 0…L. `[n, d]` → `[n, d]`. */
export const meanOfLayers = (graph: SparseTensor, start: tf.Tensor2D, layers: number): tf.Tensor2D =>
  meanThrough(
    Array.from({ length: layers }, () => graph),
    start,
  );

/** The same with a graph of its own in each layer. */
export function meanThrough(graphs: readonly SparseTensor[], start: tf.Tensor2D): tf.Tensor2D {
  const all: tf.Tensor2D[] = [start];
  let current = start;
  for (const graph of graphs) {
    current = sparseProduct(graph, current);
    all.push(current);
  }
  return matrixOf(tf.mul(tf.addN(all), 1 / all.length));
}

/** `Â^L E`, the last layer only. */
export function lastLayer(graph: SparseTensor, start: tf.Tensor2D, layers: number): tf.Tensor2D {
  let current = start;
  for (let layer = 0; layer < layers; layer++) current = sparseProduct(graph, current);
  return current;
}

/** Users' rows on top of items' rows. */
export const stackNodes = (users: tf.Tensor2D, items: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(tf.concat([users, items], 0));

/** The inverse of `stackNodes`. */
export function splitNodes(nodes: tf.Tensor2D, users: number): { users: tf.Tensor2D; items: tf.Tensor2D } {
  const [rows, width] = nodes.shape;
  return {
    users: matrixOf(tf.slice(nodes, [0, 0], [users, width])),
    items: matrixOf(tf.slice(nodes, [users, 0], [rows - users, width])),
  };
}
