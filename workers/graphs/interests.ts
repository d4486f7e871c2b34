import { at } from '../../src/domain/at';
import { csrFromEntries, symmetricNormalised, transpose, type Csr } from './csr';
import type { NeighbourLists } from './neighbours';

/** `sym(A)` whose stored values are raised to at least `least`; entries at which a degree is 0 stay, with that value. */
export function flooredSymmetric(matrix: Csr, least: number): Csr {
  const scaled = symmetricNormalised(matrix);
  return { ...scaled, values: scaled.values.map((value) => Math.max(value, least)) };
}

/** `[[0, M], [Mᵀ, 0]]` of a matrix `M [U, I]`, `[U + I, U + I]`. */
export function bothWays(matrix: Csr): Csr {
  const { rows: users, columns: items, indices, values } = matrix;
  const nodes = users + items;
  const row = new Int32Array(2 * indices.length);
  const column = new Int32Array(2 * indices.length);
  for (let user = 0; user < users; user++)
    for (let k = at(matrix.pointers, user); k < at(matrix.pointers, user + 1); k++) {
      const item = users + at(indices, k);
      row.set([user, item], 2 * k);
      column.set([item, user], 2 * k);
    }
  return csrFromEntries(
    nodes,
    nodes,
    row,
    column,
    Float32Array.from(row, (_, place) => at(values, place >> 1)),
  );
}

interface Similar {
  readonly value: number;
  /** An item of the history, and one that it is similar to. */
  readonly from: number;
  readonly to: number;
}

/** How the pairs of a history are chosen. */
export interface PairChoice {
  /** Pairs of different items for each user. */
  readonly count: number;
  /** Only with items outside of the history. */
  readonly outside: boolean;
}

/**
 * `R^a [U, I]`: the sums, by column, of the greatest similarities of each history's items: those of every item with itself, and of the others the `count`
 * greatest. `lists` hold each item's most similar others, enough of them; `own` its similarity with itself. Ties: the lower item of the history, then the
 * lower other one. What is not positive is never chosen.
 */
export function secondOrder(trained: Csr, lists: NeighbourLists, own: Float32Array, choice: PairChoice): Csr {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let user = 0; user < trained.rows; user++) {
    const history = trained.indices.subarray(at(trained.pointers, user), at(trained.pointers, user + 1));
    const sums = new Map<number, number>();
    const add = (item: number, similarity: number): void => {
      if (similarity > 0) sums.set(item, (sums.get(item) ?? 0) + similarity);
    };
    history.forEach((item) => add(item, at(own, item)));
    for (const { to, value: similarity } of bestPairs(history, lists, choice)) add(to, similarity);
    for (const [item, sum] of sums) {
      row.push(user);
      column.push(item);
      value.push(sum);
    }
  }
  const entries = [Int32Array.from(row), Int32Array.from(column)] as const;
  return csrFromEntries(trained.rows, trained.columns, ...entries, Float32Array.from(value));
}

/** A history's most similar pairs of different items. */
function bestPairs(history: Int32Array, lists: NeighbourLists, { count, outside }: PairChoice): Similar[] {
  const inside = new Set(outside ? history : []);
  const pairs: Similar[] = [];
  for (const from of history) {
    let taken = 0;
    for (let place = from * lists.k; place < (from + 1) * lists.k && taken < count; place++) {
      const to = at(lists.indices, place);
      const value = at(lists.values, place);
      if (to < 0 || !(value > 0)) break;
      if (inside.has(to)) continue;
      pairs.push({ value, from, to });
      taken += 1;
    }
  }
  return pairs.sort((a, b) => b.value - a.value || a.from - b.from || a.to - b.to).slice(0, count);
}

/** The items that each user is interested in, by any of several lists `[U, k]`: 1 each, `[U, I]`. Users without a history have none. */
export function unionOfLists(trained: Csr, lists: readonly NeighbourLists[]): Csr {
  const row: number[] = [];
  const column: number[] = [];
  for (let user = 0; user < trained.rows; user++) {
    if (at(trained.pointers, user) === at(trained.pointers, user + 1)) continue;
    const items = new Set(lists.flatMap(({ indices, k }) => [...indices.subarray(user * k, (user + 1) * k)]));
    for (const item of items)
      if (item >= 0) {
        row.push(user);
        column.push(item);
      }
  }
  return csrFromEntries(
    trained.rows,
    trained.columns,
    Int32Array.from(row),
    Int32Array.from(column),
    new Float32Array(row.length).fill(1),
  );
}

/** `n_ij = #{u : i ∈ I_u, j ∈ C_u}`, `[I, I]`, of histories and interests `[U, I]`; with `once` every count is 1. */
export function interestCounts(trained: Csr, interests: Csr, once: boolean): Csr {
  const audiences = transpose(trained);
  const items = trained.columns;
  const counts = new Int32Array(items);
  const pointers = new Int32Array(items + 1);
  const columns: Int32Array[] = [];
  const values: Float32Array[] = [];
  for (let item = 0; item < items; item++) {
    const touched: number[] = [];
    for (let k = at(audiences.pointers, item); k < at(audiences.pointers, item + 1); k++) {
      const user = at(audiences.indices, k);
      for (let c = at(interests.pointers, user); c < at(interests.pointers, user + 1); c++) {
        const other = at(interests.indices, c);
        if (counts[other] === 0) touched.push(other);
        counts[other] = at(counts, other) + 1;
      }
    }
    const own = Int32Array.from(touched).sort();
    columns.push(own);
    values.push(Float32Array.from(own, (other) => (once ? 1 : at(counts, other))));
    for (const other of own) counts[other] = 0;
    pointers[item + 1] = at(pointers, item) + own.length;
  }
  const length = at(pointers, items);
  const indices = new Int32Array(length);
  const all = new Float32Array(length);
  columns.forEach((own, item) => indices.set(own, at(pointers, item)));
  values.forEach((own, item) => all.set(own, at(pointers, item)));
  return { rows: items, columns: items, pointers, indices, values: all };
}

/** The entries that are greater than 0. */
export function positiveEntries({ rows, columns, pointers, indices, values }: Csr): Csr {
  const kept = values.map((value) => Number(value > 0));
  const before = new Int32Array(kept.length + 1);
  kept.forEach((one, place) => (before[place + 1] = at(before, place) + one));
  return {
    rows,
    columns,
    pointers: pointers.map((place) => at(before, place)),
    indices: indices.filter((_, place) => kept[place] === 1),
    values: values.filter((value) => value > 0),
  };
}
