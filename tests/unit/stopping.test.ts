import { describe, expect, it } from 'vitest';
import { byKey, type MetricKey, type Metrics } from '../../src/domain/metrics';
import { EarlyStopping } from '../../workers/training/stopping';

/** All metrics 0, but one. */
const metrics = (value: number, of: MetricKey = 'recall@20'): Metrics => byKey((key) => (key === of ? value : 0));

describe('early stopping', () => {
  it('stops at the 21st evaluation without a better one, for a patience of 20', () => {
    const stopping = new EarlyStopping('recall@20', 20, null);
    expect(stopping.observe(metrics(0.5))).toBe(true);
    for (let evaluation = 1; evaluation <= 20; evaluation++) {
      expect(stopping.observe(metrics(0.4))).toBe(false);
      expect(stopping.shouldStop).toBe(false);
    }
    expect(stopping.observe(metrics(0.4))).toBe(false);
    expect(stopping.shouldStop).toBe(true);
  });

  it('takes only a strictly greater value for better, and then counts anew', () => {
    const stopping = new EarlyStopping('recall@20', 2, null);
    expect(stopping.observe(metrics(0.5))).toBe(true);
    expect(stopping.observe(metrics(0.5))).toBe(false);
    expect(stopping.observe(metrics(0.5))).toBe(false);
    expect(stopping.observe(metrics(0.5 + 1e-15))).toBe(true);
    expect(stopping.state).toEqual({ bestValue: 0.5 + 1e-15, sinceBest: 0 });
    expect([1, 2, 3].map(() => (stopping.observe(metrics(0.1)), stopping.shouldStop))).toEqual([false, false, true]);
  });

  it('takes the first evaluation for the best, whatever it is', () => {
    expect(new EarlyStopping('recall@20', 1, null).observe(metrics(0))).toBe(true);
  });

  it('looks at its metric alone', () => {
    const stopping = new EarlyStopping('ndcg@10', 5, null);
    expect(stopping.observe(metrics(0.2, 'ndcg@10'))).toBe(true);
    expect(stopping.observe(metrics(0.9, 'recall@20'))).toBe(false);
    expect(stopping.observe(metrics(0.3, 'ndcg@10'))).toBe(true);
  });

  it('rounds before it compares when asked to, as MMRec does', () => {
    const rounding = new EarlyStopping('recall@20', 20, 4);
    expect(rounding.observe(metrics(0.12341))).toBe(true);
    expect(rounding.observe(metrics(0.123449))).toBe(false);
    expect(rounding.observe(metrics(0.12346))).toBe(true);
    expect(rounding.state.bestValue).toBe(0.1235);
    const exact = new EarlyStopping('recall@20', 20, null);
    exact.observe(metrics(0.12341));
    expect(exact.observe(metrics(0.123449))).toBe(true);
  });

  it('never stops with a patience of 0', () => {
    const stopping = new EarlyStopping('recall@20', 0, null);
    stopping.observe(metrics(0.5));
    for (let evaluation = 0; evaluation < 500; evaluation++) stopping.observe(metrics(0.1));
    expect(stopping.shouldStop).toBe(false);
    expect(stopping.state.sinceBest).toBe(500);
  });

  it('stops after the first evaluation beyond a patience of 1', () => {
    const stopping = new EarlyStopping('recall@20', 1, null);
    expect([0.5, 0.4, 0.4].map((value) => (stopping.observe(metrics(value)), stopping.shouldStop))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('goes on from a state that went through storage', () => {
    const original = new EarlyStopping('recall@20', 3, null);
    [0.3, 0.5, 0.4, 0.4].forEach((value) => original.observe(metrics(value)));
    const restored = new EarlyStopping('recall@20', 3, null);
    restored.restore(structuredClone(original.state));
    for (const value of [0.5, 0.5]) {
      expect(restored.observe(metrics(value))).toBe(original.observe(metrics(value)));
      expect(restored.shouldStop).toBe(original.shouldStop);
    }
    expect(restored.shouldStop).toBe(true);
  });

  it('goes on from a state that was taken before the first evaluation', () => {
    const restored = new EarlyStopping('recall@20', 3, null);
    restored.restore(structuredClone(new EarlyStopping('recall@20', 3, null).state));
    expect(restored.observe(metrics(0))).toBe(true);
  });
});
