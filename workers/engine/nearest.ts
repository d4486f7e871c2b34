import { at } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { NeighbourLists } from '../graphs/neighbours';
import { readFloats } from './backends';
import { maskedTopK } from './kernels/maskedTopK';
import { noteBuffer } from './ledger';
import { changedRows, type RowSource } from './rowSource';
import { integers, matrixOf } from './tensors';
import { tiles } from './tiles';
import { uploadRows } from './upload';

/** Rows divided by their Euclidean norm (at least 1e-12), in float32. */
export function normaliseRows(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = r * columns; c < (r + 1) * columns; c++) sum += at(values, c) ** 2;
    const scale = 1 / Math.max(Math.sqrt(sum), 1e-12);
    for (let c = r * columns; c < (r + 1) * columns; c++) result[c] = at(values, c) * scale;
  }
  return result;
}

/** The same, as the rows are read. */
export const unitRows = (source: RowSource): RowSource =>
  changedRows(source, (values, count) => normaliseRows(values, count, source.columns));

/**
 * Each row's `k` most cosine-similar rows, found block by block: the `n × n` similarities are never held. With
 * `includeSelf` the row itself is the first of its `k`, whatever the rounding; without it, it is none of them.
 * Equal similarities: the lower index first.
 */
export async function nearestRows(
  source: RowSource,
  k: number,
  includeSelf: boolean,
  onBlock: (fraction: number) => Promise<void> | void,
): Promise<NeighbourLists> {
  const { rows, columns } = source;
  const selfCosines = new Float32Array(rows);
  const unit = changedRows(source, (values, count, first) => {
    const block = normaliseRows(values, count, columns);
    for (let row = 0; row < count; row++)
      selfCosines[first + row] = block
        .subarray(row * columns, (row + 1) * columns)
        .reduce((sum, value) => sum + value * value, 0);
    return block;
  });
  const others = includeSelf ? k - 1 : k;
  const indices = new Int32Array(rows * k).fill(-1);
  const cosines = new Float32Array(rows * k);
  const table = await uploadRows(unit);
  const identity = {
    pointers: integers(Int32Array.from({ length: rows + 1 }, (_, row) => row)),
    columns: integers(Int32Array.from({ length: rows }, (_, row) => row)),
  };
  const blockRows = tiles().similarity(rows);
  for (let first = 0; first < rows && others > 0; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const found = tf.tidy(() => {
      // The last block repeats the last row, so that every block has the same shape.
      const ids = Int32Array.from({ length: blockRows }, (_, place) => Math.min(first + place, rows - 1));
      const rowIds = integers(ids);
      const block = matrixOf(tf.gather(table, rowIds));
      const similarities = matrixOf(tf.matMul(block, table, false, true));
      noteBuffer(similarities, { cut: true });
      return maskedTopK(similarities, rowIds, identity, others);
    });
    const best = await readFloats(found);
    found.dispose();
    for (let place = 0; place < count; place++) {
      const target = (first + place) * k + (includeSelf ? 1 : 0);
      for (let rank = 0; rank < others; rank++) {
        indices[target + rank] = at(best, place * 2 * others + rank);
        cosines[target + rank] = at(best, place * 2 * others + others + rank);
      }
    }
    await onBlock(Math.min(1, (first + count) / rows));
  }
  tf.dispose([table, identity.pointers, identity.columns]);
  if (includeSelf) {
    for (let row = 0; row < rows; row++) {
      indices[row * k] = row;
      cosines[row * k] = at(selfCosines, row);
    }
  }
  return { rows, k, indices, values: cosines };
}
