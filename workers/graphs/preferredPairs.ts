import { at } from '../../src/domain/at';

/** The item that a user prefers and the one that it refuses. */
export interface PreferredPair {
  readonly preferred: number;
  readonly refused: number;
}

/** A user's pair of `pairs [U, 2]`; null where it names no two of the items `0 … items − 1`. */
export function pairOf(pairs: Int32Array, user: number, items: number): PreferredPair | null {
  const [preferred, refused] = [at(pairs, 2 * user), at(pairs, 2 * user + 1)];
  const known = [preferred, refused].every((item) => item >= 0 && item < items);
  return known && preferred !== refused ? { preferred, refused } : null;
}
