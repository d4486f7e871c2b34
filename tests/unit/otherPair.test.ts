import { describe, expect, it } from 'vitest';
import type { RoutedPairs } from '../../src/domain/routes';
import { apartFrom, heldOutOf, otherPair, type Look } from '../../src/features/routing/otherPair';

const pairs: RoutedPairs = {
  users: Int32Array.of(0, 0, 1, 2, 3),
  items: Int32Array.of(10, 11, 12, 13, 14),
  split: Uint8Array.of(1, 2, 2, 2, 1),
  first: Uint8Array.of(4, 4, 4, 5, 6),
  probability: new Float32Array(5),
  highest: [],
  reach: 2,
};
const look = (user: number, item: number, runId = 'a'): Look => ({ user, item, runId, of: 'best' });

describe('the pair to compare with', () => {
  it('is a test pair of another user with another first choice', () => {
    expect(otherPair(pairs, { user: 0, item: 11 })).toEqual({ user: 2, item: 13 });
    expect(otherPair({ ...pairs, first: new Uint8Array(5) }, { user: 0, item: 11 })).toEqual({ user: 1, item: 12 });
    expect(
      otherPair({ ...pairs, users: Int32Array.of(0), items: Int32Array.of(10) }, { user: 0, item: 10 }),
    ).toBeNull();
  });

  it('is never the first one again with the same weights', () => {
    expect(apartFrom(pairs, look(0, 11), look(0, 11))).toEqual(look(0, 10));
    expect(apartFrom(pairs, look(1, 12), look(1, 12))).toEqual(look(2, 13));
    expect(apartFrom(pairs, look(0, 11), look(0, 10))).toEqual(look(0, 10));
  });

  it('may be the same with the weights of another run', () => {
    expect(apartFrom(pairs, look(0, 11), look(0, 11, 'b'))).toEqual(look(0, 11, 'b'));
  });

  it('of a user is a test pair first', () => {
    expect(heldOutOf(pairs, 0)).toBe(11);
    expect(heldOutOf(pairs, 9)).toBeUndefined();
  });
});
