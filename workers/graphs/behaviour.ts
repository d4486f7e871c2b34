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

/**
 * `sym(G)`, `G = [[0, R], [Rᵀ, 0]]`, `[U + I, U + I]`, items after users. `epsilon` is added to degrees (1e-7 in
 * LightGCN, none in MGCN). Symmetric.
 */
export function behaviourGraph(pairs: Pairs, users: number, items: number, epsilon: number): Csr {
  const edges = pairs.users.length;
  const row = new Int32Array(2 * edges);
  const column = new Int32Array(2 * edges);
  for (let e = 0; e < edges; e++) {
    const user = pairs.users[e] ?? 0;
    const item = users + (pairs.items[e] ?? 0);
    row[e] = user;
    column[e] = item;
    row[edges + e] = item;
    column[edges + e] = user;
  }
  const nodes = users + items;
  return symmetricNormalised(csrFromEntries(nodes, nodes, row, column, new Float32Array(2 * edges).fill(1)), epsilon);
}

/** `sym_bip(R) [U, I]`: `1/√(deg(u) deg(i))` at every training pair. */
export function userFromItem(pairs: Pairs, users: number, items: number): Csr {
  const matrix = interactionMatrix(pairs, users, items);
  const itemDegrees = new Float64Array(items);
  for (const item of matrix.indices) itemDegrees[item] = (itemDegrees[item] ?? 0) + 1;
  const values = new Float32Array(matrix.values.length);
  for (let u = 0; u < users; u++) {
    const start = matrix.pointers[u] ?? 0;
    const end = matrix.pointers[u + 1] ?? 0;
    for (let k = start; k < end; k++) values[k] = 1 / Math.sqrt((end - start) * (itemDegrees[matrix.indices[k] ?? 0] ?? 1));
  }
  return { ...matrix, values };
}
