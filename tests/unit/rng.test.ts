import { describe, expect, it } from 'vitest';
import { restoreStream, stream } from '../../workers/numbers/rng';

const draws = (n: number, next: () => number): number[] => Array.from({ length: n }, () => next());

describe('random streams', () => {
  it('repeats for one seed and name and differs for others', () => {
    const first = draws(8, stream(2026, 'split').next);
    expect(draws(8, stream(2026, 'split').next)).toEqual(first);
    expect(draws(8, stream(2026, 'shuffle').next)).not.toEqual(first);
    expect(draws(8, stream(2027, 'split').next)).not.toEqual(first);
  });

  it('keeps these first numbers: stored runs depend on them', () => {
    expect(draws(3, stream(2026, 'split').next)).toMatchInlineSnapshot(`
      [
        2923380046,
        98591379,
        809499274,
      ]
    `);
  });

  it('continues from a state that went through JSON, also between the two normals of a pair', () => {
    const original = stream(7, 'init');
    draws(5, original.normal);
    const restored = restoreStream(JSON.parse(JSON.stringify(original.state())));
    expect(draws(20, restored.normal)).toEqual(draws(20, original.normal));
    expect(draws(20, () => restored.integer(10))).toEqual(draws(20, () => original.integer(10)));
  });

  it('draws integers without bias, also for ranges that do not divide 2³²', () => {
    for (const n of [1, 2, 3, 7, 1000]) {
      const random = stream(1, `integers ${n}`);
      const counts = new Float64Array(n);
      const total = 100_000;
      for (let i = 0; i < total; i++) counts[random.integer(n)]!++;
      const expected = total / n;
      const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chi).toBeLessThanOrEqual(n - 1 + 5 * Math.sqrt(2 * n));
    }
    const random = stream(1, 'large');
    for (let i = 0; i < 1000; i++) {
      const value = random.integer(3_000_000_000);
      expect(Number.isInteger(value) && value >= 0 && value < 3_000_000_000).toBe(true);
    }
  });

  it('draws standard normals and uniforms in [0, 1)', () => {
    const random = stream(3, 'normals');
    const normals = draws(200_000, random.normal);
    const mean = normals.reduce((a, b) => a + b) / normals.length;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    const uniforms = draws(100_000, random.uniform);
    expect(uniforms.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(Math.abs(uniforms.reduce((a, b) => a + b) / uniforms.length - 0.5)).toBeLessThan(0.005);
  });

  it('gives neighbouring seeds and names uncorrelated streams', () => {
    const correlation = (a: number[], b: number[]): number =>
      (12 * a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0)) / a.length;
    for (const [a, b] of [
      [stream(1, 'x'), stream(2, 'x')],
      [stream(0, 'a'), stream(0, 'b')],
      [stream(9, 'dropout'), stream(9, 'dropout/1')],
    ] as const) {
      expect(Math.abs(correlation(draws(50_000, a.uniform), draws(50_000, b.uniform)))).toBeLessThan(0.02);
    }
  });
});
