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
export function cosineGraph(lists: NeighbourLists): Csr {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let place = 0; place < lists.indices.length; place++) {
    const neighbour = lists.indices[place] ?? -1;
    const cosine = lists.values[place] ?? 0;
    if (neighbour < 0 || cosine <= 0) continue;
    row.push(Math.floor(place / lists.k));
    column.push(neighbour);
    value.push(cosine);
  }
  return symmetricNormalised(
    csrFromEntries(lists.rows, lists.rows, Int32Array.from(row), Int32Array.from(column), Float32Array.from(value)),
  );
}
