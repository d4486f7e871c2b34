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
    indices[place] = column[entry] ?? 0;
    values[place] = value[entry] ?? 0;
  });
  for (let r = 0; r < rows; r++) {
    for (let k = (order.pointers[r] ?? 0) + 1; k < (order.pointers[r + 1] ?? 0); k++) {
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
  for (const key of keys) pointers[key + 1] = (pointers[key + 1] ?? 0) + 1;
  for (let key = 0; key < range; key++) pointers[key + 1] = (pointers[key + 1] ?? 0) + (pointers[key] ?? 0);
  const next = pointers.slice();
  const order = new Int32Array(keys.length);
  for (let place = 0; place < keys.length; place++) {
    const entry = sequence ? (sequence[place] ?? 0) : place;
    const key = keys[entry] ?? 0;
    const slot = next[key] ?? 0;
    order[slot] = entry;
    next[key] = slot + 1;
  }
  return { order, pointers };
}

/** The place of an entry among `indices` and `values`, by binary search in its row; −1 where there is none. */
export function placeOf(matrix: Csr, row: number, column: number): number {
  let low = matrix.pointers[row] ?? 0;
  let high = matrix.pointers[row + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = matrix.indices[middle] ?? 0;
    if (found === column) return middle;
    if (found < column) low = middle + 1;
    else high = middle;
  }
  return -1;
}

export function transpose(matrix: Csr): Csr {
  const row = new Int32Array(matrix.indices.length);
  for (let r = 0; r < matrix.rows; r++) row.fill(r, matrix.pointers[r] ?? 0, matrix.pointers[r + 1] ?? 0);
  return csrFromEntries(matrix.columns, matrix.rows, matrix.indices, row, matrix.values);
}

/**
 * `sym(A) = D_r^{-1/2} A D_r^{-1/2}` for a square `A`, `D_r` its row sums plus `epsilon`, and `d^{-1/2} = 0` for `d ≤ 0`.
 */
export function symmetricNormalised(matrix: Csr, epsilon = 0): Csr {
  const scale = new Float64Array(matrix.rows);
  for (let r = 0; r < matrix.rows; r++) {
    let sum = epsilon;
    for (let k = matrix.pointers[r] ?? 0; k < (matrix.pointers[r + 1] ?? 0); k++) sum += matrix.values[k] ?? 0;
    scale[r] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  const values = new Float32Array(matrix.values.length);
  for (let r = 0; r < matrix.rows; r++) {
    for (let k = matrix.pointers[r] ?? 0; k < (matrix.pointers[r + 1] ?? 0); k++) {
      values[k] = (scale[r] ?? 0) * (matrix.values[k] ?? 0) * (scale[matrix.indices[k] ?? 0] ?? 0);
    }
  }
  return { ...matrix, values };
}

/** `D⁻¹ A` with `D` the row sums; rows that sum to 0 stay 0. */
export function rowNormalised(matrix: Csr): Csr {
  const values = new Float32Array(matrix.values.length);
  for (let r = 0; r < matrix.rows; r++) {
    const start = matrix.pointers[r] ?? 0;
    const end = matrix.pointers[r + 1] ?? 0;
    let sum = 0;
    for (let k = start; k < end; k++) sum += matrix.values[k] ?? 0;
    for (let k = start; k < end; k++) values[k] = sum === 0 ? 0 : (matrix.values[k] ?? 0) / sum;
  }
  return { ...matrix, values };
}

/** `A + value · I` for a square `A` without diagonal entries. */
export function withDiagonal(matrix: Csr, value: number): Csr {
  const row = new Int32Array(matrix.indices.length + matrix.rows);
  for (let r = 0; r < matrix.rows; r++) {
    row.fill(r, matrix.pointers[r] ?? 0, matrix.pointers[r + 1] ?? 0);
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

/** `A x` on the host; `x [A.columns, columns]` by rows. */
export function multiplyRows(matrix: Csr, x: Float32Array, columns: number): Float32Array {
  const result = new Float32Array(matrix.rows * columns);
  for (let r = 0; r < matrix.rows; r++) {
    for (let k = matrix.pointers[r] ?? 0; k < (matrix.pointers[r + 1] ?? 0); k++) {
      const weight = matrix.values[k] ?? 0;
      const from = (matrix.indices[k] ?? 0) * columns;
      for (let c = 0; c < columns; c++)
        result[r * columns + c] = (result[r * columns + c] ?? 0) + weight * (x[from + c] ?? 0);
    }
  }
  return result;
}
