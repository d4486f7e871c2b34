/** Columns that are swept at a time. */
const BLOCK = 48;

/**
 * The inverse of a symmetric positive definite matrix `[n, n]` by rows, in place, in double precision: sweeps of blocks of columns over the lower
 * half, n³/2 multiply-adds. `between` is awaited after each block with the share that is done. Throws where a pivot is not positive.
 */
export async function invertPositive(
  matrix: Float64Array,
  n: number,
  between: (fraction: number) => Promise<void>,
): Promise<void> {
  const columns = new Float64Array(n * BLOCK);
  const swept = new Float64Array(n * BLOCK);
  for (let first = 0; first < n; first += BLOCK) {
    const width = Math.min(BLOCK, n - first);
    const pivot = takeColumns(matrix, n, first, width, columns);
    invertSmall(pivot, width);
    multiply(columns, pivot, swept, n, width);
    updateRest(matrix, n, width, columns, swept);
    putColumns(matrix, n, first, width, swept, pivot);
    await between((first + width) / n);
  }
  // What stands there now is the negative of the lower half.
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++)
      matrix[column * n + row] = matrix[row * n + column] = -(matrix[row * n + column] ?? 0);
}

/** The columns of the block as rows `[n, width]`, read from the lower half, and the pivot `[width, width]`; the block's own rows are 0. */
function takeColumns(
  matrix: Float64Array,
  n: number,
  first: number,
  width: number,
  columns: Float64Array,
): Float64Array {
  const pivot = new Float64Array(width * width);
  for (let row = 0; row < n; row++)
    for (let c = 0; c < width; c++) {
      const column = first + c;
      const value = matrix[row >= column ? row * n + column : column * n + row] ?? 0;
      const inside = row >= first && row < first + width;
      columns[row * width + c] = inside ? 0 : value;
      if (inside) pivot[(row - first) * width + c] = value;
    }
  return pivot;
}

/** Gauss–Jordan without exchange of rows. */
function invertSmall(a: Float64Array, n: number): void {
  for (let k = 0; k < n; k++) {
    const pivot = a[k * n + k] ?? 0;
    if (!(pivot > 0)) throw new Error('The matrix is not positive definite.');
    a[k * n + k] = 1;
    for (let c = 0; c < n; c++) a[k * n + c] = (a[k * n + c] ?? 0) / pivot;
    for (let r = 0; r < n; r++) {
      if (r === k) continue;
      const factor = a[r * n + k] ?? 0;
      a[r * n + k] = 0;
      for (let c = 0; c < n; c++) a[r * n + c] = (a[r * n + c] ?? 0) - factor * (a[k * n + c] ?? 0);
    }
  }
}

/** `result = columns · pivot`, `[n, width]`. */
function multiply(columns: Float64Array, pivot: Float64Array, result: Float64Array, n: number, width: number): void {
  result.fill(0, 0, n * width);
  for (let row = 0; row < n; row++)
    for (let p = 0; p < width; p++) {
      const value = columns[row * width + p] ?? 0;
      if (value === 0) continue;
      for (let c = 0; c < width; c++)
        result[row * width + c] = (result[row * width + c] ?? 0) + value * (pivot[p * width + c] ?? 0);
    }
}

/** `A[i, j] −= swept[i] · columns[j]` for `j ≤ i` outside of the block, whose rows are 0 in both. Four rows by four columns at a time. */
function updateRest(matrix: Float64Array, n: number, width: number, columns: Float64Array, swept: Float64Array): void {
  for (let i = 0; i < n; i += 4) {
    const rows = Math.min(4, n - i);
    for (let j = 0; j < i + rows; j += 4) {
      if (rows < 4 || j + 4 > n) {
        updateEdge(matrix, n, { i, j, rows, columns: Math.min(4, n - j) }, width, columns, swept);
        continue;
      }
      updateTile(matrix, n, i, j, width, columns, swept);
    }
  }
}

interface Edge {
  readonly i: number;
  readonly j: number;
  readonly rows: number;
  readonly columns: number;
}

function updateEdge(
  matrix: Float64Array,
  n: number,
  edge: Edge,
  width: number,
  columns: Float64Array,
  swept: Float64Array,
): void {
  for (let r = edge.i; r < edge.i + edge.rows; r++)
    for (let c = edge.j; c < edge.j + edge.columns; c++) {
      let sum = 0;
      for (let p = 0; p < width; p++) sum += (swept[r * width + p] ?? 0) * (columns[c * width + p] ?? 0);
      matrix[r * n + c] = (matrix[r * n + c] ?? 0) - sum;
    }
}

function updateTile(
  matrix: Float64Array,
  n: number,
  i: number,
  j: number,
  width: number,
  columns: Float64Array,
  swept: Float64Array,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [a0, b0] = [i * width, j * width];
  for (let p = 0; p < width; p++) {
    const u0 = swept[a0 + p] ?? 0;
    const u1 = swept[a0 + width + p] ?? 0;
    const u2 = swept[a0 + 2 * width + p] ?? 0;
    const u3 = swept[a0 + 3 * width + p] ?? 0;
    const v0 = columns[b0 + p] ?? 0;
    const v1 = columns[b0 + width + p] ?? 0;
    const v2 = columns[b0 + 2 * width + p] ?? 0;
    const v3 = columns[b0 + 3 * width + p] ?? 0;
    s00 += u0 * v0;
    s01 += u0 * v1;
    s02 += u0 * v2;
    s03 += u0 * v3;
    s10 += u1 * v0;
    s11 += u1 * v1;
    s12 += u1 * v2;
    s13 += u1 * v3;
    s20 += u2 * v0;
    s21 += u2 * v1;
    s22 += u2 * v2;
    s23 += u2 * v3;
    s30 += u3 * v0;
    s31 += u3 * v1;
    s32 += u3 * v2;
    s33 += u3 * v3;
  }
  subtract(matrix, i * n + j, s00, s01, s02, s03);
  subtract(matrix, (i + 1) * n + j, s10, s11, s12, s13);
  subtract(matrix, (i + 2) * n + j, s20, s21, s22, s23);
  subtract(matrix, (i + 3) * n + j, s30, s31, s32, s33);
}

function subtract(matrix: Float64Array, place: number, a: number, b: number, c: number, d: number): void {
  matrix[place] = (matrix[place] ?? 0) - a;
  matrix[place + 1] = (matrix[place + 1] ?? 0) - b;
  matrix[place + 2] = (matrix[place + 2] ?? 0) - c;
  matrix[place + 3] = (matrix[place + 3] ?? 0) - d;
}

/** The block's columns become `swept`, its pivot the negative of its inverse; the lower half alone. */
function putColumns(
  matrix: Float64Array,
  n: number,
  first: number,
  width: number,
  swept: Float64Array,
  pivot: Float64Array,
): void {
  for (let row = 0; row < n; row++)
    for (let c = 0; c < width; c++) {
      const column = first + c;
      const inside = row >= first && row < first + width;
      const value = inside ? -(pivot[(row - first) * width + c] ?? 0) : (swept[row * width + c] ?? 0);
      matrix[row >= column ? row * n + column : column * n + row] = value;
    }
}
