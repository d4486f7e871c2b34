import { describe, expect, it } from 'vitest';
import { stream } from '../../workers/numbers/rng';
import { degreeSensitiveSample } from '../../workers/graphs/pruning';
import { mostInformative, type Marginals } from '../../workers/graphs/informative';
import { modalityShares } from '../../workers/models/layers/itemGraphs';
import { csrOf, dense } from '../helpers/matrices';

/** One item with many users, and as many users with an item of their own. */
const POPULAR = 200;
const pairs = {
  users: Int32Array.from({ length: 2 * POPULAR }, (_, e) => e),
  items: Int32Array.from({ length: 2 * POPULAR }, (_, e) => (e < POPULAR ? 0 : e - POPULAR + 1)),
};

describe('degree-sensitive edge pruning', () => {
  it('keeps the asked number of distinct edges in their order, and repeats with its stream', () => {
    const a = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(1, 'edges'));
    const b = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(1, 'edges'));
    const c = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(2, 'edges'));
    expect(a.users).toHaveLength(80);
    expect(new Set(a.users).size).toBe(80);
    expect([...a.users]).toEqual([...a.users].sort((x, y) => x - y));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('keeps an edge in proportion to 1/√(d_u d_i)', () => {
    // One edge of 400: the first draw of a sample, whose chances are exactly the weights. The popular item's edges weigh 1/√200.
    const draws = 20_000;
    let popular = 0;
    const random = stream(3, 'edges');
    for (let draw = 0; draw < draws; draw++)
      if (degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 1, random).items[0] === 0) popular++;
    const weight = 1 / Math.sqrt(POPULAR);
    const expected = weight / (weight + 1);
    const deviation = Math.sqrt((expected * (1 - expected)) / draws);
    expect(Math.abs(popular / draws - expected)).toBeLessThan(4 * deviation);
  });
});

describe('the shares of modalities in the item graph', () => {
  it('follow the vision weight, and add up to one', () => {
    expect(modalityShares(['image', 'text'], 0.1)).toEqual([0.1, 0.9]);
    expect(modalityShares(['audio', 'image', 'text'], 0.1)).toEqual([0.45, 0.1, 0.45]);
    expect(modalityShares(['audio', 'text'], 0.1)).toEqual([0.5, 0.5]);
    expect(modalityShares(['image'], 0.1)).toEqual([1]);
  });
});

describe('the most informative neighbours', () => {
  const size = 12;
  const random = stream(4, 'informative');
  const weights = Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => (r === c || random.uniform() < 0.35 ? 0.1 + random.uniform() : 0)),
  );
  const graph = csrOf(weights);
  const near = dense(graph).map((row) => row.map((value) => value > 0));

  /** Over all other items x: what it says about x's being a neighbour of i that it is one of j. */
  const information = (i: number, j: number, p: readonly number[]): number =>
    [true, false]
      .flatMap((a) => [true, false].map((b) => [a, b] as const))
      .reduce((sum, [a, b]) => {
        const joint = near[i]!.filter((value, x) => value === a && near[j]![x] === b).length / size;
        const expected = (a ? p[i]! : 1 - p[i]!) * (b ? p[j]! : 1 - p[j]!);
        return sum + joint * Math.log(joint / (expected + 1e-10) + 1e-10);
      }, 0);

  for (const marginals of ['weighted', 'counts'] satisfies Marginals[])
    it(`are those with the greatest mutual information, ${marginals}`, () => {
      const p = dense(graph).map(
        (row) =>
          (marginals === 'counts' ? row.filter((value) => value > 0).length : row.reduce((a, b) => a + b)) / size,
      );
      const kept = dense(mostInformative(graph, 3, marginals));
      kept.forEach((row, i) => {
        const others = near[i]!.flatMap((value, j) => (value && j !== i ? [j] : []));
        const found = others.map((j) => ({ j, information: information(i, j, p) }));
        const wanted = found.sort((a, b) => b.information - a.information || a.j - b.j).slice(0, 3);
        const expected = Array.from({ length: size }, (_, j) =>
          wanted.some((one) => one.j === j) ? Math.fround(weights[i]![j]!) : 0,
        );
        expect(row).toEqual(expected);
      });
    });

  it('are all there are where fewer are there, and the lower ones on ties', () => {
    expect(
      dense(mostInformative(graph, size, 'counts'))
        .flat()
        .filter(Boolean),
    ).toHaveLength(graph.indices.length - size);
    const alike = csrOf(Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => 0.2)));
    expect(dense(mostInformative(alike, 2, 'weighted'))[3]!.map((value) => value > 0)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
