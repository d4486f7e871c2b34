import { at } from '../../src/domain/at';
import type { Pairs } from './behaviour';
import type { Csr } from './csr';
import type { NeighbourLists } from './neighbours';

export interface InducedEdges {
  readonly pairs: Pairs;
  /** Users whose pool held fewer than `r` candidates: there the score chose nothing. */
  readonly poolsBelow: number;
}

/** Unit rows of one modality. */
export interface UnitRows {
  readonly values: Float32Array;
  readonly columns: number;
}

/**
 * MAGNET's induced edges `E⁺`. `N(i) = ∪_m N^m(i)` are the content neighbours of an item; a user's pool is the union over
 * the training history without the history itself; `c_{u,j} = Σ_{i ∈ I_u : j ∈ N(i)} mean_m cos_m(i, j)`; the `r` best
 * candidates become edges. Ties: the lower item. `trained [U, I]`.
 */
export function inducedEdges(
  trained: Csr,
  lists: readonly NeighbourLists[],
  tables: readonly UnitRows[],
  r: number,
): InducedEdges {
  const neighbours = unionOf(lists, trained.columns, tables);
  const users: number[] = [];
  const items: number[] = [];
  let poolsBelow = 0;
  const scores = new Float64Array(trained.columns);
  const state = new Uint8Array(trained.columns);
  for (let user = 0; user < trained.rows; user++) {
    const history = trained.indices.subarray(trained.pointers[user], trained.pointers[user + 1]);
    if (history.length === 0) continue;
    const pool: number[] = [];
    for (const item of history) state[item] = OWN;
    for (const item of history) {
      for (let k = at(neighbours.pointers, item); k < at(neighbours.pointers, item + 1); k++) {
        const other = at(neighbours.indices, k);
        if (state[other] === OWN) continue;
        if (state[other] === 0) {
          state[other] = IN_POOL;
          scores[other] = 0;
          pool.push(other);
        }
        scores[other] = at(scores, other) + at(neighbours.values, k);
      }
    }
    if (pool.length < r) poolsBelow += 1;
    const best = pool.sort((a, b) => at(scores, b) - at(scores, a) || a - b);
    for (const item of best.slice(0, r)) {
      users.push(user);
      items.push(item);
    }
    for (const item of [...history, ...pool]) state[item] = 0;
  }
  return { pairs: { users: Int32Array.from(users), items: Int32Array.from(items) }, poolsBelow };
}

const OWN = 1;
const IN_POOL = 2;

/** Each item's neighbours by any modality, with the mean of all modalities' cosines. */
function unionOf(lists: readonly NeighbourLists[], items: number, tables: readonly UnitRows[]): Csr {
  const pointers = new Int32Array(items + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let item = 0; item < items; item++) {
    const union = new Set<number>();
    for (const { indices: listed, k } of lists) {
      for (let place = item * k; place < (item + 1) * k; place++)
        if (at(listed, place) >= 0) union.add(at(listed, place));
    }
    for (const other of union) {
      indices.push(other);
      values.push(tables.reduce((sum, table) => sum + dot(table, item, other), 0) / tables.length);
    }
    pointers[item + 1] = indices.length;
  }
  return {
    rows: items,
    columns: items,
    pointers,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

function dot({ values, columns }: UnitRows, a: number, b: number): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += at(values, a * columns + c) * at(values, b * columns + c);
  return sum;
}
