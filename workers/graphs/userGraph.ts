import { at } from '../../src/domain/at';
import type { Random } from '../numbers/rng';
import { interactionMatrix, type Pairs } from './behaviour';
import { csrFromEntries, transpose, type Csr } from './csr';

/** For each user the others with whom most items are shared, most first; equal numbers: the lower user first. */
export interface UserNeighbours {
  readonly users: number;
  /** Length of a full list. */
  readonly wanted: number;
  readonly lists: readonly (readonly { readonly user: number; readonly common: number }[])[];
}

/** The `wanted` users `v ≠ u` with the greatest `|I_u ∩ I_v| > 0`. Counted row by row: no matrix of all users is held. */
export function userNeighbours(pairs: Pairs, users: number, items: number, wanted: number): UserNeighbours {
  const matrix = interactionMatrix(pairs, users, items);
  const columns = transpose(matrix);
  const counts = new Int32Array(users);
  const lists = Array.from({ length: users }, (_, user) => {
    const met: number[] = [];
    for (let k = at(matrix.pointers, user); k < at(matrix.pointers, user + 1); k++) {
      const item = at(matrix.indices, k);
      for (let p = at(columns.pointers, item); p < at(columns.pointers, item + 1); p++) {
        const other = at(columns.indices, p);
        if (other === user) continue;
        if (counts[other] === 0) met.push(other);
        counts[other] = at(counts, other) + 1;
      }
    }
    const list = met
      .sort((a, b) => at(counts, b) - at(counts, a) || a - b)
      .map((other) => ({ user: other, common: at(counts, other) }));
    met.forEach((other) => (counts[other] = 0));
    return list.slice(0, wanted);
  });
  return { users, wanted, lists };
}

/**
 * `V_uv = m_uv e^{c_uv} / Σ_v m_uv e^{c_uv}`, `[U, U]`, directed. m is 1, or with `random` how often a neighbour is listed once a short list has been
 * filled up: each new entry is a uniform draw from the list as it then stands. Users without neighbours have empty rows.
 */
export function userGraph({ users, wanted, lists }: UserNeighbours, random: Random | null): Csr {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  lists.forEach((list, user) => {
    const [first] = list;
    if (!first) return;
    const times = list.map(() => 1);
    if (random) {
      const listed = list.map((_, place) => place);
      while (listed.length < wanted) {
        const drawn = at(listed, random.integer(listed.length));
        listed.push(drawn);
        times[drawn] = at(times, drawn) + 1;
      }
    }
    const weights = list.map(({ common }, place) => at(times, place) * Math.exp(common - first.common));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    list.forEach((other, place) => {
      row.push(user);
      column.push(other.user);
      value.push(at(weights, place) / sum);
    });
  });
  return csrFromEntries(users, users, Int32Array.from(row), Int32Array.from(column), Float32Array.from(value));
}
