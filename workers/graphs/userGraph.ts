import { at, entry } from '../../src/domain/at';
import type { Random } from '../numbers/rng';
import type { CommonNeighbours } from './common';
import { csrFromEntries, type Csr } from './csr';

/**
 * `V_uv = m_uv e^{c_uv} / Σ_v m_uv e^{c_uv}`, `[U, U]`, directed, `c` the numbers in common. m is 1, or with `random` how often a neighbour is listed once a short list has been
 * filled up: each new entry is a uniform draw from the list as it then stands, a Pólya urn. Users without neighbours have empty rows.
 */
export function userGraph({ wanted, lists }: CommonNeighbours, random: Random | null): Csr {
  const total = lists.reduce((sum, { others }) => sum + others.length, 0);
  const [row, column, value] = [new Int32Array(total), new Int32Array(total), new Float32Array(total)];
  let place = 0;
  lists.forEach(({ others, common }, user) => {
    const times = random && others.length > 0 ? filledUp(others.length, wanted, random) : null;
    // The first shares most.
    const weights = Array.from(common, (number, n) => (times ? at(times, n) : 1) * Math.exp(number - at(common, 0)));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    others.forEach((other, n) => {
      row[place] = user;
      column[place] = other;
      value[place++] = entry(weights, n) / sum;
    });
  });
  return csrFromEntries(lists.length, lists.length, row, column, value);
}

/** How often each of `count` entries stands in a list that is filled up to `wanted`. */
function filledUp(count: number, wanted: number, random: Random): Int32Array {
  const listed = Array.from({ length: count }, (_, place) => place);
  const times = new Int32Array(count).fill(1);
  while (listed.length < wanted) {
    const drawn = entry(listed, random.integer(listed.length));
    listed.push(drawn);
    times[drawn] = at(times, drawn) + 1;
  }
  return times;
}

/** Of each row the effective number of neighbours, `1 / Σ_v V_uv²`; 0 for an empty row. */
export function effectiveNeighbours({ rows, pointers, values }: Csr): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const squares = values
      .subarray(at(pointers, row), at(pointers, row + 1))
      .reduce((sum, value) => sum + value * value, 0);
    return squares > 0 ? 1 / squares : 0;
  });
}
