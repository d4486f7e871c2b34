import { describe, expect, it } from 'vitest';
import { stream } from '../../workers/numbers/rng';
import { interactionMatrix } from '../../workers/graphs/behaviour';
import { csrFromEntries, transpose } from '../../workers/graphs/csr';
import { pseudoFeedback, tailItems } from '../../workers/graphs/pseudoFeedback';
import { signsOf, signThresholds } from '../../workers/graphs/signs';
import { pairsOf, randomPairs } from '../helpers/matrices';

type Options = Parameters<typeof pseudoFeedback>[3];
type Edge = readonly [number, number];

const edgesOf = ({ users, items }: { users: Int32Array; items: Int32Array }): Edge[] =>
  Array.from(users, (user, place) => [user, items[place]!]);

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  const random = stream(seed, 'signs');
  const [users, items] = [4 + random.integer(4), 8 + random.integer(6)];
  const pairs = randomPairs(random, users, items, 0.35);
  const ratings = Float32Array.from(pairs, () => 1 + random.integer(5));

  describe(`signs of random ratings, ${seed}`, () => {
    for (const mix of [0, 0.5, 0.9, 1]) {
      it(`are 1 above ν · mean − (1 − ν) · deviation, ν = ${mix}`, () => {
        const thresholds = signThresholds(pairsOf(pairs), ratings, users, mix);
        const expected = Array.from({ length: users }, (_, user) => {
          const own = pairs.flatMap(([u], pair) => (u === user ? [ratings[pair]!] : []));
          const mean = own.reduce((a, b) => a + b, 0) / own.length;
          return own.length === 0
            ? -Infinity
            : mix * mean - (1 - mix) * Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / own.length);
        });
        expected.forEach((value, user) =>
          Number.isFinite(value)
            ? expect(thresholds[user]).toBeCloseTo(value, 12)
            : expect(thresholds[user]).toBe(value),
        );
        expect([...signsOf(pairsOf(pairs), ratings, thresholds)]).toEqual(
          pairs.map(([u], pair) => (ratings[pair]! > thresholds[u]! ? 1 : 0)),
        );
      });
    }
  });

  describe(`pseudo feedback of random data, ${seed}`, () => {
    const trained = interactionMatrix(pairsOf(pairs), users, items);
    const likes = pairs.map((_, pair) => (ratings[pair]! > 2 ? 1 : 0));
    const liked = csrFromEntries(
      users,
      items,
      Int32Array.from(pairs, ([u]) => u),
      Int32Array.from(pairs, ([, i]) => i),
      Float32Array.from(likes),
    );
    // Few different values: ties, and values at the cuts.
    const half = Array.from({ length: items * items }, () => random.integer(8) / 8);
    const similarity = (a: number, b: number): number => half[Math.min(a, b) * items + Math.max(a, b)]!;
    const has = (user: number, item: number): boolean => pairs.some(([u, i]) => u === user && i === item);

    /** Definition: all pairs of a history item and a candidate, sorted; ties to the lower history item, then the lower candidate. */
    function expected({ tailShare, perUser, positiveCut, negativeCut, likedRowsOnly, perItemCap }: Options): {
      positive: Edge[];
      negative: Edge[];
    } {
      const degree = (item: number): number => pairs.filter(([, i]) => i === item).length;
      const tail = new Set(
        Array.from({ length: items }, (_, item) => item)
          .sort((a, b) => degree(a) - degree(b) || a - b)
          .slice(0, Math.floor(tailShare * items)),
      );
      const side = (sign: 1 | -1): Edge[] => {
        const counts = new Map<number, number>();
        return Array.from({ length: users }, (_, user) => {
          const candidates: { q: number; j: number; value: number }[] = [];
          pairs.forEach(([u, q], pair) => {
            if (u !== user || (sign === 1 && likedRowsOnly && likes[pair] === 0)) return;
            for (let j = 0; j < items; j++) {
              const value = similarity(q, j);
              if (
                tail.has(j) === (sign === 1) &&
                !has(user, j) &&
                (sign === 1 ? value > positiveCut : value < negativeCut)
              )
                candidates.push({ q, j, value });
            }
          });
          const best = candidates
            .sort((a, b) => sign * (b.value - a.value) || a.q - b.q || a.j - b.j)
            .slice(0, perUser);
          return [...new Set(best.map(({ j }) => j))]
            .filter((j) => {
              const count = counts.get(j) ?? 0;
              if (perItemCap > 0 && count >= perItemCap) return false;
              counts.set(j, count + 1);
              return true;
            })
            .map((j): Edge => [user, j]);
        }).flat();
      };
      return { positive: side(1), negative: side(-1) };
    }

    const usual: Options = {
      tailShare: 0.5,
      perUser: 4,
      positiveCut: 0.375,
      negativeCut: 0.5,
      likedRowsOnly: false,
      perItemCap: 0,
    };
    const changes: readonly Partial<Options>[] = [
      {},
      { perUser: 1 },
      { perUser: 100 },
      { perUser: 0 },
      { likedRowsOnly: true },
      { perItemCap: 1 },
      { perItemCap: 2, perUser: 100 },
      { tailShare: 0 },
      { tailShare: 1 },
      { positiveCut: 0, negativeCut: 0 },
    ];
    for (const change of changes) {
      it(`is what its definition says, ${JSON.stringify(change)}, whatever the size of the blocks`, async () => {
        const options = { ...usual, ...change };
        const wanted = expected(options);
        if (Object.keys(change).length === 0)
          expect(Math.min(wanted.positive.length, wanted.negative.length)).toBeGreaterThan(0);
        for (const blockRows of [1, 3, items]) {
          const rows = async (of: Int32Array): Promise<Float32Array> =>
            Float32Array.from([...of].flatMap((a) => Array.from({ length: items }, (_, b) => similarity(a, b))));
          const got = await pseudoFeedback(trained, liked, rows, options, blockRows, async () => undefined);
          expect(edgesOf(got.positive)).toEqual(wanted.positive);
          expect(edgesOf(got.negative)).toEqual(wanted.negative);
        }
      });
    }
  });
}

describe('tail items', () => {
  it('are the share with the lowest degree, rounded down, ties to the lower item', () => {
    const trained = interactionMatrix(
      pairsOf([
        [0, 1],
        [1, 1],
        [0, 3],
        [1, 2],
        [0, 4],
      ]),
      2,
      5,
    );
    expect([0, 0.2, 0.5, 0.99, 1].map((share) => [...tailItems(transpose(trained), share)])).toEqual([
      [0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [1, 0, 1, 0, 0],
      [1, 0, 1, 1, 1],
      [1, 1, 1, 1, 1],
    ]);
  });
});
