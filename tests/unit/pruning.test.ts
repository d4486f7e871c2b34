import { describe, expect, it } from 'vitest';
import { stream } from '../../workers/numbers/rng';
import { degreeSensitiveSample } from '../../workers/graphs/pruning';
import { modalityShares } from '../../workers/models/layers/itemGraphs';

/** One item with many users, and as many users with an item of their own. */
const POPULAR = 200;
const pairs = {
  users: Int32Array.from({ length: 2 * POPULAR }, (_, e) => e),
  items: Int32Array.from({ length: 2 * POPULAR }, (_, e) => (e < POPULAR ? 0 : e - POPULAR + 1)),
};

describe('degree-sensitive edge pruning', () => {
  it('keeps the asked number of distinct edges in their order, and repeats with its stream', () => {
    const a = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(1, 'edges'));
    const b = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(1, 'edges'));
    const c = degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 80, stream(2, 'edges'));
    expect(a.users).toHaveLength(80);
    expect(new Set(a.users).size).toBe(80);
    expect([...a.users]).toEqual([...a.users].sort((x, y) => x - y));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('keeps an edge in proportion to 1/√(d_u d_i)', () => {
    // One edge of 400: the first draw of a sample, whose chances are exactly the weights. The popular item's edges weigh 1/√200.
    const draws = 20_000;
    let popular = 0;
    const random = stream(3, 'edges');
    for (let draw = 0; draw < draws; draw++)
      if (degreeSensitiveSample(pairs, 2 * POPULAR, POPULAR + 1, 1, random).items[0] === 0) popular++;
    const weight = 1 / Math.sqrt(POPULAR);
    const expected = weight / (weight + 1);
    const deviation = Math.sqrt((expected * (1 - expected)) / draws);
    expect(Math.abs(popular / draws - expected)).toBeLessThan(4 * deviation);
  });
});

describe('the shares of modalities in the item graph', () => {
  it('follow the vision weight, and add up to one', () => {
    expect(modalityShares(['image', 'text'], 0.1)).toEqual([0.1, 0.9]);
    expect(modalityShares(['audio', 'image', 'text'], 0.1)).toEqual([0.45, 0.1, 0.45]);
    expect(modalityShares(['audio', 'text'], 0.1)).toEqual([0.5, 0.5]);
    expect(modalityShares(['image'], 0.1)).toEqual([1]);
  });
});
