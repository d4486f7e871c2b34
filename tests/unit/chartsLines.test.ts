import { describe, expect, it } from 'vitest';
import { MAX_POINTS, minMaxBins } from '../../src/charts/binning';
import { extent, nearestIndex, type Point } from '../../src/charts/series';
import { smooth } from '../../src/charts/smoothing';

const line = (count: number, y: (i: number) => number): Point[] => Array.from({ length: count }, (_, i) => [i, y(i)]);

describe('min–max bins', () => {
  it('leave a short line as it is', () => {
    const points = line(MAX_POINTS, (i) => i % 7);
    expect(minMaxBins(points)).toEqual(points);
  });

  it('stay within the limit and keep every peak, the first and the last point', () => {
    const points = line(10_007, (i) => (i === 5003 ? 100 : i === 7777 ? -100 : Math.sin(i)));
    const binned = minMaxBins(points);
    expect(binned.length).toBeLessThanOrEqual(MAX_POINTS);
    expect(binned).toContainEqual([5003, 100]);
    expect(binned).toContainEqual([7777, -100]);
    expect(binned.at(-1)).toEqual(points.at(-1));
    expect(binned.map(([x]) => x)).toEqual(binned.map(([x]) => x).toSorted((a, b) => a - b));
  });

  it('do not move when a point is appended', () => {
    const before = minMaxBins(line(5000, (i) => Math.sin(i / 3)));
    const after = minMaxBins(line(5001, (i) => Math.sin(i / 3)));
    expect(after.slice(0, 200)).toEqual(before.slice(0, 200));
  });

  it('pass over values that are not finite', () => {
    expect(
      minMaxBins([
        [0, 1],
        [1, NaN],
        [2, Infinity],
        [3, 2],
      ]),
    ).toEqual([
      [0, 1],
      [3, 2],
    ]);
  });
});

describe('smoothing', () => {
  it('of a constant is that constant from the first point on', () => {
    for (const [, y] of smooth(
      line(20, () => 3),
      0.9,
    ))
      expect(y).toBeCloseTo(3, 12);
  });

  it('is the debiased exponential mean', () => {
    const smoothed = smooth(
      [
        [0, 1],
        [1, 2],
        [2, 4],
      ],
      0.5,
    );
    expect(smoothed.map(([, y]) => y)).toEqual([
      1,
      (0.25 * 1 + 0.5 * 2) / 0.75,
      (0.125 * 1 + 0.25 * 2 + 0.5 * 4) / 0.875,
    ]);
  });

  it('keeps a gap and goes on behind it', () => {
    const smoothed = smooth(
      [
        [0, 1],
        [1, NaN],
        [2, 1],
      ],
      0.5,
    );
    expect(smoothed[1]?.[1]).toBeNaN();
    expect(smoothed[2]?.[1]).toBe(1);
  });

  it('with weight 0 is the line itself', () => {
    const points = line(3, (i) => i);
    expect(smooth(points, 0)).toBe(points);
  });
});

describe('series', () => {
  it('find the nearest point', () => {
    const points: Point[] = [
      [0, 0],
      [10, 0],
      [20, 0],
    ];
    expect([-5, 4, 6, 14.9, 15.1, 99].map((x) => nearestIndex(points, x))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(nearestIndex([], 1)).toBe(-1);
  });

  it('have an extent without what is not finite', () => {
    expect(
      extent(
        [
          {
            points: [
              [0, NaN],
              [1, 5],
              [2, -1],
            ],
          },
        ],
        1,
      ),
    ).toEqual([-1, 5]);
    expect(extent([{ points: [] }], 0)).toBeNull();
  });
});
