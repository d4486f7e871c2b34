import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import type { RowIndex } from '../rows';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

/**
 * `x [N, w]`, `nodes [B]`, `indices [N·C]` → of each node `first + nodes_b` its own row and the C rows `first + indices` that were sampled for it, one
 * below the other, `[B·(C + 1), w]`.
 */
export const sequenceRowsPair: KernelPair = {
  name: 'LodestoneSequenceRows',
  inputs: ['x', 'nodes', 'indices'],
  outputShape: ([[rows = 0, width = 0] = [], [batch = 0] = [], [length = 0] = []]) => [
    batch * (length / Math.max(1, rows) + 1),
    width,
  ],
  portable: ([x, nodes, indices], output, [[rows = 0, width = 0] = [], , [length = 0] = []], { first = 0 }) => {
    const count = length / rows;
    nodes!.forEach((node: number, b: number) => {
      for (let j = 0; j <= count; j++) {
        const row = first + (j === 0 ? node : indices![(first + node) * count + j - 1]!);
        output.set(x!.subarray(row * width, (row + 1) * width), (b * (count + 1) + j) * width);
      }
    });
  },
  wgsl: ([[rows = 0, width = 0] = [], , [length = 0] = []], { first = 0 }) => {
    const count = length / Math.max(1, rows);
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    return {
      key: `${count}_${columns}_${component}_${first}`,
      inputComponents: [component, 1, 1],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let place = index / ${columns};
          let node = nodes[place / ${count + 1}];
          let j = place % ${count + 1};
          var row = node;
          if (j > 0) { row = i32(indices[(${first} + node) * ${count} + j - 1]); }
          result[index] = x[(${first} + row) * ${columns} + index % ${columns}];
        }
      }`,
    };
  },
};

/**
 * The transpose: `dy [B·(C + 1), w]`, the batch's places by node and the places by sampled row → `[rows, w]`. A row is summed over the batch's rows
 * that name it, and over those that name a node it was sampled for.
 */
export const sequenceRowSumsPair: KernelPair = {
  name: 'LodestoneSequenceRowSums',
  inputs: ['dy', 'nodePointers', 'nodePlaces', 'rowPointers', 'places'],
  outputShape: ([[, width = 0] = []], { rows = 0 }) => [rows, width],
  portable: (
    [dy, nodePointers, nodePlaces, rowPointers, places],
    output,
    [[, width = 0] = []],
    { first = 0, count = 1 },
  ) => {
    const add = (row: number, node: number, position: number): void => {
      for (let p = nodePointers![node]!; p < nodePointers![node + 1]!; p++) {
        const from = (nodePlaces![p]! * (count + 1) + position) * width;
        for (let c = 0; c < width; c++) output[(first + row) * width + c]! += dy![from + c]!;
      }
    };
    output.fill(0);
    for (let row = 0; row < rowPointers!.length - 1; row++) {
      add(row, row, 0);
      for (let p = rowPointers![row]!; p < rowPointers![row + 1]!; p++) {
        const node = Math.floor(places![p]! / count) - first;
        if (node >= 0) add(row, node, 1 + (places![p]! % count));
      }
    }
  },
  wgsl: ([[, width = 0] = []], { first = 0, count = 1 }) => {
    const component = width % 4 === 0 ? 4 : 1;
    const columns = width / component;
    const type = component === 4 ? 'vec4<f32>' : 'f32';
    return {
      key: `${columns}_${component}_${first}_${count}`,
      inputComponents: [component, 1, 1, 1, 1],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn ofNode(node : i32, position : i32, column : i32) -> ${type} {
        var sum = ${type}(0.0);
        let end = nodePointers[node + 1];
        for (var p = nodePointers[node]; p < end; p = p + 1) {
          sum = sum + dy[(nodePlaces[p] * ${count + 1} + position) * ${columns} + column];
        }
        return sum;
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / ${columns} - ${first};
          let column = index % ${columns};
          var sum = ${type}(0.0);
          if (row >= 0) {
            sum = ofNode(row, 0, column);
            let end = rowPointers[row + 1];
            for (var p = rowPointers[row]; p < end; p = p + 1) {
              let node = places[p] / ${count} - ${first};
              if (node >= 0) { sum = sum + ofNode(node, 1 + places[p] % ${count}, column); }
            }
          }
          result[index] = sum;
        }
      }`,
    };
  },
};

export const SEQUENCE_ROW_PAIRS: readonly KernelPair[] = [sequenceRowsPair, sequenceRowSumsPair];

export const registerSequenceRows = (): void => SEQUENCE_ROW_PAIRS.forEach(registerPair);

/**
 * The sequences of the nodes `first + nodes` of `x [N, w]`, which are the last rows of the table: each node's own row and the rows that `samples`
 * has for it, `[B·(C + 1), w]`. Rows of the batch that are padding are read, but have no part in the gradient.
 */
export function sequenceRows(x: tf.Tensor2D, nodes: RowIndex, samples: RowIndex, first: number): tf.Tensor2D {
  const rows = x.shape[0];
  const count = samples.length / rows;
  const made = withGradient({
    inputs: [x],
    constants: [
      nodes.places.rowPointers,
      nodes.places.columnIndices,
      samples.places.rowPointers,
      samples.places.columnIndices,
    ],
    forward: ([table]) => runPair(sequenceRowsPair, [required(table), nodes.indices, samples.indices], { first }),
    backward: (dy, _, places) => [runPair(sequenceRowSumsPair, [dy, ...places], { first, count, rows })],
  });
  return matrixOf(made);
}
