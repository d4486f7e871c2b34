import { describe, expect, it } from 'vitest';
import { stream } from '../../workers/numbers/rng';
import { interactionMatrix } from '../../workers/graphs/behaviour';
import { inducedEdges } from '../../workers/graphs/induced';
import type { NeighbourLists } from '../../workers/graphs/neighbours';
import { refinedGraph, type DropIdentical } from '../../workers/graphs/refined';
import { expectMatrix, pairsOf, randomPairs, type PairList } from '../helpers/matrices';

/** Unit rows and their cosines. */
function randomTable(
  random: ReturnType<typeof stream>,
  rows: number,
  columns: number,
): { values: Float32Array; columns: number; cosine: (a: number, b: number) => number } {
  const table = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
  const unit = table.map((row) => row.map((value) => Math.fround(value / Math.hypot(...row))));
  return {
    values: Float32Array.from(unit.flat()),
    columns,
    cosine: (a, b) => unit[a]!.reduce((sum, value, c) => sum + value * unit[b]![c]!, 0),
  };
}

/** The `k` items with the greatest cosine, ties to the lower. */
const nearest = (cosine: (a: number, b: number) => number, rows: number, k: number, self: boolean): number[][] =>
  Array.from({ length: rows }, (_, a) =>
    Array.from({ length: rows }, (_, b) => b)
      .filter((b) => self || b !== a)
      .sort((b, c) => cosine(a, c) - cosine(a, b) || b - c)
      .slice(0, k),
  );

const listsOf = (lists: number[][], k: number, cosine: (a: number, b: number) => number): NeighbourLists => ({
  rows: lists.length,
  k,
  indices: Int32Array.from(lists.flat()),
  values: Float32Array.from(lists.flatMap((list, a) => list.map((b) => cosine(a, b)))),
});

const audience = (pairs: PairList, item: number): Set<number> =>
  new Set(pairs.filter(([, i]) => i === item).map(([u]) => u));

function jaccard(a: Set<number>, b: Set<number>): { shared: number; value: number } {
  const shared = [...a].filter((user) => b.has(user)).length;
  return { shared, value: shared / Math.max(1, a.size + b.size - shared) };
}

/** Who may be in `a`'s list of co-occurring items. */
function admits(drop: DropIdentical, a: number, b: number, audiences: readonly Set<number>[]): boolean {
  const { shared, value } = jaccard(audiences[a]!, audiences[b]!);
  if (shared === 0) return false;
  if (drop === 'none') return a !== b;
  if (drop === 'all') return a !== b && value < 1;
  return value < 1 || audiences[a]!.size === 1;
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  const random = stream(seed, 'refined');
  const [users, items] = [3 + random.integer(4), 6 + random.integer(5)];
  const pairs = randomPairs(random, users, items, 0.35);
  const trained = interactionMatrix(pairsOf(pairs), users, items);
  const audiences = Array.from({ length: items }, (_, item) => audience(pairs, item));
  const { cosine } = randomTable(random, items, 3);
  const lists = nearest(cosine, items, 4, true);

  describe(`the refined graph of random data, ${seed}`, () => {
    for (const drop of ['all', 'none', 'authors'] as const) {
      for (const [minSimilarity, coNeighbours] of [
        [0.5, 3],
        [null, 2],
        [0.2, 0],
        [0.9, 50],
      ] as const) {
        it(`is neighbours above ${minSimilarity ?? 'nothing'} and the ${coNeighbours} most similar audiences, identical ones: ${drop}`, () => {
          const semantic = lists.map((list, a) =>
            list.filter(
              (b) =>
                Math.fround(cosine(a, b)) > 0 && (minSimilarity === null || Math.fround(cosine(a, b)) >= minSimilarity),
            ),
          );
          const together = audiences.map((own, a) =>
            Array.from({ length: items }, (_, b) => b)
              .filter((b) => admits(drop, a, b, audiences))
              .sort((b, c) => jaccard(own, audiences[c]!).value - jaccard(own, audiences[b]!).value || b - c)
              .slice(0, coNeighbours),
          );
          const expected = audiences.map((own, a) =>
            audiences.map(
              (other, b) =>
                (semantic[a]!.includes(b) ? 1 : 0) + (together[a]!.includes(b) ? jaccard(own, other).value : 0),
            ),
          );
          const got = refinedGraph(listsOf(lists, 4, cosine), trained, {
            minSimilarity,
            coNeighbours,
            dropIdentical: drop,
          });
          expectMatrix(got.matrix, expected);
          const positive = lists.flatMap((list, a) => list.filter((b) => Math.fround(cosine(a, b)) > 0)).length;
          expect(got.dropped).toBe(positive - semantic.flat().length);
          expect(got.added).toBe(together.flatMap((list, a) => list.filter((b) => !semantic[a]!.includes(b))).length);
        });
      }
    }
  });

  describe(`induced edges of random data, ${seed}`, () => {
    const tables = [randomTable(random, items, 3), randomTable(random, items, 2)];
    const perModality = tables.map((table) => nearest(table.cosine, items, 3, false));
    for (const r of [1, 3, 50]) {
      it(`are each user’s ${r} best candidates`, () => {
        const expected: [number, number][] = [];
        let below = 0;
        for (let user = 0; user < users; user++) {
          const history = pairs.filter(([u]) => u === user).map(([, i]) => i);
          const scores = new Map<number, number>();
          for (const i of history) {
            // Both cosines count also where one modality alone lists the item.
            for (const j of new Set(perModality.flatMap((of) => of[i]!))) {
              if (!history.includes(j))
                scores.set(j, (scores.get(j) ?? 0) + (tables[0]!.cosine(i, j) + tables[1]!.cosine(i, j)) / 2);
            }
          }
          if (history.length > 0 && scores.size < r) below += 1;
          expected.push(
            ...[...scores]
              .sort((a, b) => b[1] - a[1] || a[0] - b[0])
              .slice(0, r)
              .map(([j]): [number, number] => [user, j]),
          );
        }
        const got = inducedEdges(
          trained,
          perModality.map((of, m) => listsOf(of, 3, tables[m]!.cosine)),
          tables,
          r,
        );
        expect(Array.from(got.pairs.users, (user, place) => [user, got.pairs.items[place]])).toEqual(expected);
        expect(got.poolsBelow).toBe(below);
        expect(r > 1 || expected.length > 0).toBe(true);
      });
    }
  });
}

describe('induced edges', () => {
  it('go to the lower item where scores tie, and never to the history', () => {
    // Four items in one direction: every cosine is 1.
    const same = { values: Float32Array.of(1, 1, 1, 1), columns: 1 };
    const lists = {
      rows: 4,
      k: 3,
      indices: Int32Array.of(3, 2, 1, 3, 2, 0, 3, 1, 0, 2, 1, 0),
      values: new Float32Array(12).fill(1),
    };
    const got = inducedEdges(
      interactionMatrix(
        pairsOf([
          [0, 2],
          [1, 0],
          [1, 1],
        ]),
        3,
        4,
      ),
      [lists],
      [same],
      2,
    );
    expect(Array.from(got.pairs.users, (user, place) => [user, got.pairs.items[place]])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(got.poolsBelow).toBe(0);
  });
});
