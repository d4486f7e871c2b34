import { describe, expect, it } from 'vitest';
import type { Expert, Family } from '../../src/domain/routing';
import { pairRows } from '../../src/features/routing/pairRows';
import { routedPairs } from '../../workers/analysis/routedPairs';

const expert = (name: string, anchor: number, family: Family): Expert => ({ name, anchor, family, shares: [] });
const families = ['dom', 'bal'] as const;
const experts = [
  expert('Dom 0', 0, 'dom'),
  expert('Bal 0', 0, 'bal'),
  expert('Bal 0 again', 0, 'bal'),
  expert('Dom 1', 1, 'dom'),
];
const users = Int32Array.of(0, 1, 2, 3);
const items = Int32Array.of(5, 6, 7, 8);
const split = Uint8Array.of(0, 1, 2, 2);
// prettier-ignore
const probabilities = Float32Array.of(
  0.1, 0.1, 0.1, 0.7, // trained on
  0.5, 0.1, 0.3, 0.1,
  0.6, 0.2, 0.15, 0.05,
  0.3, 0.35, 0.25, 0.1,
);
const pairs = routedPairs([1, 2, 3], { users, items, split }, probabilities, 4);
const rows = (row: number, column: number) => pairRows({ pairs, experts, families }, { row, column });

describe('the pairs of a cell', () => {
  it('are those with the highest probability of its expert, even where it is the first choice of none', () => {
    const { rows: found, count } = rows(1, 0);
    expect(count).toBe(0);
    expect(found.map(({ user }) => user)).toEqual([1, 3, 2]);
    expect(found[0]).toMatchObject({ item: 6, split: 1, first: 'Dom 0' });
    expect(found[0]!.probability).toBeCloseTo(0.1);
  });

  it('stand there once where the expert has copies, with the copy that they prefer', () => {
    const { rows: found, count } = rows(0, 1);
    expect(count).toBe(1);
    expect(found.map(({ user }) => user)).toEqual([3, 1, 2]);
    expect(found.map(({ probability }) => Number(probability.toFixed(2)))).toEqual([0.35, 0.3, 0.2]);
  });

  it('without a cell are those with the surest first choice', () => {
    const { rows: found, count } = pairRows({ pairs, experts, families }, null);
    expect(count).toBe(3);
    expect(found.map(({ user }) => user)).toEqual([2, 1, 3]);
  });

  it('share one scale: the largest departure of any of them', () => {
    expect(pairs.reach).toBeCloseTo(4);
    expect(routedPairs([3], { users, items, split }, probabilities, 4).reach).toBeCloseTo(2.5);
  });
});
