import { describe, expect, it } from 'vitest';
import { stream, type Random } from '../../workers/numbers/rng';
import { bipartiteGraph, historyMean, rowsOverRootDegree, userItemBlock } from '../../workers/graphs/behaviour';
import { commonNeighbours } from '../../workers/graphs/common';
import { effectiveNeighbours, userGraph } from '../../workers/graphs/userGraph';
import {
  multiplyRows,
  placeOf,
  rowNormalised,
  symmetricNormalised,
  withDiagonal,
  type Csr,
} from '../../workers/graphs/csr';
import {
  adjacentInAll,
  cosineMatrix,
  equalWeightGraph,
  linkMatrix,
  listedGraph,
  symmetrised,
  weightedSum,
  type NeighbourLists,
} from '../../workers/graphs/neighbours';
import { csrOf, dense, expectMatrix, pairsOf, randomPairs, type Matrix } from '../helpers/matrices';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Lists of `k` distinct items, some missing, with cosines of either sign. */
function randomLists(random: Random, rows: number, k: number): NeighbourLists {
  const lists = Array.from({ length: rows }, () => {
    const items = Array.from({ length: rows }, (_, item) => item)
      .sort(() => random.uniform() - 0.5)
      .slice(0, k);
    return items.map((item) => ({
      item: random.uniform() < 0.1 ? -1 : item,
      cosine: Math.fround(2 * random.uniform() - 0.7),
    }));
  }).flat();
  return {
    rows,
    k,
    indices: Int32Array.from(lists, ({ item }) => item),
    values: Float32Array.from(lists, ({ cosine }) => cosine),
  };
}

/** What a list says of a pair, 0 where it says nothing or a cosine that is not positive. */
const cosineIn = ({ k, indices, values }: NeighbourLists, a: number, b: number): number => {
  for (let place = a * k; place < (a + 1) * k; place++)
    if (indices[place] === b && values[place]! > 0) return values[place]!;
  return 0;
};
const table = (rows: number, columns: number, value: (r: number, c: number) => number): Matrix =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => value(r, c)));
const sum = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0);
const root = (degree: number): number => (degree > 0 ? 1 / Math.sqrt(degree) : 0);

for (const seed of SEEDS) {
  describe(`neighbour graphs of random lists, ${seed}`, () => {
    const random = stream(seed, 'neighbours');
    const rows = 5 + random.integer(6);
    const lists = [3, 4].map((k) => randomLists(random, rows, k));
    const [first, second] = [lists[0]!, lists[1]!];

    it('take what is there and positive, directed', () => {
      expectMatrix(
        linkMatrix(first),
        table(rows, rows, (a, b) => (cosineIn(first, a, b) > 0 ? 1 : 0)),
      );
      expectMatrix(
        cosineMatrix(first),
        table(rows, rows, (a, b) => cosineIn(first, a, b)),
      );
      const links = dense(linkMatrix(first));
      const degrees = links.map(sum);
      expectMatrix(
        equalWeightGraph(first),
        table(rows, rows, (a, b) => links[a]![b]! * root(degrees[a]!) * root(degrees[b]!)),
      );
    });

    it('symmetrised are the greater of both directions', () => {
      expectMatrix(
        symmetrised(cosineMatrix(first)),
        table(rows, rows, (a, b) => Math.max(cosineIn(first, a, b), cosineIn(first, b, a))),
      );
    });

    for (const mutual of [false, true]) {
      it(`link items that are neighbours in every modality, but none to itself${mutual ? ', in both directions' : ''}`, () => {
        const all = (a: number, b: number): boolean => a !== b && lists.every((list) => cosineIn(list, a, b) > 0);
        expectMatrix(
          adjacentInAll(lists, mutual),
          table(rows, rows, (a, b) => (all(a, b) && (!mutual || all(b, a)) ? 1 : 0)),
        );
        expectMatrix(
          adjacentInAll([first], mutual),
          table(rows, rows, (a, b) =>
            a !== b && cosineIn(first, a, b) > 0 && (!mutual || cosineIn(first, b, a) > 0) ? 1 : 0,
          ),
        );
      });
    }

    it('add up by their shares', () => {
      expectMatrix(
        weightedSum([cosineMatrix(first), cosineMatrix(second)], [0.3, 0.7]),
        table(rows, rows, (a, b) => 0.3 * cosineIn(first, a, b) + 0.7 * cosineIn(second, a, b)),
      );
    });
  });

  describe(`sparse matrices, ${seed}`, () => {
    const random = stream(seed, 'csr');
    const size = 4 + random.integer(5);
    // Rows without an entry, and no diagonal.
    const values = table(size, size, (r, c) =>
      r !== c && r % 4 !== 3 && random.uniform() < 0.4 ? Math.fround(random.uniform() + 0.1) : 0,
    );
    const matrix: Csr = csrOf(values);

    it('have rows that sum to 1, or to 0', () => {
      expectMatrix(
        rowNormalised(matrix),
        values.map((row) => row.map((value) => (sum(row) > 0 ? value / sum(row) : 0))),
      );
    });

    it('whose rows cancel stay finite', () => {
      expect([
        ...rowNormalised(
          csrOf([
            [1, -1],
            [2, 2],
          ]),
        ).values,
      ]).toEqual([0, 0, 0.5, 0.5]);
    });

    it('get a diagonal', () => {
      expectMatrix(
        withDiagonal(matrix, 0.5),
        values.map((row, r) => row.map((value, c) => (r === c ? 0.5 : value))),
      );
    });

    it('multiply rows', () => {
      const x = Float32Array.from({ length: size * 3 }, () => random.normal());
      const got = multiplyRows(matrix, x, 3);
      values.forEach((row, r) =>
        [0, 1, 2].forEach((c) =>
          expect(got[r * 3 + c]).toBeCloseTo(sum(row.map((value, k) => value * x[k * 3 + c]!)), 5),
        ),
      );
    });

    it('know where an entry is', () => {
      values.forEach((row, r) =>
        row.forEach((value, c) => {
          const place = placeOf(matrix, r, c);
          expect(place >= 0).toBe(value !== 0);
          if (place >= 0) expect([matrix.indices[place], matrix.values[place]]).toEqual([c, value]);
        }),
      );
    });
  });

  describe(`graphs of training pairs with item–item edges, ${seed}`, () => {
    const random = stream(seed, 'behaviour');
    const [users, items] = [3 + random.integer(4), 3 + random.integer(5)];
    const pairs = randomPairs(random, users, items, 0.4);
    const trained = new Set(pairs.map(([u, i]) => `${u} ${i}`));
    const block = table(items, items, (r, c) => (r !== c && random.uniform() < 0.3 ? 1 : 0));
    const whole = table(users + items, users + items, (r, c) => {
      if (r < users) return c >= users && trained.has(`${r} ${c - users}`) ? 1 : 0;
      return c < users ? (trained.has(`${c} ${r - users}`) ? 1 : 0) : block[r - users]![c - users]!;
    });
    const degrees = whole.map(sum);

    it('hold both directions and the block', () => {
      expectMatrix(bipartiteGraph(pairsOf(pairs), users, items, csrOf(block)), whole);
      expectMatrix(
        bipartiteGraph(pairsOf(pairs), users, items, null),
        whole.map((row, r) => row.map((value, c) => (r >= users && c >= users ? 0 : value))),
      );
    });

    it('are normalised by row sums on both sides, of which the block of users and items is cut', () => {
      const normal = (r: number, c: number): number => whole[r]![c]! * root(degrees[r]!) * root(degrees[c]!);
      const graph = symmetricNormalised(bipartiteGraph(pairsOf(pairs), users, items, csrOf(block)));
      expectMatrix(graph, table(users + items, users + items, normal));
      expectMatrix(
        userItemBlock(graph, users),
        table(users, items, (u, i) => normal(u, users + i)),
      );
    });

    it('give users the mean of their history', () => {
      const lengths = Array.from({ length: users }, (_, u) => pairs.filter(([user]) => user === u).length);
      expectMatrix(
        historyMean(pairsOf(pairs), users, items),
        table(users, items, (u, i) => (trained.has(`${u} ${i}`) ? 1 / lengths[u]! : 0)),
      );
    });
  });
}

describe('rows over the root of their sum', () => {
  it('sum to that root, and rows of nothing stay so', () => {
    const got = dense(
      rowsOverRootDegree(
        csrOf([
          [1, 0, 1, 1],
          [0, 0, 0, 0],
          [0, 1, 0, 0],
        ]),
      ),
    );
    [Math.sqrt(3), 0, 1].forEach((wanted, row) => expect(sum(got[row]!)).toBeCloseTo(wanted, 6));
  });
});

describe('common neighbours', () => {
  const matrix = csrOf([
    [1, 1, 1, 0],
    [1, 1, 0, 0],
    [0, 1, 1, 0],
    [0, 0, 1, 1],
    [0, 0, 0, 0],
  ]);

  it('are the rows that share most columns, the lower first where numbers are equal', () => {
    const listed = (wanted: number, least: number): number[][][] =>
      commonNeighbours(matrix, wanted, least).lists.map(({ others, common }) =>
        Array.from(others, (other, place) => [other, common[place]!]),
      );
    expect(listed(2, 1)).toEqual([
      [
        [1, 2],
        [2, 2],
      ],
      [
        [0, 2],
        [2, 1],
      ],
      [
        [0, 2],
        [1, 1],
      ],
      [
        [0, 1],
        [2, 1],
      ],
      [],
    ]);
    expect(listed(3, 2)).toEqual([
      [
        [1, 2],
        [2, 2],
      ],
      [[0, 2]],
      [[0, 2]],
      [],
      [],
    ]);
  });

  it('give links of weight 1, divided by the roots of both row counts', () => {
    const graph = dense(listedGraph([[0, 2], [1], [2, 0, 1]], 1e-7));
    const counts = [2, 1, 3];
    const linked = [
      [1, 0, 1],
      [0, 1, 0],
      [1, 1, 1],
    ];
    linked.forEach((row, r) =>
      row.forEach((link, c) => expect(graph[r]![c]).toBeCloseTo(link / Math.sqrt(counts[r]! * counts[c]!), 6)),
    );
  });
});

describe('a graph of users by their common items', () => {
  const lists = commonNeighbours(
    csrOf([
      [1, 1, 1, 0],
      [1, 1, 0, 0],
      [0, 1, 1, 0],
      [0, 0, 0, 1],
    ]),
    5,
    1,
  );

  it('is a softmax of their numbers; users who share nothing have an empty row', () => {
    const graph = userGraph(lists, null);
    const far = Math.exp(-1) / (1 + Math.exp(-1));
    expectMatrix(graph, [
      [0, 0.5, 0.5, 0],
      [1 - far, 0, far, 0],
      [1 - far, far, 0, 0],
      [0, 0, 0, 0],
    ]);
    const effective = effectiveNeighbours(graph);
    [2, 1 / (far ** 2 + (1 - far) ** 2), 1 / (far ** 2 + (1 - far) ** 2), 0].forEach((number, user) =>
      expect(effective[user]).toBeCloseTo(number, 5),
    );
  });

  it('fills short lists up by drawing from the list as it stands', () => {
    const random = stream(5, 'urn');
    // Two entries become five: how often the first stands there is uniform over 1…4, as a Pólya urn has it.
    const seen = [0, 0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) {
      const [row] = dense(userGraph(lists, random));
      const times = Math.round(5 * row![1]!);
      expect(5 * row![1]!).toBeCloseTo(times, 5);
      expect(row![1]! + row![2]!).toBeCloseTo(1, 6);
      seen[times - 1]!++;
    }
    for (const number of seen) expect(Math.abs(number / 4000 - 0.25)).toBeLessThan(0.04);
  });
});
