import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import {
  multiplyAdd,
  multiplyCsr,
  sparseProduct,
  type CsrTensors,
  type SparseTensor,
} from '../../engine/kernels/csrProduct';
import { isWebGPU } from '../../engine/backends';
import { nodeRows, nodeSums } from '../../engine/kernels/nodeRows';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { matrixOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';

/**
 * LightGCN: `E^{l+1} = Â E^l`, the mean of layers 0…L times `factor`, `[n, d]` → `[n, d]`. As `(E + Â (E + Â (…)))/(L + 1)` every layer is one kernel, and none of
 * them is kept; its gradient is the same with Âᵀ.
 */
export function meanOfLayers(graph: SparseTensor, start: tf.Tensor2D, layers: number, factor = 1): tf.Tensor2D {
  if (layers === 0) return factor === 1 ? start : matrixOf(tf.mul(start, factor));
  const last = factor / (layers + 1);
  const mean = (matrix: CsrTensors, x: tf.Tensor): tf.Tensor => {
    let sum = x;
    for (let layer = 1; layer <= layers; layer++) sum = multiplyAdd(matrix, sum, x, layer === layers ? last : 1);
    return sum;
  };
  return matrixOf(
    withGradient({
      inputs: [start],
      forward: ([x]) => mean(graph.forward, required(x)),
      backward: (dy) => [mean(graph.backward, dy)],
    }),
  );
}

/** The same with a graph of its own in each layer. */
export function meanThrough(graphs: readonly SparseTensor[], start: tf.Tensor2D): tf.Tensor2D {
  const [graph] = graphs;
  if (graph && graphs.every((one) => one === graph)) return meanOfLayers(graph, start, graphs.length);
  const all: tf.Tensor2D[] = [start];
  let current = start;
  for (const one of graphs) {
    current = sparseProduct(one, current);
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

/** `E + Â^L E`, L ≥ 1. */
export function plusLastLayer(graph: SparseTensor, start: tf.Tensor2D, layers: number): tf.Tensor2D {
  const sum = (matrix: CsrTensors, x: tf.Tensor): tf.Tensor => {
    let current = x;
    for (let layer = 1; layer < layers; layer++) current = multiplyCsr(matrix, current);
    return multiplyAdd(matrix, current, x, 1);
  };
  return matrixOf(
    withGradient({
      inputs: [start],
      forward: ([x]) => sum(graph.forward, required(x)),
      backward: (dy) => [sum(graph.backward, dy)],
    }),
  );
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

/** A table of users above items, from which a loss takes rows. */
export interface NodeTable {
  users(index: RowIndex): tf.Tensor2D;
  items(index: RowIndex): tf.Tensor2D;
}

/**
 * Rows that `index` takes of the `count` rows of `x [n, d]` from `first` on, `[length, d]`. On WebGPU they are read where they lie, and their gradient is `[n, d]` at once; on WASM the
 * rows are cut first, which costs less there than whole tables of gradients.
 */
export function rowsFrom(
  x: tf.Tensor2D,
  index: RowIndex,
  { first, count }: { readonly first: number; readonly count: number },
): tf.Tensor2D {
  const rows = x.shape[0];
  if (!isWebGPU(tf.backend())) return gatherRows(count === rows ? x : tf.slice(x, [first, 0], [count, -1]), index);
  return matrixOf(
    withGradient({
      inputs: [x],
      forward: ([table]) => nodeRows(required(table), index.indices, first),
      backward: (dy) => [nodeSums(index.places, dy, first, rows)],
    }),
  );
}

/** Takes rows of `nodes [U + I, d]`, as `rowsFrom` does; on WASM the two halves are cut once. */
export function nodeTable(nodes: tf.Tensor2D, users: number): NodeTable {
  if (!isWebGPU(tf.backend())) {
    const halves = splitNodes(nodes, users);
    return { users: (index) => gatherRows(halves.users, index), items: (index) => gatherRows(halves.items, index) };
  }
  const items = { first: users, count: nodes.shape[0] - users };
  return {
    users: (index) => rowsFrom(nodes, index, { first: 0, count: users }),
    items: (index) => rowsFrom(nodes, index, items),
  };
}
