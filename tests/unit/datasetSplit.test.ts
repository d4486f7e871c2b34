import { describe, expect, it } from 'vitest';
import { drawSplit, type DrawnSplit } from '../../workers/dataset/split';

/** `sizes[u]` interactions of user u, times falling in file order. */
function columns(sizes: readonly number[]) {
  const users = Int32Array.from(sizes.flatMap((size, user) => new Array<number>(size).fill(user)));
  return { users, timestamps: Float64Array.from(users, (_, row) => 1e6 - row) };
}
const held = (labels: Uint8Array, users: Int32Array, user: number): number[] =>
  [0, 1, 2].map((label) => labels.filter((value, row) => value === label && users[row] === user).length);

describe('splits', () => {
  const sizes = [1, 2, 3, 9, 10, 17, 40];
  const data = columns(sizes);

  it.each(['perUserRandom', 'perUserTemporal'] as const)('%s holds out 8:1:1 of each user as MMRec does', (rule) => {
    const labels = drawSplit(rule, 9, data, sizes.length);
    expect(sizes.map((_, user) => held(labels, data.users, user))).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [1, 1, 1],
      [7, 1, 1],
      [8, 1, 1],
      [14, 1, 2],
      [32, 4, 4],
    ]);
  });

  it('leaveOneOut tests the last and validates on the one before', () => {
    const labels = drawSplit('leaveOneOut', 9, data, sizes.length);
    expect(sizes.map((_, user) => held(labels, data.users, user))).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [1, 1, 1],
      [7, 1, 1],
      [8, 1, 1],
      [15, 1, 1],
      [38, 1, 1],
    ]);
    // Times fall with the row: the first row of a user is the latest.
    const first = data.users.indexOf(6);
    expect([labels[first], labels[first + 1], labels[first + 2]]).toEqual([2, 1, 0]);
    const untimed = drawSplit('leaveOneOut', 9, { users: data.users, timestamps: null }, sizes.length);
    expect(held(untimed, data.users, 6)).toEqual([38, 1, 1]);
  });

  it('temporal rules hold out the latest, ties in file order', () => {
    const per = drawSplit('perUserTemporal', 1, data, sizes.length);
    const start = data.users.indexOf(6);
    expect([...per.subarray(start, start + 9)]).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 0]);
    const all = drawSplit('globalTemporal', 1, data, sizes.length);
    expect([...all.subarray(0, 17)]).toEqual([...new Array<number>(8).fill(2), ...new Array<number>(8).fill(1), 0]);
    const tied = drawSplit('globalTemporal', 1, { users: new Int32Array(10), timestamps: new Float64Array(10) }, 1);
    expect([...tied]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
  });

  it('globalRandom holds out a tenth and a tenth', () => {
    const labels = drawSplit('globalRandom', 1, data, sizes.length);
    expect([0, 1, 2].map((label) => labels.filter((value) => value === label).length)).toEqual([66, 8, 8]);
  });

  it('random rules follow the seed and nothing else', () => {
    const random: DrawnSplit[] = ['perUserRandom', 'globalRandom'];
    for (const rule of random) {
      const first = drawSplit(rule, 2025, data, sizes.length);
      expect(drawSplit(rule, 2025, data, sizes.length)).toEqual(first);
      expect(drawSplit(rule, 2026, data, sizes.length)).not.toEqual(first);
    }
  });
});
