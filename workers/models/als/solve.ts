import { at } from '../../../src/domain/at';
import type { Csr } from '../../graphs/csr';

interface Weights {
  readonly width: number;
  /** Of a pair with an interaction; without one it is 1. */
  readonly confidence: number;
  readonly regWeight: number;
}

/** Rows between two calls of `between`. */
const ROWS = 256;

/**
 * `x_u = (YᵀY + (c − 1) Σ_{i ∈ u} y_i y_iᵀ + λI)⁻¹ c Σ_{i ∈ u} y_i` for every row `u` of `matrix`, by Cholesky in double precision; 0 for a row without
 * entries. Writes `solved [rows, width]`. False where `between` said to stop: then some rows are of before.
 */
export async function solveAll(
  matrix: Csr,
  fixed: Float32Array,
  solved: Float32Array,
  { width, confidence, regWeight }: Weights,
  between: () => Promise<boolean>,
): Promise<boolean> {
  const gram = gramOf(fixed, width);
  const equations = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let row = 0; row < matrix.rows; row++) {
    equations.set(gram);
    for (let d = 0; d < width; d++) equations[d * (width + 1)] = (equations[d * (width + 1)] ?? 0) + regWeight;
    right.fill(0);
    for (let p = at(matrix.pointers, row); p < at(matrix.pointers, row + 1); p++) {
      const from = at(matrix.indices, p) * width;
      for (let a = 0; a < width; a++) {
        const value = fixed[from + a] ?? 0;
        right[a] = (right[a] ?? 0) + confidence * value;
        addScaled(equations, a * width, fixed, from, a + 1, (confidence - 1) * value);
      }
    }
    solveInPlace(equations, right, width);
    solved.set(right, row * width);
    if (row % ROWS === ROWS - 1 && !(await between())) return false;
  }
  return true;
}

function addScaled(
  target: Float64Array,
  to: number,
  source: Float32Array,
  from: number,
  count: number,
  factor: number,
): void {
  for (let c = 0; c < count; c++) target[to + c] = (target[to + c] ?? 0) + factor * (source[from + c] ?? 0);
}

/** `YᵀY`, the lower half. */
function gramOf(rows: Float32Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let from = 0; from < rows.length; from += width)
    for (let a = 0; a < width; a++) addScaled(gram, a * width, rows, from, a + 1, rows[from + a] ?? 0);
  return gram;
}

/** `x = A⁻¹ b` in place of `b`, `A` given by its lower half, which becomes its Cholesky factor. */
function solveInPlace(a: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (a[i * n + k] ?? 0) * (a[j * n + k] ?? 0);
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / (a[j * n + j] ?? 1);
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (a[i * n + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (a[i * n + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] ?? 0;
    for (let k = i + 1; k < n; k++) sum -= (a[k * n + i] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (a[i * n + i] ?? 1);
  }
}

/**
 * `(Σ_ui w_ui (p_ui − x_u·y_i)² + λ(‖X‖² + ‖Y‖²)) / Σ_ui w_ui` over all pairs, `w` the confidence where there is an interaction (`p = 1`) and 1 elsewhere
 * (`p = 0`).
 */
export function lossOf(
  matrix: Csr,
  users: Float32Array,
  items: Float32Array,
  { width, confidence, regWeight }: Weights,
): number {
  const [left, right] = [gramOf(users, width), gramOf(items, width)];
  let sum = 0;
  // Σ_ui (x_u·y_i)² is the product of both Gram matrices, entry by entry; the halves off the diagonal count twice.
  for (let a = 0; a < width; a++)
    for (let c = 0; c <= a; c++) sum += (a === c ? 1 : 2) * (left[a * width + c] ?? 0) * (right[a * width + c] ?? 0);
  for (let row = 0; row < matrix.rows; row++)
    for (let p = at(matrix.pointers, row); p < at(matrix.pointers, row + 1); p++) {
      let score = 0;
      const from = at(matrix.indices, p) * width;
      for (let d = 0; d < width; d++) score += (users[row * width + d] ?? 0) * (items[from + d] ?? 0);
      sum += confidence * (1 - score) ** 2 - score ** 2;
    }
  for (let a = 0; a < width; a++) sum += regWeight * ((left[a * (width + 1)] ?? 0) + (right[a * (width + 1)] ?? 0));
  const pairs = matrix.rows * (items.length / width);
  return sum / (pairs + (confidence - 1) * matrix.indices.length);
}
