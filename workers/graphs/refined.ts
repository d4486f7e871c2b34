import { at } from '../../src/domain/at';
import { csrFromEntries, transpose, type Csr } from './csr';
import type { NeighbourLists } from './neighbours';

export type DropIdentical = 'all' | 'none' | 'authors';

export interface Refinement {
  /** Directed, not normalised: `S + C`. */
  readonly matrix: Csr;
  /** Semantic edges that the threshold dropped. */
  readonly dropped: number;
  /** Edges that co-occurrence brought and the semantic graph had not. */
  readonly added: number;
}

interface RefinementOptions {
  /** α; null keeps every neighbour. */
  readonly minSimilarity: number | null;
  /** K_c; 0 adds no co-occurrence. */
  readonly coNeighbours: number;
  readonly dropIdentical: DropIdentical;
}

/**
 * MLLMRec's refined item–item graph before normalisation, `S + C`: `S[a, b] = 1` where `b` is among `a`'s semantic
 * neighbours (`lists`, self included) with cosine ≥ α, and `C[a, b]` the Jaccard similarity of the training audiences
 * for the `K_c` most similar. `trained [U, I]`.
 */
export function refinedGraph(lists: NeighbourLists, trained: Csr, options: RefinementOptions): Refinement {
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  const audiences = transpose(trained);
  const degree = (item: number): number => at(audiences.pointers, item + 1) - at(audiences.pointers, item);
  const common = new Float64Array(lists.rows);
  let dropped = 0;
  let added = 0;
  for (let a = 0; a < lists.rows; a++) {
    const weights = new Map<number, number>();
    for (let place = a * lists.k; place < (a + 1) * lists.k; place++) {
      const b = at(lists.indices, place);
      const cosine = at(lists.values, place);
      if (b < 0 || cosine <= 0) continue;
      if (options.minSimilarity !== null && cosine < options.minSimilarity) dropped += 1;
      else weights.set(b, 1);
    }
    for (const { item, jaccard } of options.coNeighbours > 0
      ? similarAudiences(a, audiences, trained, degree, common, options)
      : []) {
      if (!weights.has(item)) added += 1;
      weights.set(item, (weights.get(item) ?? 0) + jaccard);
    }
    for (const [b, weight] of weights) {
      row.push(a);
      column.push(b);
      value.push(weight);
    }
  }
  return {
    matrix: csrFromEntries(
      lists.rows,
      lists.rows,
      Int32Array.from(row),
      Int32Array.from(column),
      Float32Array.from(value),
    ),
    dropped,
    added,
  };
}

/** The `K_c` items with the greatest Jaccard similarity to `a`, from exact counts; ties: the lower item. */
function similarAudiences(
  a: number,
  audiences: Csr,
  trained: Csr,
  degree: (item: number) => number,
  common: Float64Array,
  { coNeighbours, dropIdentical }: RefinementOptions,
): { readonly item: number; readonly jaccard: number }[] {
  const touched: number[] = [];
  for (let k = at(audiences.pointers, a); k < at(audiences.pointers, a + 1); k++) {
    const user = at(audiences.indices, k);
    for (let l = at(trained.pointers, user); l < at(trained.pointers, user + 1); l++) {
      const item = at(trained.indices, l);
      if (common[item] === 0) touched.push(item);
      common[item] = at(common, item) + 1;
    }
  }
  const candidates = touched.map((item) => {
    const shared = at(common, item);
    common[item] = 0;
    return { item, jaccard: shared / (degree(a) + degree(item) - shared) };
  });
  return candidates
    .filter(({ item, jaccard }) => {
      if (dropIdentical === 'none') return item !== a;
      if (dropIdentical === 'all') return item !== a && jaccard < 1;
      // What the authors' float32 test for 1 misses: an audience of one user.
      return jaccard < 1 || degree(a) === 1;
    })
    .sort((x, y) => y.jaccard - x.jaccard || x.item - y.item)
    .slice(0, coNeighbours);
}
