import * as tf from '@tensorflow/tfjs-core';
import { multiplyCsr, type CsrTensors } from './kernels/csrProduct';
import { integers, matrixOf } from './tensors';

/**
 * Which rows of a table a batch takes. The second half says, per table row, at which places of the batch it was taken:
 * the backward pass of the gather is then a product with that 0/1 matrix, not a scatter with float atomics.
 */
export interface RowIndex {
  readonly length: number;
  /** `[length]` int32; float32 where the device has drawn them. */
  readonly indices: tf.Tensor1D;
  readonly places: CsrTensors;
}

/** The same on the host: `pointers [tableRows + 1]`, `places [length]`. Padded entries point at row 0 and have no place. */
export interface HostRowIndex {
  readonly indices: Int32Array;
  readonly pointers: Int32Array;
  readonly places: Int32Array;
}

/** Entries from `count` on are padding. O(tableRows + indices). Into the arrays of an index of the same sizes, if one is given. */
export function hostRowIndex(
  indices: Int32Array,
  count: number,
  tableRows: number,
  into: Pick<HostRowIndex, 'pointers' | 'places'> = newArrays(indices.length, tableRows),
): HostRowIndex {
  const { pointers, places } = into;
  pointers.fill(0);
  places.fill(0, count);
  for (let place = 0; place < count; place++) pointers[indices[place]!]! += 1;
  // Sums up to each row's end; filling from the back then leaves each row's start.
  let sum = 0;
  for (let row = 0; row <= tableRows; row++) {
    sum = (sum + pointers[row]!) | 0;
    pointers[row] = sum;
  }
  for (let place = count - 1; place >= 0; place--) {
    const row = indices[place]!;
    const at = pointers[row]! - 1;
    pointers[row] = at;
    places[at] = place;
  }
  return { indices, pointers, places };
}

const newArrays = (length: number, tableRows: number) => ({
  pointers: new Int32Array(tableRows + 1),
  places: new Int32Array(length),
});

export function rowIndex(host: HostRowIndex): RowIndex {
  return {
    length: host.indices.length,
    indices: integers(host.indices),
    places: { rowPointers: integers(host.pointers), columnIndices: integers(host.places), values: null },
  };
}

export function disposeRowIndex(index: RowIndex): void {
  tf.dispose([index.indices, index.places.rowPointers, index.places.columnIndices]);
}

/** Rows of `table [n, d]` → `[length, d]`; `∂table` sums the rows of `∂y` in place order. */
export function gatherRows(table: tf.Tensor2D, index: RowIndex): tf.Tensor2D {
  const gather = tf.customGrad((source) => {
    if (!(source instanceof tf.Tensor)) throw new Error('Rows are gathered from a tensor.');
    return { value: tf.gather(source, index.indices), gradFunc: (dy: tf.Tensor) => multiplyCsr(index.places, dy) };
  });
  return matrixOf(gather(table));
}

/** The transpose of `gatherRows`: sums the rows of `x [length, d]` at the table rows they belong to, `[tableRows, d]`. */
export function sumRows(x: tf.Tensor2D, index: RowIndex): tf.Tensor2D {
  const sum = tf.customGrad((source) => {
    if (!(source instanceof tf.Tensor)) throw new Error('Rows are summed from a tensor.');
    return { value: multiplyCsr(index.places, source), gradFunc: (dy: tf.Tensor) => tf.gather(dy, index.indices) };
  });
  return matrixOf(sum(x));
}
