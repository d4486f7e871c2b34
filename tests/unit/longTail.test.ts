import { describe, expect, it } from 'vitest';
import type { Interactions } from '../../src/domain/interactions';
import { popularityGroups } from '../../src/domain/longTail';

/** Rows of user, item, split. */
function interactionsOf(rows: readonly (readonly [number, number, number])[]): Interactions {
  return {
    users: Int32Array.from(rows, ([user]) => user),
    items: Int32Array.from(rows, ([, item]) => item),
    split: Uint8Array.from(rows, ([, , split]) => split),
    ratings: null,
    timestamps: null,
  };
}

// Training interactions of items 0…5: 1, 4, 0, 3, 1, 2. By popularity: 1, 3 | 5, 0 | 4, 2.
const interactions = interactionsOf([
  [0, 1, 0],
  [1, 1, 0],
  [2, 1, 0],
  [3, 1, 0],
  [0, 3, 0],
  [1, 3, 0],
  [2, 3, 0],
  [0, 5, 0],
  [3, 5, 0],
  [1, 0, 0],
  [2, 4, 0],
  [0, 4, 2],
  [0, 2, 2],
  [1, 5, 2],
  [2, 0, 2],
  [2, 5, 2],
  [3, 3, 2],
  [1, 2, 1],
]);
const lists = {
  users: Int32Array.of(0, 1, 2, 3),
  // User 0 finds item 2 at rank 2, user 1 finds 5 at rank 3 (beyond a cutoff of 2), user 2 both of its items at 1 and 3; user 3's list ends early.
  topItems: Int32Array.of(0, 2, 4, 1, 3, 5, 5, 1, 0, 1, -1, -1),
  width: 3,
};

describe('groups of items by popularity', () => {
  it('are of equal size, most popular first, and count their own test interactions', () => {
    const groups = popularityGroups(interactions, 6, lists, 3, 3);
    expect(groups.map(({ items, fewest, most, users, tested }) => [items, fewest, most, users, tested])).toEqual([
      [2, 3, 4, 1, 1],
      [2, 1, 2, 2, 3],
      [2, 0, 1, 1, 2],
    ]);
    // Ten places are taken: 1 three times and 3 once; 0 and 5 twice each; 2 and 4 once each.
    expect(groups.map(({ recommended }) => recommended)).toEqual([0.4, 0.4, 0.2]);
  });

  it('have the mean recall and NDCG of users with a test interaction there', () => {
    const discount = (rank: number): number => 1 / Math.log2(rank + 1);
    const [head, middle, tail] = popularityGroups(interactions, 6, lists, 3, 3);
    expect([head!.recall, head!.ndcg]).toEqual([0, 0]);
    expect(middle!.recall).toBeCloseTo((1 + 1) / 2, 12);
    expect(middle!.ndcg).toBeCloseTo(
      (discount(3) / discount(1) + (discount(1) + discount(3)) / (discount(1) + discount(2))) / 2,
      12,
    );
    expect(tail!.recall).toBe(1);
    expect(tail!.ndcg).toBeCloseTo((discount(2) + discount(3)) / (discount(1) + discount(2)), 12);
    const [, short] = popularityGroups(interactions, 6, lists, 2, 3);
    expect(short!.recall).toBeCloseTo((0 + 0.5) / 2, 12);
    // More test items than places: the best that one place can hold is the measure.
    const [, single] = popularityGroups(interactions, 6, lists, 1, 3);
    expect([single!.recall, single!.ndcg]).toEqual([0.25, 0.5]);
  });

  it('without test interactions have no metric', () => {
    const [head] = popularityGroups(
      interactionsOf([
        [0, 0, 0],
        [0, 1, 2],
      ]),
      2,
      { users: Int32Array.of(0), topItems: Int32Array.of(1), width: 1 },
      1,
      2,
    );
    expect(head).toMatchObject({ users: 0, recall: null, ndcg: null, recommended: 0 });
  });
});
