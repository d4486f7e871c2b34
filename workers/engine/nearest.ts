import { at, entry } from '../../src/domain/at';
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

/** Lower than any cosine. */
const NOT_VALID = -2;

/**
 * Each row's `k` most cosine-similar rows by each of several sources, itself the first. Only rows count whose cosine is at least the mean of all `n²` cosines in every
 * source: a row has the same number of neighbours by each. The mean is `‖Σ_i x̂_i‖²/n²`, in double precision. Equal cosines: the lower row first.
 */
export async function nearestValidRows(
  sources: readonly RowSource[],
  k: number,
  onBlock: (fraction: number) => Promise<void> | void,
): Promise<number[][][]> {
  const rows = sources[0]?.rows ?? 0;
  const held: { table: tf.Tensor2D; mean: number }[] = [];
  for (const source of sources) {
    const sums = new Float64Array(source.columns);
    const unit = changedRows(source, (values, count) => {
      addUnitRows(sums, values, count);
      return normaliseRows(values, count, source.columns);
    });
    const table = await uploadRows(unit);
    held.push({ table, mean: sums.reduce((sum, value) => sum + value * value, 0) / rows ** 2 });
  }
  const identity = {
    pointers: integers(Int32Array.from({ length: rows + 1 }, (_, row) => row)),
    columns: integers(Int32Array.from({ length: rows }, (_, row) => row)),
  };
  const lists = sources.map(() => Array.from({ length: rows }, (_, row) => [row]));
  const blockRows = tiles().similarity(rows);
  for (let first = 0; first < rows && k > 1; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const found = tf.tidy(() => {
      // The last block repeats the last row, so that every block has the same shape.
      const ids = integers(Int32Array.from({ length: blockRows }, (_, place) => Math.min(first + place, rows - 1)));
      const cosines = held.map(({ table }) => {
        const block = tf.matMul(matrixOf(tf.gather(table, ids)), table, false, true);
        noteBuffer(block, { cut: true });
        return block;
      });
      const valid = cosines.map((block, of) => tf.greaterEqual(block, entry(held, of).mean));
      const everywhere = valid.reduce((both, one) => tf.logicalAnd(both, one));
      return cosines.map((block) => {
        const kept = matrixOf(tf.where(everywhere, block, tf.fill(block.shape, NOT_VALID)));
        return maskedTopK(kept, ids, identity, k - 1);
      });
    });
    for (const [of, best] of found.entries()) {
      const values = await readFloats(best);
      best.dispose();
      for (let place = 0; place < count; place++)
        for (let rank = 0; rank < k - 1; rank++) {
          const from = place * 2 * (k - 1) + rank;
          if (at(values, from) >= 0 && at(values, from + k - 1) > NOT_VALID)
            entry(entry(lists, of), first + place).push(at(values, from));
        }
    }
    await onBlock(Math.min(1, (first + count) / rows));
  }
  tf.dispose([...held.map(({ table }) => table), identity.pointers, identity.columns]);
  return lists;
}

/** Adds the rows of `values`, at unit length, to `sums`. */
function addUnitRows(sums: Float64Array, values: Float32Array, rows: number): void {
  const columns = sums.length;
  for (let first = 0; first < rows * columns; first += columns) {
    let square = 0;
    for (let c = 0; c < columns; c++) square += at(values, first + c) ** 2;
    const scale = 1 / Math.max(Math.sqrt(square), 1e-12);
    for (let c = 0; c < columns; c++) sums[c] = at(sums, c) + at(values, first + c) * scale;
  }
}
