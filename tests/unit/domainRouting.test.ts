import { describe, expect, it } from 'vitest';
import { completeConfig, typedConfig } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { countBetween } from '../../src/domain/observations';
import { familyMassOf, relianceOf, routingGroups, routingStatistics } from '../../src/domain/routing';
import { expertsOf, familiesOf } from '../../workers/models/magnet/experts.table';
import { table, type MagnetConfig } from '../../workers/models/magnet/table';
import { stream } from '../../workers/numbers/rng';

const config = (changes: Config = {}): MagnetConfig => typedConfig(table, completeConfig('magnet', changes));
const sharesOf = (changes: Config, groups: readonly string[]): Record<string, readonly number[]> =>
  Object.fromEntries(expertsOf(config(changes), groups).map(({ name, shares }) => [name, shares]));
const near = (got: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, place) => expect(got![place]).toBeCloseTo(value, 12));
};

describe('experts', () => {
  it('have the printed shares for two modalities, each anchor among behaviour, image and text', () => {
    const [a, b, d, e] = [0.7, 0.4, 0.8, 0.05];
    const got = sharesOf({ alpha: a, beta: b, delta: d, comEpsilon: e }, routingGroups(['image', 'text']));
    expect(Object.keys(got)).toEqual(
      ['Dom', 'Bal', 'Com'].flatMap((family) => ['behaviour', 'image', 'text'].map((group) => `${family} ${group}`)),
    );
    const [dom, domRest] = [(1 - a) / 2 + a, (1 - a) / 4];
    near(got['Dom behaviour'], [dom, domRest, domRest]);
    near(got['Dom text'], [domRest, domRest, dom]);
    const [bal, balRest] = [1 / 3 + b / 6, 1 / 3 - b / 12];
    near(got['Bal image'], [balRest, bal, balRest]);
    // Auxiliaries in the groups' order, the anchor taken out: δ to the first of them.
    near(got['Com behaviour'], [e, (1 - e) * d, (1 - e) * (1 - d)]);
    near(got['Com image'], [(1 - e) * d, e, (1 - e) * (1 - d)]);
    near(got['Com text'], [(1 - e) * d, (1 - e) * (1 - d), e]);
  });

  for (const modalities of [['image'], ['image', 'text'], ['audio', 'image', 'text']]) {
    it(`of ${modalities.length} modalities have shares that sum to 1, and equal auxiliaries where there are not two`, () => {
      const groups = routingGroups(modalities);
      const list = expertsOf(config({ expertCopies: 2 }), groups);
      expect(list).toHaveLength(2 * 3 * groups.length);
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      for (const { shares, anchor, family } of list) {
        expect(shares.every((share) => share >= 0)).toBe(true);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        const rest = shares.filter((_, group) => group !== anchor);
        if (family !== 'com' || groups.length !== 3) rest.forEach((share) => expect(share).toBeCloseTo(rest[0]!, 12));
      }
    });
  }

  for (const [families, expected] of [
    ['all', ['dom', 'bal', 'com']],
    ['bal', ['bal']],
    ['bal+dom', ['dom', 'bal']],
    ['bal+com', ['bal', 'com']],
    ['dom+com', ['dom', 'com']],
  ] as const) {
    it(`of the families ${families}`, () => {
      expect(familiesOf(config({ families }))).toEqual(expected);
      expect([...new Set(expertsOf(config({ families }), ['b', 'a', 's']).map(({ family }) => family))]).toEqual(
        expected,
      );
    });
  }

  it('are one that weighs all groups alike without a mixture', () => {
    expect(expertsOf(config({ experts: false, expertCopies: 3 }), ['b', 'a', 's', 't'])).toEqual([
      { name: 'single head', family: null, anchor: null, shares: [0.25, 0.25, 0.25, 0.25] },
    ]);
  });
});

describe('routing statistics', () => {
  for (const [seed, pairs, experts] of [
    [1, 1, 2],
    [2, 40, 9],
    [3, 25, 4],
  ] as const) {
    it(`are those of their definitions, ${pairs} pairs and ${experts} experts`, () => {
      const random = stream(seed, 'routing');
      const rows = Array.from({ length: pairs }, () => {
        const powers = Array.from({ length: experts }, () => Math.exp(2 * random.normal()));
        return powers.map((power) => Math.fround(power / powers.reduce((a, b) => a + b)));
      });
      const mean = (of: (row: number[]) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / pairs;
      const entropy = (p: number[]): number => -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
      const ranked = (row: number[]): number[] => [...row].sort((a, b) => b - a);
      const average = Array.from({ length: experts }, (_, e) => mean((row) => row[e]!));
      const first = (row: number[]): number => row.indexOf(Math.max(...row));
      const loads = Array.from({ length: experts }, (_, e) => mean((row) => (first(row) === e ? 1 : 0)));
      const got = routingStatistics(Float32Array.from(rows.flat()), experts);
      near(got.mean, average);
      const expected = {
        effective: Math.exp(entropy(average)),
        hhi: average.reduce((sum, x) => sum + x * x, 0),
        diversity: entropy(average) / Math.log(experts),
        winnerShare: mean((row) => ranked(row)[0]!),
        top3Mass: mean((row) =>
          ranked(row)
            .slice(0, 3)
            .reduce((a, b) => a + b),
        ),
        gap: mean((row) => ranked(row)[0]! - ranked(row)[1]!),
        maxLoad: Math.max(...loads),
        specialisation: 1 - mean(entropy) / Math.log(experts),
      };
      for (const [key, value] of Object.entries(expected))
        expect((got as unknown as Record<string, number>)[key], key).toBeCloseTo(value, 9);
    });
  }

  it('of even and of collapsed routing are their bounds, and a tie loads the lower expert', () => {
    const even = routingStatistics(new Float32Array(12).fill(0.25), 4);
    expect(even).toMatchObject({
      effective: 4,
      hhi: 0.25,
      diversity: 1,
      winnerShare: 0.25,
      top3Mass: 0.75,
      gap: 0,
      maxLoad: 1,
      specialisation: 0,
    });
    const collapsed = routingStatistics(Float32Array.of(0, 1, 0, 0, 1, 0), 3);
    expect(collapsed).toMatchObject({
      mean: [0, 1, 0],
      effective: 1,
      hhi: 1,
      diversity: 0,
      winnerShare: 1,
      gap: 1,
      maxLoad: 1,
      specialisation: 1,
    });
    expect(routingStatistics(new Float32Array(0), 3).mean).toEqual([0, 0, 0]);
  });

  it('sum to reliance by shares, and to masses by family', () => {
    const list = expertsOf(config(), ['b', 'a', 's']);
    const mean = list.map((_, e) => (e + 1) / 45);
    near(
      relianceOf(mean, list, 3),
      [0, 1, 2].map((group) => list.reduce((sum, { shares }, e) => sum + mean[e]! * shares[group]!, 0)),
    );
    near(familyMassOf(mean, list, ['dom', 'bal', 'com']), [6 / 45, 15 / 45, 24 / 45]);
    near(familyMassOf(mean, list, ['com']), [24 / 45]);
    expect(relianceOf(mean, list, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('counting between edges', () => {
  it('puts an edge into the bin above it, what lies above into the last, and what lies below or is no number into none', () => {
    expect(countBetween([0, 0.5, 1, 1.5, 2, 99, -0.1, -1, NaN, Infinity], [0, 1, 2, 3])).toEqual([2, 2, 3]);
    expect(countBetween([], [0, 1, 2])).toEqual([0, 0]);
    expect(countBetween([5, 5], [5, 5.000001])).toEqual([2]);
  });

  it('loses nothing of random values above the first edge', () => {
    const random = stream(4, 'bins');
    const values = Float32Array.from({ length: 500 }, () => 4 * random.normal());
    const edges = [-2, -1.5, 0, 0.25, 3];
    const expected = edges
      .slice(0, -1)
      .map(
        (low, bin) =>
          values.filter((value) => value >= low && (bin === edges.length - 2 || value < edges[bin + 1]!)).length,
      );
    expect(countBetween(values, edges)).toEqual(expected);
  });
});
