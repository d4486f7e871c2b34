import { at, entry } from '../../src/domain/at';
import { csrFromEntries, symmetricNormalised, transpose, type Csr } from './csr';

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

/** The same with weight 1 for every neighbour that is kept; `epsilon` is added to row sums. */
export const equalWeightGraph = (lists: NeighbourLists, epsilon = 0): Csr => neighbourGraph(lists, () => 1, epsilon);

const neighbourGraph = (lists: NeighbourLists, weight: (cosine: number) => number, epsilon = 0): Csr =>
  symmetricNormalised(entriesOf(lists, weight), epsilon);

function entriesOf(lists: NeighbourLists, weight: (cosine: number) => number): Csr {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let place = 0; place < lists.indices.length; place++) {
    const neighbour = at(lists.indices, place);
    const cosine = at(lists.values, place);
    if (neighbour < 0 || cosine <= 0) continue;
    row.push(Math.floor(place / lists.k));
    column.push(neighbour);
    value.push(weight(cosine));
  }
  return csrFromEntries(
    lists.rows,
    lists.rows,
    Int32Array.from(row),
    Int32Array.from(column),
    Float32Array.from(value),
  );
}

/** Directed and not normalised: weight 1 (or the cosine) at every neighbour whose cosine is positive. */
export const linkMatrix = (lists: NeighbourLists): Csr => entriesOf(lists, () => 1);
export const cosineMatrix = (lists: NeighbourLists): Csr => entriesOf(lists, (cosine) => cosine);

/** `sym` of links of weight 1 from each row to the others that its list names, whatever their cosines; `epsilon` is added to row sums. */
export function listedGraph(lists: readonly (readonly number[])[], epsilon: number): Csr {
  const row = Int32Array.from(lists.flatMap((list, from) => list.map(() => from)));
  const column = Int32Array.from(lists.flat());
  const matrix = csrFromEntries(lists.length, lists.length, row, column, new Float32Array(row.length).fill(1));
  return symmetricNormalised(matrix, epsilon);
}

/** The greater of `A` and `Aᵀ`, entry by entry. */
export function symmetrised(matrix: Csr): Csr {
  const { rows, pointers, indices, values } = matrix;
  const other = transpose(matrix);
  const entries = new Map<number, number>();
  for (const { pointers: from, indices: to, values: weight } of [{ pointers, indices, values }, other]) {
    for (let r = 0; r < rows; r++) {
      for (let k = at(from, r); k < at(from, r + 1); k++) {
        const key = r * rows + at(to, k);
        entries.set(key, Math.max(entries.get(key) ?? -Infinity, at(weight, k)));
      }
    }
  }
  const keys = [...entries.keys()];
  return csrFromEntries(
    rows,
    rows,
    Int32Array.from(keys, (key) => Math.floor(key / rows)),
    Int32Array.from(keys, (key) => key % rows),
    Float32Array.from(entries.values()),
  );
}

/**
 * GUME's block: 1 where `j` is a neighbour of `i` in every modality, `i` itself left out; with `mutual`, and `i` one of `j` too.
 */
export function adjacentInAll(lists: readonly NeighbourLists[], mutual: boolean): Csr {
  const [first] = lists;
  if (!first) throw new Error('Adjacency needs neighbours of a modality at least.');
  const counts = new Map<number, number>();
  for (const { indices, values, k } of lists) {
    indices.forEach((other, place) => {
      const row = Math.floor(place / k);
      if (other < 0 || other === row || at(values, place) <= 0) return;
      const key = row * first.rows + other;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
  const everywhere = (key: number): boolean => counts.get(key) === lists.length;
  const keys = [...counts.keys()].filter(
    (key) => everywhere(key) && (!mutual || everywhere((key % first.rows) * first.rows + Math.floor(key / first.rows))),
  );
  return csrFromEntries(
    first.rows,
    first.rows,
    Int32Array.from(keys, (key) => Math.floor(key / first.rows)),
    Int32Array.from(keys, (key) => key % first.rows),
    new Float32Array(keys.length).fill(1),
  );
}

/** `Σ_m share_m A_m` over matrices of one shape. */
export const weightedSum = (matrices: readonly Csr[], shares: readonly number[]): Csr =>
  joined(matrices, (sum, value, m) => (sum ?? 0) + entry(shares, m) * value);

/** The greatest of the values that matrices of one shape hold at a place; where none holds one, there is none. */
export const elementwiseMaximum = (matrices: readonly Csr[]): Csr =>
  joined(matrices, (most, value) => (most === undefined ? value : Math.max(most, value)));

/** The union of the entries; `join` takes in one value after the other, with the place of its matrix. */
function joined(matrices: readonly Csr[], join: (before: number | undefined, value: number, m: number) => number): Csr {
  const [first] = matrices;
  if (!first) throw new Error('There is nothing to join.');
  const { rows, columns } = first;
  const most = matrices.reduce((sum, { indices }) => sum + indices.length, 0);
  const indices = new Int32Array(most);
  const values = new Float32Array(most);
  const pointers = new Int32Array(rows + 1);
  const found = new Float64Array(columns);
  const seen = new Int32Array(columns).fill(-1);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const start = end;
    matrices.forEach((matrix, m) => {
      for (let k = at(matrix.pointers, row); k < at(matrix.pointers, row + 1); k++) {
        const column = at(matrix.indices, k);
        const known = seen[column] === row;
        if (!known) indices[end++] = column;
        seen[column] = row;
        found[column] = join(known ? at(found, column) : undefined, at(matrix.values, k), m);
      }
    });
    indices.subarray(start, end).sort();
    for (let place = start; place < end; place++) values[place] = at(found, at(indices, place));
    pointers[row + 1] = end;
  }
  return { rows, columns, pointers, indices: indices.slice(0, end), values: values.slice(0, end) };
}
