import { at } from '../../src/domain/at';
import type { Csr } from './csr';

/** `p_x` of an item: its row sum over the number of items, or its neighbours over it. */
export type Marginals = 'weighted' | 'counts';

/** Row sums that differ by less are equal: weights are in single precision. */
const SUM_STEPS = 1e6;
/** TMLP's guards inside the logarithm. */
const LEAST = 1e-10;

/**
 * Of each row's entries the `keep` whose items share most information with it, with their weights; the diagonal is left out, and ties keep the
 * lower index. `I[x is a neighbour of i; x is one of j]`, neighbours as the rows have them, in double precision (TMLP).
 */
export function mostInformative(graph: Csr, keep: number, marginals: Marginals): Csr {
  const size = graph.rows;
  const p = marginalsOf(graph, marginals);
  const places: number[] = [];
  const pointers = new Int32Array(size + 1);
  for (let i = 0; i < size; i++) {
    const others: { place: number; information: number }[] = [];
    for (let place = at(graph.pointers, i); place < at(graph.pointers, i + 1); place++) {
      const j = at(graph.indices, place);
      if (j !== i) others.push({ place, information: informationOf(graph, i, j, at(p, i), at(p, j)) });
    }
    others.sort((a, b) => b.information - a.information || a.place - b.place);
    const kept = others.slice(0, keep).map(({ place }) => place);
    places.push(...kept.sort((a, b) => a - b));
    pointers[i + 1] = places.length;
  }
  return {
    rows: size,
    columns: size,
    pointers,
    indices: Int32Array.from(places, (place) => at(graph.indices, place)),
    values: Float32Array.from(places, (place) => at(graph.values, place)),
  };
}

function marginalsOf({ rows, pointers, values }: Csr, marginals: Marginals): Float64Array {
  return Float64Array.from({ length: rows }, (_, x) => {
    const [start, end] = [at(pointers, x), at(pointers, x + 1)];
    if (marginals === 'counts') return (end - start) / rows;
    const sum = values.subarray(start, end).reduce((total, value) => total + value, 0);
    return Math.round(sum * SUM_STEPS) / SUM_STEPS / rows;
  });
}

/** `Σ_ab (n_ab/I) ln((n_ab/I)/(p_i^a p_j^b + 1e-10) + 1e-10)`, `p¹ = p`, `p⁰ = 1 − p`. */
function informationOf(graph: Csr, i: number, j: number, pi: number, pj: number): number {
  const size = graph.rows;
  const both = sharedNeighbours(graph, i, j);
  const one = degreeOf(graph, i) - both;
  const other = degreeOf(graph, j) - both;
  const part = (count: number, marginal: number): number =>
    (count / size) * Math.log(count / size / (marginal + LEAST) + LEAST);
  return (
    part(both, pi * pj) +
    part(one, pi * (1 - pj)) +
    part(other, (1 - pi) * pj) +
    part(size - one - other - both, (1 - pi) * (1 - pj))
  );
}

const degreeOf = ({ pointers }: Csr, row: number): number => at(pointers, row + 1) - at(pointers, row);

/** Columns that both rows have; they ascend. */
function sharedNeighbours({ pointers, indices }: Csr, i: number, j: number): number {
  let [a, b, count] = [at(pointers, i), at(pointers, j), 0];
  const ends = [at(pointers, i + 1), at(pointers, j + 1)] as const;
  while (a < ends[0] && b < ends[1]) {
    const difference = at(indices, a) - at(indices, b);
    if (difference === 0) count++;
    if (difference <= 0) a++;
    if (difference >= 0) b++;
  }
  return count;
}
