import { at } from '../../src/domain/at';
import { csrFromEntries, symmetricNormalised, type Csr } from './csr';

/** Distinct training pairs, as parallel columns. */
export interface Pairs {
  readonly users: Int32Array;
  readonly items: Int32Array;
}

/** `R [U, I]`: 1 where the pair is a training interaction. */
export function interactionMatrix(pairs: Pairs, users: number, items: number): Csr {
  return csrFromEntries(users, items, pairs.users, pairs.items, new Float32Array(pairs.users.length).fill(1));
}

/** `[[0, R], [Rᵀ, block]]`, items after users; without a block 0 stands in its place. `[U + I, U + I]` */
export function bipartiteGraph(pairs: Pairs, users: number, items: number, block: Csr | null): Csr {
  const edges = pairs.users.length;
  const extra = block?.indices.length ?? 0;
  const row = new Int32Array(2 * edges + extra);
  const column = new Int32Array(2 * edges + extra);
  const value = new Float32Array(2 * edges + extra).fill(1);
  for (let e = 0; e < edges; e++) {
    const user = at(pairs.users, e);
    const item = users + at(pairs.items, e);
    row[e] = user;
    column[e] = item;
    row[edges + e] = item;
    column[edges + e] = user;
  }
  if (block) {
    for (let r = 0; r < block.rows; r++)
      row.fill(users + r, 2 * edges + at(block.pointers, r), 2 * edges + at(block.pointers, r + 1));
    block.indices.forEach((other, place) => (column[2 * edges + place] = users + other));
    value.set(block.values, 2 * edges);
  }
  const nodes = users + items;
  return csrFromEntries(nodes, nodes, row, column, value);
}

/**
 * `sym([[0, R], [Rᵀ, block]])`. `epsilon` is added to degrees (1e-7 in LightGCN, none in MGCN; none where there is a
 * block). Symmetric when the block is, or is absent.
 */
export const behaviourGraph = (
  pairs: Pairs,
  users: number,
  items: number,
  epsilon: number,
  block: Csr | null = null,
): Csr => symmetricNormalised(bipartiteGraph(pairs, users, items, block), block ? 0 : epsilon);

/** The users' rows and items' columns of a graph over both, `[U, I]`. */
export function userItemBlock(graph: Csr, users: number): Csr {
  const end = at(graph.pointers, users);
  const entries = Array.from({ length: end }, (_, place) => place).filter((place) => at(graph.indices, place) >= users);
  const row = new Int32Array(end);
  for (let r = 0; r < users; r++) row.fill(r, at(graph.pointers, r), at(graph.pointers, r + 1));
  return csrFromEntries(
    users,
    graph.columns - users,
    Int32Array.from(entries, (place) => at(row, place)),
    Int32Array.from(entries, (place) => at(graph.indices, place) - users),
    Float32Array.from(entries, (place) => at(graph.values, place)),
  );
}

/** `R` with rows that sum to 1, `[U, I]`: the mean over a user's training history; empty rows stay empty. */
export function historyMean(pairs: Pairs, users: number, items: number): Csr {
  const matrix = interactionMatrix(pairs, users, items);
  const values = new Float32Array(matrix.values.length);
  for (let u = 0; u < users; u++) {
    const start = at(matrix.pointers, u);
    const end = at(matrix.pointers, u + 1);
    values.fill(1 / Math.max(1, end - start), start, end);
  }
  return { ...matrix, values };
}

/** `sym_bip(R) [U, I]`: `1/√(deg(u) deg(i))` at every training pair. */
export function userFromItem(pairs: Pairs, users: number, items: number): Csr {
  const matrix = interactionMatrix(pairs, users, items);
  const itemDegrees = new Float64Array(items);
  for (const item of matrix.indices) itemDegrees[item] = at(itemDegrees, item) + 1;
  const values = new Float32Array(matrix.values.length);
  for (let u = 0; u < users; u++) {
    const start = at(matrix.pointers, u);
    const end = at(matrix.pointers, u + 1);
    for (let k = start; k < end; k++) values[k] = 1 / Math.sqrt((end - start) * at(itemDegrees, at(matrix.indices, k)));
  }
  return { ...matrix, values };
}

/** `(D + 1e-8)^(−1/2) A`, `D` the row sums: rows that sum to about the root of their sum (LLMRec). */
export function rowsOverRootDegree(matrix: Csr): Csr {
  const values = matrix.values.slice();
  for (let row = 0; row < matrix.rows; row++) {
    const [start, end] = [at(matrix.pointers, row), at(matrix.pointers, row + 1)];
    const sum = values.subarray(start, end).reduce((total, value) => total + value, 1e-8);
    for (let place = start; place < end; place++) values[place] = at(matrix.values, place) / Math.sqrt(sum);
  }
  return { ...matrix, values };
}
