import { at } from '../../src/domain/at';
import { transpose, type Csr } from './csr';

/** For each row the others with which it shares most columns, most first; equal numbers: the lower row first. */
export interface CommonNeighbours {
  /** Length of a full list. */
  readonly wanted: number;
  readonly lists: readonly { readonly others: Int32Array; readonly common: Int32Array }[];
}

/**
 * The `wanted` other rows with which each row of a binary `matrix [n, m]` shares most columns, `least` at least. Counted row by row: no `n × n` matrix
 * is held.
 */
export function commonNeighbours(matrix: Csr, wanted: number, least: number): CommonNeighbours {
  const columns = transpose(matrix);
  const counts = new Int32Array(matrix.rows);
  const lists = Array.from({ length: matrix.rows }, (_, row) => {
    const met: number[] = [];
    for (let k = at(matrix.pointers, row); k < at(matrix.pointers, row + 1); k++) {
      const column = at(matrix.indices, k);
      for (let p = at(columns.pointers, column); p < at(columns.pointers, column + 1); p++) {
        const other = at(columns.indices, p);
        if (other === row) continue;
        if (counts[other] === 0) met.push(other);
        counts[other] = at(counts, other) + 1;
      }
    }
    const others = met
      .filter((other) => at(counts, other) >= least)
      .sort((a, b) => at(counts, b) - at(counts, a) || a - b)
      .slice(0, wanted);
    const list = { others: Int32Array.from(others), common: Int32Array.from(others, (other) => at(counts, other)) };
    for (const other of met) counts[other] = 0;
    return list;
  });
  return { wanted, lists };
}
