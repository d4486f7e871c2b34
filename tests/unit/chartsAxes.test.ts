import { describe, expect, it } from 'vitest';
import { axisOver, linearTicks, logTicks, position, spread, tickLabel, valueAt } from '../../src/charts/ticks';

describe('ticks', () => {
  it('are round', () => {
    expect(linearTicks(0, 0.08, 5)).toEqual([0, 0.02, 0.04, 0.06, 0.08]);
    expect(linearTicks(0, 87, 5)).toEqual([0, 20, 40, 60, 80]);
    expect(linearTicks(0, 3, 8, true)).toEqual([0, 1, 2, 3]);
  });

  it('divide an axis that was widened to round ends', () => {
    for (const [low, high] of [
      [0.32, 1.6],
      [-3, 17],
      [0.0711, 0.0799],
      [12, 12.001],
    ] as const) {
      const axis = axisOver([low, high]);
      expect(axis.low).toBeLessThanOrEqual(low);
      expect(axis.high).toBeGreaterThanOrEqual(high);
      expect(axis.ticks[0]).toBeCloseTo(axis.low, 10);
      expect(axis.ticks.at(-1)).toBeCloseTo(axis.high, 10);
      expect(axis.ticks.length).toBeGreaterThan(2);
      expect(axis.ticks.length).toBeLessThan(9);
    }
  });

  it('of a log axis are powers of ten, or 1–2–5 over few decades', () => {
    expect(logTicks(0.8, 2000, 5)).toEqual([1, 10, 100, 1000]);
    expect(logTicks(2, 60, 5)).toEqual([2, 5, 10, 20, 50]);
    expect(logTicks(1e-12, 1, 5).length).toBeLessThanOrEqual(5);
  });

  it('are labelled without noise', () => {
    expect([0, 0.05, 12, 9999, 12_000, 2_500_000, 1e-5, -3].map(tickLabel)).toEqual([
      '0',
      '0.05',
      '12',
      '9999',
      '12k',
      '2.5M',
      '1e−5',
      '−3',
    ]);
  });
});

describe('an axis', () => {
  it('maps values to positions and back, linear and log', () => {
    for (const log of [false, true]) {
      const axis = axisOver([1, 1000], { log, tight: true });
      expect(position(axis, 1)).toBe(0);
      expect(position(axis, 1000)).toBe(1);
      expect(valueAt(axis, position(axis, 37))).toBeCloseTo(37, 9);
    }
    expect(position(axisOver([1, 1000], { log: true }), Math.sqrt(1000))).toBeCloseTo(0.5, 12);
  });

  it('has room around a single value and exists without any', () => {
    const axis = axisOver([5, 5]);
    expect(axis.low).toBeLessThan(5);
    expect(axis.high).toBeGreaterThan(5);
    expect(axisOver(null).ticks.length).toBeGreaterThan(1);
  });
});

describe('labels', () => {
  it('are moved apart, in order, inside the plot', () => {
    const placed = spread([50, 52, 51, 10], 13, 0, 60);
    expect(placed[3]).toBe(10);
    const sorted = placed.toSorted((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(13);
    expect(sorted.at(-1)).toBeLessThanOrEqual(60);
    expect((placed[0] ?? 0) < (placed[2] ?? 0) && (placed[2] ?? 0) < (placed[1] ?? 0)).toBe(true);
  });
});
