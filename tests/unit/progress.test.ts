import { describe, expect, it } from 'vitest';
import { withPoint } from '../../cli/cluster/progress';
import type { CurvePoint } from '../../src/domain/studyFolder';

describe('the curve that a worker notes', () => {
  it('replaces what is done again from a checkpoint, and leaves out what is no number', () => {
    const curve: readonly CurvePoint[] = [
      [1, 0.1],
      [2, 0.2],
      [3, 0.3],
    ];
    expect(withPoint(curve, [2, 0.25])).toEqual([
      [1, 0.1],
      [2, 0.25],
    ]);
    expect(withPoint(curve, [4, NaN])).toEqual(curve);
  });

  it('stays short however long the run is, from its first point to its last', () => {
    let curve: readonly CurvePoint[] = [];
    for (let epoch = 1; epoch <= 5000; epoch++) curve = withPoint(curve, [epoch, 0.5]);
    expect(curve.length).toBeLessThanOrEqual(201);
    expect(curve[0]).toEqual([1, 0.5]);
    expect(curve.at(-1)).toEqual([5000, 0.5]);
    expect(curve.map(([epoch]) => epoch)).toEqual([...curve.map(([epoch]) => epoch)].sort((a, b) => a - b));
  });
});
