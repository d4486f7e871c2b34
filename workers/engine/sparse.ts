import * as tf from '@tensorflow/tfjs-core';
import { at } from '../../src/domain/at';
import { transpose, type Csr } from '../graphs/csr';
import { LONG_ROW, type CsrTensors, type SparseTensor } from './kernels/csrProduct';
import { floats, integers } from './tensors';

/** Uploads a matrix; a symmetric one is its own transpose and is uploaded once. Kept until `disposeSparse`. */
export function sparseTensor(matrix: Csr, symmetric: boolean): SparseTensor {
  const forward = upload(matrix);
  return {
    rows: matrix.rows,
    columns: matrix.columns,
    forward,
    backward: symmetric ? forward : upload(transpose(matrix)),
  };
}

function upload(matrix: Csr): CsrTensors {
  // A buffer of no bytes cannot be bound: an empty matrix gets one entry that no row points at.
  const empty = matrix.indices.length === 0;
  return {
    rowPointers: tf.keep(integers(matrix.pointers)),
    columnIndices: tf.keep(integers(empty ? new Int32Array(1) : matrix.indices)),
    values: tf.keep(floats(empty ? new Float32Array(1) : matrix.values)),
    longRows: longestRow(matrix) > LONG_ROW,
  };
}

function longestRow({ pointers, rows }: Csr): number {
  let most = 0;
  for (let row = 0; row < rows; row++) most = Math.max(most, at(pointers, row + 1) - at(pointers, row));
  return most;
}

export function disposeSparse(matrix: SparseTensor): void {
  for (const half of [matrix.forward, matrix.backward]) {
    tf.dispose([half.rowPointers, half.columnIndices]);
    half.values?.dispose();
  }
}
