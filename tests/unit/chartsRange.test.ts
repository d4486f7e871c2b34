import { describe, expect, it } from 'vitest';
import { drawnLines, heightOf, within } from '../../src/charts/curveLines';
import { slotsOf } from '../../src/charts/palette';
import type { Series } from '../../src/charts/series';

const line = (name: string): Series => ({
  name,
  kind: 'evaluation',
  points: Array.from({ length: 10 }, (_, i) => [i, i * i] as const),
  band: [[2, -5, 50]],
});

describe('the part of a chart that is shown', () => {
  it('has the height of what lies in it', () => {
    expect(heightOf(drawnLines(within([line('a')], [3, 5]), 0, false))).toEqual([9, 25]);
    expect(heightOf(drawnLines(within([line('a')], [1, 3]), 0, false))).toEqual([-5, 50]);
    expect(within([line('a')], null)[0]?.points).toHaveLength(10);
  });
});

describe('the colours of lines', () => {
  it('are those of their metrics in every chart', () => {
    const [recall] = slotsOf(['R@20']);
    expect(slotsOf(['R@10', 'R@20', 'N@10', 'N@20'])[1]).toBe(recall);
    expect(slotsOf(['R@5', 'R@10', 'R@20', 'R@50'])[2]).toBe(recall);
    expect(slotsOf(['Recall@20', 'NDCG@20'])[0]).toBe(recall);
  });

  it('are the first that are free for all others, and never twice the same in a chart', () => {
    expect(slotsOf(['BPR', 'reg', 'sum'])).toEqual([0, 1, 2]);
    const mixed = slotsOf(['BPR', 'R@10', 'reg', 'R@20', 'N@20']);
    expect(new Set(mixed).size).toBe(5);
  });
});
