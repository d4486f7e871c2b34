import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** `x [n, d]`, `indices [k]` int32 → row `first + indices_r`, `[k, d]`. */
export const nodeRowsPair: KernelPair = {
  name: 'LodestoneNodeRows',
  inputs: ['x', 'indices'],
  outputShape: ([[, columns = 0] = [], [rows = 0] = []]) => [rows, columns],
  portable: ([x, indices], output, [[, columns = 0] = []], { first = 0 }) => {
    if (!x || !indices) throw new Error('Rows are taken of a table.');
    for (let row = 0; row < indices.length; row++) {
      const from = (first + indices[row]!) * columns;
      output.set(x.subarray(from, from + columns), row * columns);
    }
  },
  wgsl: ([[, columns = 0] = []], { first = 0 }) => {
    const component = columns % 4 === 0 ? 4 : 1;
    return {
      key: `${first}_${component}`,
      inputComponents: [component, 1],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.xShape[1] / ${component};
          result[index] = x[(${first} + indices[index / width]) * width + index % width];
        }
      }`,
    };
  },
};

/**
 * `x [k, d]` → `[rows, d]`: row `first + r` is the sum of the rows of `x` at `places` from `rowPointers_r` to `rowPointers_(r+1)`, all others are 0. The
 * transpose of taking rows.
 */
export const nodeSumsPair: KernelPair = {
  name: 'LodestoneNodeSums',
  inputs: ['rowPointers', 'places', 'x'],
  outputShape: ([, , [, columns = 0] = []], { rows = 0 }) => [rows, columns],
  portable: ([rowPointers, places, x], output, [, , [, columns = 0] = []], { first = 0 }) => {
    if (!rowPointers || !places || !x) throw new Error('Rows are summed at places.');
    output.fill(0);
    for (let row = 0; row < rowPointers.length - 1; row++)
      for (let k = rowPointers[row]!; k < rowPointers[row + 1]!; k++)
        for (let c = 0; c < columns; c++) output[(first + row) * columns + c]! += x[places[k]! * columns + c]!;
  },
  wgsl: ([, , [, columns = 0] = []], { first = 0 }) => {
    const component = columns % 4 === 0 ? 4 : 1;
    return {
      key: `${first}_${component}`,
      inputComponents: [1, 1, component],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.xShape[1] / ${component};
          let row = index / width - ${first};
          var sum = ${component === 4 ? 'vec4<f32>' : 'f32'}(0.0);
          if (row >= 0 && row < uniforms.rowPointersShape - 1) {
            let end = rowPointers[row + 1];
            for (var k = rowPointers[row]; k < end; k = k + 1) { sum = sum + x[places[k] * width + index % width]; }
          }
          result[index] = sum;
        }
      }`,
    };
  },
};

export const NODE_PAIRS: readonly KernelPair[] = [nodeRowsPair, nodeSumsPair];

export const registerNodeRows = (): void => NODE_PAIRS.forEach(registerPair);

/** Rows `first + indices` of `x [n, d]`, `[k, d]`; carries no gradient. */
export const nodeRows = (x: tf.Tensor, indices: tf.Tensor1D, first: number): tf.Tensor2D =>
  matrixOf(runPair(nodeRowsPair, [x, indices], { first }));

/** Sums of the rows of `x [k, d]` at their places among `rows` rows, of which the first with a place is `first`; carries no gradient. */
export const nodeSums = (
  places: { readonly rowPointers: tf.Tensor1D; readonly columnIndices: tf.Tensor1D },
  x: tf.Tensor,
  first: number,
  rows: number,
): tf.Tensor2D => matrixOf(runPair(nodeSumsPair, [places.rowPointers, places.columnIndices, x], { first, rows }));
