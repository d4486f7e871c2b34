import { at, entry } from '../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../graphs/csr';
import type { NeighbourLists } from '../graphs/neighbours';
import { readFloats } from './backends';
import { multiplyCsr } from './kernels/csrProduct';
import { maskedTopK, type Mask } from './kernels/maskedTopK';
import { noteBuffer } from './ledger';
import { changedRows, type RowSource } from './rowSource';
import { disposeSparse, sparseTensor } from './sparse';
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

/** Rows of length 1 on the device, and what each multiplied by itself is. Kept until `table` is disposed. */
export interface UnitTable {
  readonly table: tf.Tensor2D;
  readonly own: Float32Array;
}

/** Reads a source into a table of unit rows, block by block. */
export async function unitTable({ rows, columns, read }: RowSource): Promise<UnitTable> {
  const own = new Float32Array(rows);
  const unit = changedRows({ rows, columns, read }, (values, count, first) => {
    const block = normaliseRows(values, count, columns);
    for (let row = 0; row < count; row++)
      own[first + row] = block
        .subarray(row * columns, (row + 1) * columns)
        .reduce((sum, value) => sum + value * value, 0);
    return block;
  });
  return { table: await uploadRows(unit), own };
}

type OnBlock = (fraction: number) => Promise<void> | void;

/**
 * Each row's `k` most cosine-similar rows, found block by block: the `n × n` similarities are never held. With
 * `includeSelf` the row itself is the first of its `k`, whatever the rounding; without it, it is none of them.
 * Equal similarities: the lower index first.
 */
export async function nearestRows(
  source: RowSource,
  k: number,
  includeSelf: boolean,
  onBlock: OnBlock,
): Promise<NeighbourLists> {
  const table = await unitTable(source);
  const lists = await nearestIn([table], k, includeSelf, onBlock);
  table.table.dispose();
  return lists;
}

/** The same in tables that are there; of several, by the product of their cosines. */
export async function nearestIn(
  tables: readonly UnitTable[],
  k: number,
  includeSelf: boolean,
  onBlock: OnBlock,
): Promise<NeighbourLists> {
  const rows = tables[0]?.table.shape[0] ?? 0;
  const identity = {
    pointers: integers(Int32Array.from({ length: rows + 1 }, (_, row) => row)),
    columns: integers(Int32Array.from({ length: rows }, (_, row) => row)),
  };
  const others = await searched(
    { rows, items: rows, k: includeSelf ? k - 1 : k, mask: identity },
    (ids) =>
      tables
        .map(({ table }) => noted(tf.matMul(matrixOf(tf.gather(table, ids)), table, false, true)))
        .reduce((product, one) => noted(tf.mul(product, one))),
    onBlock,
  );
  tf.dispose([identity.pointers, identity.columns]);
  if (!includeSelf) return others;
  const indices = new Int32Array(rows * k);
  const values = new Float32Array(rows * k);
  for (let row = 0; row < rows; row++) {
    indices[row * k] = row;
    values[row * k] = tables.reduce((product, { own }) => product * at(own, row), 1);
    const [from, to] = [row * others.k, (row + 1) * others.k];
    indices.set(others.indices.subarray(from, to), row * k + 1);
    values.set(others.values.subarray(from, to), row * k + 1);
  }
  return { rows, k, indices, values };
}

/** For each row of sums over a table's rows (`of` says which), the `k` rows of the table with the greatest products. */
export async function nearestToSums(
  of: Csr,
  { table }: UnitTable,
  k: number,
  onBlock: OnBlock,
): Promise<NeighbourLists> {
  const nothing = { pointers: integers(new Int32Array(of.rows + 1)), columns: integers(new Int32Array(1)) };
  const lists = await searched(
    { rows: of.rows, items: of.columns, k, mask: nothing },
    (_, ids) => {
      const block = sparseTensor(chosenRows(of, ids), true);
      const sums = matrixOf(multiplyCsr(block.forward, table));
      disposeSparse(block);
      return noted(tf.matMul(sums, table, false, true));
    },
    onBlock,
  );
  tf.dispose([nothing.pointers, nothing.columns]);
  return lists;
}

interface Search {
  readonly rows: number;
  readonly items: number;
  readonly k: number;
  /** What a row never finds. */
  readonly mask: Mask;
}

/** The best of every row, by similarities that are made for a block of rows. */
async function searched(
  { rows, items, k, mask }: Search,
  similarities: (rowIds: tf.Tensor1D, ids: Int32Array) => tf.Tensor2D,
  onBlock: OnBlock,
): Promise<NeighbourLists> {
  const indices = new Int32Array(rows * k).fill(-1);
  const values = new Float32Array(rows * k);
  const blockRows = tiles().similarity(items);
  for (let first = 0; first < rows && k > 0; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const found = tf.tidy(() => {
      // The last block repeats the last row, so that every block has the same shape.
      const ids = Int32Array.from({ length: blockRows }, (_, place) => Math.min(first + place, rows - 1));
      const rowIds = integers(ids);
      return maskedTopK(similarities(rowIds, ids), rowIds, mask, k);
    });
    const best = await readFloats(found);
    found.dispose();
    for (let place = 0; place < count; place++)
      for (let rank = 0; rank < k; rank++) {
        indices[(first + place) * k + rank] = at(best, place * 2 * k + rank);
        values[(first + place) * k + rank] = at(best, place * 2 * k + k + rank);
      }
    await onBlock(Math.min(1, (first + count) / rows));
  }
  return { rows, k, indices, values };
}

/** Of a block, of which no more than `tiles` says is held. */
function noted(block: tf.Tensor): tf.Tensor2D {
  noteBuffer(block, { cut: true });
  return matrixOf(block);
}

/** Rows of a matrix one below the other, in the order of `ids`. */
function chosenRows(matrix: Csr, ids: Int32Array): Csr {
  const pointers = new Int32Array(ids.length + 1);
  ids.forEach((row, place) => {
    pointers[place + 1] = at(pointers, place) + at(matrix.pointers, row + 1) - at(matrix.pointers, row);
  });
  const length = at(pointers, ids.length);
  const indices = new Int32Array(length);
  const values = new Float32Array(length);
  ids.forEach((row, place) => {
    const [from, to] = [at(matrix.pointers, row), at(matrix.pointers, row + 1)];
    indices.set(matrix.indices.subarray(from, to), at(pointers, place));
    values.set(matrix.values.subarray(from, to), at(pointers, place));
  });
  return { rows: ids.length, columns: matrix.columns, pointers, indices, values };
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
      const cosines = held.map(({ table }) => noted(tf.matMul(matrixOf(tf.gather(table, ids)), table, false, true)));
      const valid = cosines.map((block, of) => noted(tf.greaterEqual(block, entry(held, of).mean)));
      const everywhere = valid.reduce((both, one) => noted(tf.logicalAnd(both, one)));
      return cosines.map((block) => {
        const kept = noted(tf.where(everywhere, block, noted(tf.fill(block.shape, NOT_VALID))));
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
