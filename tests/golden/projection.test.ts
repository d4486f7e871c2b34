import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { angleDensity, anglesOf, scottBandwidth } from '../../src/domain/angles';
import { principalComponents } from '../../workers/analysis/pca';

interface Golden {
  components: {
    name: string;
    rows: number;
    columns: number;
    values: number[];
    x: number[];
    y: number[];
    explained: [number, number];
  }[];
  densities: {
    name: string;
    x: number[];
    y: number[];
    fixed: number | null;
    angles: number[];
    bandwidth: number;
    density: number[];
    resultant: number;
    divergence: number;
  }[];
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/projection.json', import.meta.url), 'utf8')) as Golden;

/** To 1e-9 of the largest expected value. */
function near(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(got[i]! - expected[i]!), `at ${i}: ${got[i]} ≠ ${expected[i]}`).toBeLessThanOrEqual(1e-9 * largest);
}

describe('principal components against NumPy’s SVD', () => {
  it.for(golden.components)('$name', ({ rows, columns, values, x, y, explained }) => {
    const got = principalComponents(Float32Array.from(values), rows, columns);
    near(got.x, x);
    near(got.y, y);
    near(got.explained, explained);
  });

  it('of points in one place, or of one column, leave the rest at 0', () => {
    const none = principalComponents(new Float32Array(12).fill(3), 4, 3);
    expect([...none.x, ...none.y, ...none.explained]).toEqual(new Array(10).fill(0));
    const line = principalComponents(Float32Array.of(1, 2, 6), 3, 1);
    near(line.x, [-2, -1, 3]);
    expect([...line.y, ...line.explained]).toEqual([0, 0, 0, 1, 0]);
  });
});

describe('density of angles against SciPy', () => {
  it.for(golden.densities)('$name', ({ x, y, fixed, angles, bandwidth, density, resultant, divergence }) => {
    const found = anglesOf(Float64Array.from(x), Float64Array.from(y));
    near(found, angles);
    if (fixed === null) near([scottBandwidth(found)], [bandwidth]);
    const got = angleDensity(found, bandwidth);
    near(got.density, density);
    near([got.resultant, got.divergence], [resultant, divergence]);
    const integral = got.density.subarray(0, 360).reduce((sum, f) => sum + f, 0) * ((2 * Math.PI) / 360);
    expect(integral).toBeCloseTo(1, 9);
  });

  it('does not change when everything is turned, and leaves out what lies on the centre', () => {
    const [first] = golden.densities;
    const turned = first!.angles.map((angle) => angle + 2.5);
    expect(scottBandwidth(Float64Array.from(turned))).toBeCloseTo(scottBandwidth(Float64Array.from(first!.angles)), 12);
    expect([...anglesOf(Float64Array.of(-1, 0, 1), new Float64Array(3))]).toEqual([Math.PI, 0]);
  });
});
