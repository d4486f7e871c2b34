import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holm } from '../../src/domain/comparison';
import { bootstrapInterval, comparePaired } from '../../workers/analysis/significance';
import { stream } from '../../workers/numbers/rng';

interface Golden {
  name: string;
  a: number[];
  b: number[];
  mean: number;
  deviation: number;
  t: { statistic: number; p: number; effect: number };
  wilcoxon: { statistic: number; p: number; effect: number };
  interval: [number, number];
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/significance.json', import.meta.url), 'utf8')) as {
  cases: Golden[];
  holm: { p: number[]; adjusted: number[] };
};

const near = (got: number | null, expected: number): void => {
  expect(got).not.toBeNull();
  expect(Math.abs(got! - expected), `${got} ≠ ${expected}`).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-15);
};

describe('paired differences against SciPy', () => {
  it.for(golden.cases)('$name', ({ a, b, mean, deviation, t, wilcoxon, interval }) => {
    const got = comparePaired(a, b);
    near(got.mean, mean);
    near(got.deviation, deviation);
    for (const key of ['statistic', 'p', 'effect'] as const) {
      near(got.t[key], t[key]);
      near(got.wilcoxon[key], wilcoxon[key]);
    }
    // The ends of a resampled interval scatter: with 20,000 resamples by about 1.5 % of its width.
    const ends = bootstrapInterval(
      Float64Array.from(a, (value, i) => value - b[i]!),
      stream(3, 'bootstrap'),
      20_000,
      0.95,
    );
    ends.forEach((end, side) =>
      expect(Math.abs(end - interval[side]!)).toBeLessThanOrEqual(0.05 * (interval[1] - interval[0])),
    );
  });

  it('without any difference has no p, and refuses what is not paired', () => {
    const same = comparePaired([1, 2, 3], [1, 2, 3]);
    expect([same.t.p, same.wilcoxon.p, same.higher, same.lower]).toEqual([null, null, 0, 0]);
    expect(comparePaired([2], [1])).toMatchObject({
      pairs: 1,
      mean: 1,
      deviation: null,
      t: { p: null },
      wilcoxon: { p: 1 },
    });
    expect(() => comparePaired([1], [1, 2])).toThrow('1 and 2');
  });

  it('adjusts p-values for their number', () => {
    holm(golden.holm.p).forEach((value, i) => near(value, golden.holm.adjusted[i]!));
    expect(holm([])).toEqual([]);
  });
});
