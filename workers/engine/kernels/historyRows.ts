import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** Rows `ids [n]` of a sparse matrix, whose columns `columns[pointers[r] … pointers[r + 1])` are ascending, filled out: `[n, width]`. Without `weights` its entries are 1. */
export const historyRowsPair: KernelPair = {
  name: 'LodestoneHistoryRows',
  inputs: ['pointers', 'columns', 'ids', 'weights'],
  outputShape: ([, , [rows = 0] = []], { width = 1 }) => [rows, width],
  portable: ([pointers, columns, ids, weights], output, _, { width = 1 }) => {
    if (!pointers || !columns || !ids) throw new Error('Histories have pointers, columns and ids.');
    output.fill(0);
    ids.forEach((id, row) => {
      for (let k = pointers[id]!; k < pointers[id + 1]!; k++)
        output[row * width + columns[k]!] = weights ? weights[k]! : 1;
    });
  },
  wgsl: (shapes) => ({
    key: shapes.length > 3 ? 'weighted' : '',
    inputComponents: shapes.map(() => 1),
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.outShape[1];
          let id = ids[index / width];
          let column = index % width;
          let end = pointers[id + 1];
          var low = pointers[id];
          var high = end;
          while (low < high) {
            let middle = (low + high) / 2;
            if (columns[middle] < column) { low = middle + 1; } else { high = middle; }
          }
          var value = 0.0;
          if (low < end) { if (columns[low] == column) { value = ${shapes.length > 3 ? 'weights[low]' : '1.0'}; } }
          result[index] = value;
        }
      }`,
  }),
};

export const registerHistoryRows = (): void => registerPair(historyRowsPair);

export interface Histories {
  readonly pointers: tf.Tensor1D;
  readonly columns: tf.Tensor1D;
  readonly weights?: tf.Tensor1D | null;
}

/** Histories of entities, its weight or 1 where there is an entry: `pointers [entities + 1]`, `columns`, `weights`, and `ids [n]` → `[n, width]`. */
export const historyRows = (
  { pointers, columns, weights = null }: Histories,
  ids: tf.Tensor1D,
  width: number,
): tf.Tensor2D =>
  matrixOf(runPair(historyRowsPair, [pointers, columns, ids, ...(weights ? [weights] : [])], { width }));
