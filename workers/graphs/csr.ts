import { at } from '../../src/domain/at';

/** A sparse matrix by rows: entries of row `r` are `pointers[r] … pointers[r+1]`, columns ascending. */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  /** `[rows + 1]` */
  readonly pointers: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/**
 * Builds a matrix from parallel coordinate columns. Within a row, columns come out ascending. Equal coordinates must
 * have been merged before: throws when one occurs twice.
 */
export function csrFromEntries(
  rows: number,
  columns: number,
  row: Int32Array,
  column: Int32Array,
  value: Float32Array,
): Csr {
  // Sorting by column first and by row second (both stable counting sorts) leaves columns ascending in each row.
  const byColumn = countingSort(column, columns);
  const order = countingSort(row, rows, byColumn.order);
  const indices = new Int32Array(row.length);
  const values = new Float32Array(row.length);
  order.order.forEach((entry, place) => {
    indices[place] = at(column, entry);
    values[place] = at(value, entry);
  });
  for (let r = 0; r < rows; r++) {
    for (let k = at(order.pointers, r) + 1; k < at(order.pointers, r + 1); k++) {
      if (indices[k] === indices[k - 1]) throw new Error(`Row ${r} has column ${indices[k]} twice.`);
    }
  }
  return { rows, columns, pointers: order.pointers, indices, values };
}

function countingSort(
  keys: Int32Array,
  range: number,
  sequence?: Int32Array,
): { order: Int32Array; pointers: Int32Array } {
  const pointers = new Int32Array(range + 1);
  for (const key of keys) pointers[key + 1] = at(pointers, key + 1) + 1;
  for (let key = 0; key < range; key++) pointers[key + 1] = at(pointers, key + 1) + at(pointers, key);
  const next = pointers.slice();
  const order = new Int32Array(keys.length);
  for (let place = 0; place < keys.length; place++) {
    const entry = sequence ? at(sequence, place) : place;
    const key = at(keys, entry);
    const slot = at(next, key);
    order[slot] = entry;
    next[key] = slot + 1;
  }
  return { order, pointers };
}

/** The place of an entry among `indices` and `values`, by binary search in its row; −1 where there is none. */
export function placeOf(matrix: Csr, row: number, column: number): number {
  let low = at(matrix.pointers, row);
  let high = at(matrix.pointers, row + 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = at(matrix.indices, middle);
    if (found === column) return middle;
    if (found < column) low = middle + 1;
    else high = middle;
  }
  return -1;
}

export function transpose(matrix: Csr): Csr {
  const row = new Int32Array(matrix.indices.length);
  for (let r = 0; r < matrix.rows; r++) row.fill(r, at(matrix.pointers, r), at(matrix.pointers, r + 1));
  return csrFromEntries(matrix.columns, matrix.rows, matrix.indices, row, matrix.values);
}

/**
 * `sym(A) = D_r^{-1/2} A D_r^{-1/2}` for a square `A`, `D_r` its row sums plus `epsilon`, and `d^{-1/2} = 0` for `d ≤ 0`.
 */
export function symmetricNormalised(matrix: Csr, epsilon = 0): Csr {
  const scale = new Float64Array(matrix.rows);
  for (let r = 0; r < matrix.rows; r++) {
    let sum = epsilon;
    for (let k = at(matrix.pointers, r); k < at(matrix.pointers, r + 1); k++) sum += at(matrix.values, k);
    scale[r] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  const values = new Float32Array(matrix.values.length);
  for (let r = 0; r < matrix.rows; r++) {
    for (let k = at(matrix.pointers, r); k < at(matrix.pointers, r + 1); k++) {
      values[k] = at(scale, r) * at(matrix.values, k) * at(scale, at(matrix.indices, k));
    }
  }
  return { ...matrix, values };
}

/** `D⁻¹ A` with `D` the row sums; rows that sum to 0 stay 0. */
export function rowNormalised(matrix: Csr): Csr {
  const values = new Float32Array(matrix.values.length);
  for (let r = 0; r < matrix.rows; r++) {
    const start = at(matrix.pointers, r);
    const end = at(matrix.pointers, r + 1);
    let sum = 0;
    for (let k = start; k < end; k++) sum += at(matrix.values, k);
    for (let k = start; k < end; k++) values[k] = sum === 0 ? 0 : at(matrix.values, k) / sum;
  }
  return { ...matrix, values };
}

/** `A + value · I` for a square `A` without diagonal entries. */
export function withDiagonal(matrix: Csr, value: number): Csr {
  const row = new Int32Array(matrix.indices.length + matrix.rows);
  for (let r = 0; r < matrix.rows; r++) {
    row.fill(r, at(matrix.pointers, r), at(matrix.pointers, r + 1));
    row[matrix.indices.length + r] = r;
  }
  const diagonal = Int32Array.from({ length: matrix.rows }, (_, r) => r);
  const column = Int32Array.from([...matrix.indices, ...diagonal]);
  return csrFromEntries(
    matrix.rows,
    matrix.columns,
    row,
    column,
    Float32Array.from([...matrix.values, ...new Float32Array(matrix.rows).fill(value)]),
  );
}

/** Rows `first … first + count − 1`, over the same indices and values. */
export function rowRange(matrix: Csr, first: number, count: number): Csr {
  const [start, end] = [at(matrix.pointers, first), at(matrix.pointers, first + count)];
  return {
    rows: count,
    columns: matrix.columns,
    pointers: matrix.pointers.subarray(first, first + count + 1).map((pointer) => pointer - start),
    indices: matrix.indices.subarray(start, end),
    values: matrix.values.subarray(start, end),
  };
}

/** `A x` on the host; `x [A.columns, columns]` by rows. It is added to `result`. */
export function multiplyRows(
  matrix: Csr,
  x: Float32Array,
  columns: number,
  result: Float32Array = new Float32Array(matrix.rows * columns),
): Float32Array {
  for (let r = 0; r < matrix.rows; r++) {
    for (let k = at(matrix.pointers, r); k < at(matrix.pointers, r + 1); k++) {
      const weight = at(matrix.values, k);
      const from = at(matrix.indices, k) * columns;
      for (let c = 0; c < columns; c++)
        result[r * columns + c] = at(result, r * columns + c) + weight * at(x, from + c);
    }
  }
  return result;
}

/** The columns of a row. */
export const columnsOf = ({ pointers, indices }: Csr, row: number): Int32Array =>
  indices.subarray(at(pointers, row), at(pointers, row + 1));

/** An entry of a matrix, 0 where there is none. */
export function valueAt(matrix: Csr, row: number, column: number): number {
  const place = placeOf(matrix, row, column);
  return place < 0 ? 0 : at(matrix.values, place);
}
