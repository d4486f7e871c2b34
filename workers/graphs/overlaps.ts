import { at } from '../../src/domain/at';
import { transpose, type Csr } from './csr';
import type { NeighbourLists } from './neighbours';

/** Rows between two calls of `between`. */
const ROWS = 256;

/**
 * Each row's `k` most similar other rows of a 0/1 matrix, by the shrunk cosine `|a ∩ b| / (√(|a|·|b|) + h)`; equal ones: the lower index first. Rows
 * without a common column are never neighbours. `between` is awaited now and then with the share that is done.
 */
export async function nearestByOverlap(
  matrix: Csr,
  k: number,
  shrinkage: number,
  between: (fraction: number) => Promise<void>,
): Promise<NeighbourLists> {
  const { rows } = matrix;
  const owners = transpose(matrix);
  const degree = (row: number): number => at(matrix.pointers, row + 1) - at(matrix.pointers, row);
  const indices = new Int32Array(rows * k).fill(-1);
  const values = new Float32Array(rows * k);
  const common = new Int32Array(rows);
  const best = new Best(k);
  for (let row = 0; row < rows; row++) {
    const met: number[] = [];
    for (let p = at(matrix.pointers, row); p < at(matrix.pointers, row + 1); p++) {
      const column = at(matrix.indices, p);
      for (let q = at(owners.pointers, column); q < at(owners.pointers, column + 1); q++) {
        const other = at(owners.indices, q);
        const before = at(common, other);
        if (before === 0) met.push(other);
        common[other] = before + 1;
      }
    }
    best.clear();
    for (const other of met) {
      if (other !== row) best.add(other, at(common, other) / (Math.sqrt(degree(row) * degree(other)) + shrinkage));
      common[other] = 0;
    }
    best.write(indices, values, row * k);
    if (row % ROWS === ROWS - 1) await between((row + 1) / rows);
  }
  return { rows, k, indices, values };
}

/** The `k` best of what is added, the best first. */
class Best {
  readonly #ids: Int32Array;
  readonly #values: Float64Array;
  #count = 0;

  constructor(k: number) {
    this.#ids = new Int32Array(k);
    this.#values = new Float64Array(k);
  }

  clear(): void {
    this.#count = 0;
  }

  add(id: number, value: number): void {
    const full = this.#count === this.#ids.length;
    if (full && !this.#before(id, value, this.#count - 1)) return;
    let place = full ? this.#count - 1 : this.#count++;
    for (; place > 0 && this.#before(id, value, place - 1); place--) {
      this.#ids[place] = at(this.#ids, place - 1);
      this.#values[place] = at(this.#values, place - 1);
    }
    this.#ids[place] = id;
    this.#values[place] = value;
  }

  #before(id: number, value: number, place: number): boolean {
    const other = at(this.#values, place);
    return value > other || (value === other && id < at(this.#ids, place));
  }

  write(indices: Int32Array, values: Float32Array, from: number): void {
    for (let place = 0; place < this.#count; place++) {
      indices[from + place] = at(this.#ids, place);
      values[from + place] = at(this.#values, place);
    }
  }
}
