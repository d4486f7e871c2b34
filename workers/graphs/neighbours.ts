import { csrFromEntries, symmetricNormalised, type Csr } from './csr';

/** `k` neighbours of each of `rows` items, best first; `−1` where fewer exist. */
export interface NeighbourLists {
  readonly rows: number;
  readonly k: number;
  readonly indices: Int32Array;
  /** Cosines. */
  readonly values: Float32Array;
}

/**
 * `sym(S)` with `S[i, j]` the cosine of `j` among `i`'s neighbours, directed, cosines ≤ 0 dropped:
 * `s_ij / √(r_i r_j)` with `r` the row sums of what is kept.
 */
export const cosineGraph = (lists: NeighbourLists): Csr => neighbourGraph(lists, (cosine) => cosine);

/** The same with weight 1 for every neighbour that is kept. */
export const equalWeightGraph = (lists: NeighbourLists): Csr => neighbourGraph(lists, () => 1);

function neighbourGraph(lists: NeighbourLists, weight: (cosine: number) => number): Csr {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let place = 0; place < lists.indices.length; place++) {
    const neighbour = lists.indices[place] ?? -1;
    const cosine = lists.values[place] ?? 0;
    if (neighbour < 0 || cosine <= 0) continue;
    row.push(Math.floor(place / lists.k));
    column.push(neighbour);
    value.push(weight(cosine));
  }
  return symmetricNormalised(
    csrFromEntries(lists.rows, lists.rows, Int32Array.from(row), Int32Array.from(column), Float32Array.from(value)),
  );
}

/** `Σ_m share_m A_m` over matrices of one shape. */
export function weightedSum(matrices: readonly Csr[], shares: readonly number[]): Csr {
  const [first] = matrices;
  if (!first) throw new Error('There is nothing to add up.');
  const rowSums = Array.from({ length: first.rows }, () => new Map<number, number>());
  matrices.forEach((matrix, m) => {
    rowSums.forEach((sums, row) => {
      for (let k = matrix.pointers[row] ?? 0; k < (matrix.pointers[row + 1] ?? 0); k++) {
        const column = matrix.indices[k] ?? 0;
        sums.set(column, (sums.get(column) ?? 0) + (shares[m] ?? 0) * (matrix.values[k] ?? 0));
      }
    });
  });
  const entries = rowSums.flatMap((sums, row) => Array.from(sums, ([column, value]) => ({ row, column, value })));
  return csrFromEntries(
    first.rows,
    first.columns,
    Int32Array.from(entries, ({ row }) => row),
    Int32Array.from(entries, ({ column }) => column),
    Float32Array.from(entries, ({ value }) => value),
  );
}
