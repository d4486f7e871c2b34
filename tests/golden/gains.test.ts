import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activityThirds, difficultyGroups, gainDistribution, groupGains } from '../../src/domain/gains';
import { visibility } from '../../workers/analysis/gains';

interface Distribution {
  mine: number[];
  theirs: number[];
  mean: number;
  median: number;
  quartiles: [number, number];
  better: number;
  equal: number;
  worse: number;
  edges: number[];
  counts: number[];
  cumulative: [number, number][];
}
interface Golden {
  distributions: Distribution[];
  thirds: {
    trained: number[];
    groups: {
      n: number;
      fewest: number;
      most: number;
      mine: number;
      theirs: number;
      difference: number;
      error: number;
    }[];
  };
  visibility: { pairs: [number, number, number][]; lists: number[][][]; values: number[] };
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/gains.json', import.meta.url), 'utf8')) as Golden;

const near = (got: number | null | undefined, expected: number): void =>
  expect(Math.abs((got ?? NaN) - expected), `${got} ≠ ${expected}`).toBeLessThanOrEqual(1e-12);

describe('differences between two settings against NumPy', () => {
  it.for(golden.distributions.map((expected, i) => [i, expected] as const))('distribution %i', ([, expected]) => {
    const got = gainDistribution(Float64Array.from(expected.mine), Float64Array.from(expected.theirs));
    for (const key of ['mean', 'median', 'better', 'equal', 'worse'] as const) near(got[key], expected[key]);
    got.quartiles.forEach((value, i) => near(value, expected.quartiles[i]!));
    got.edges.forEach((edge, i) => near(edge, expected.edges[i]!));
    expect(got.counts).toEqual(expected.counts);
    expect(got.cumulative).toHaveLength(expected.cumulative.length);
    got.cumulative.forEach(([value, share], i) =>
      [value, share].forEach((one, side) => near(one, expected.cumulative[i]![side]!)),
    );
  });

  it('thirds by activity, with the standard error of the difference', () => {
    const [{ mine, theirs }] = golden.distributions as [Distribution];
    const groups = groupGains(
      activityThirds(Int32Array.from(golden.thirds.trained)),
      Float64Array.from(mine),
      Float64Array.from(theirs),
    );
    expect(groups.map(({ rows }) => rows.length)).toEqual(golden.thirds.groups.map(({ n }) => n));
    expect(groups.map(({ holds }) => holds)).toEqual(
      golden.thirds.groups.map(({ fewest, most }) => `${fewest}–${most}`),
    );
    groups.forEach((group, i) =>
      (['mine', 'theirs', 'difference', 'error'] as const).forEach((key) =>
        near(group[key], golden.thirds.groups[i]![key]),
      ),
    );
  });

  it('visibility of the test items by features', () => {
    const { pairs, lists, values } = golden.visibility;
    const interactions = {
      users: Int32Array.from(pairs, ([user]) => user),
      items: Int32Array.from(pairs, ([, item]) => item),
      split: Uint8Array.from(pairs, ([, , split]) => split),
      ratings: null,
      timestamps: null,
    };
    const found = visibility(
      interactions,
      lists.map((list) => ({
        rows: list.length,
        k: list[0]!.length,
        indices: Int32Array.from(list.flat()),
        values: new Float32Array(0),
      })),
    );
    expect([...found.users]).toEqual(values.map((_, user) => user));
    found.values.forEach((value, user) => near(value, values[user]!));
    expect(difficultyGroups(found.values).map(({ rows }) => rows.length)).toEqual([
      values.filter((v) => v >= 0.5).length,
      values.filter((v) => v > 0 && v < 0.5).length,
      values.filter((v) => v === 0).length,
    ]);
  });

  it('groups without users have no means, and a user without a test item no difficulty', () => {
    expect(
      groupGains([{ name: 'none', rows: [], holds: '' }], Float64Array.of(1), Float64Array.of(0))[0],
    ).toMatchObject({ mine: null, difference: null, error: null });
    expect(difficultyGroups(Float64Array.of(NaN, 0.5)).map(({ rows }) => rows)).toEqual([[1], [], []]);
    expect(activityThirds(Int32Array.of(5)).map(({ rows }) => rows)).toEqual([[], [], [0]]);
  });
});
