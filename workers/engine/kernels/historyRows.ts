import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** Rows `ids [n]` of a 0/1 matrix, whose columns `columns[pointers[r] … pointers[r + 1])` are ascending, filled out: `[n, width]`. */
export const historyRowsPair: KernelPair = {
  name: 'LodestoneHistoryRows',
  inputs: ['pointers', 'columns', 'ids'],
  outputShape: ([, , [rows = 0] = []], { width = 1 }) => [rows, width],
  portable: ([pointers, columns, ids], output, _, { width = 1 }) => {
    if (!pointers || !columns || !ids) throw new Error('Histories have pointers, columns and ids.');
    output.fill(0);
    ids.forEach((id, row) => {
      for (let k = pointers[id]!; k < pointers[id + 1]!; k++) output[row * width + columns[k]!] = 1;
    });
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1, 1, 1],
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
          if (low < end) { if (columns[low] == column) { value = 1.0; } }
          result[index] = value;
        }
      }`,
  }),
};

export const registerHistoryRows = (): void => registerPair(historyRowsPair);

/** Histories of entities, 1 where there is an entry: `pointers [entities + 1]`, `columns`, and `ids [n]` → `[n, width]`. */
export const historyRows = (
  { pointers, columns }: { readonly pointers: tf.Tensor1D; readonly columns: tf.Tensor1D },
  ids: tf.Tensor1D,
  width: number,
): tf.Tensor2D => matrixOf(runPair(historyRowsPair, [pointers, columns, ids], { width }));
