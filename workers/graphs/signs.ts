import { at } from '../../src/domain/at';
import type { Pairs } from './behaviour';

/** δ where thresholds are not personal. */
export const FIXED_THRESHOLD = 3;

/**
 * Personal sign thresholds `[U]`: `δ_u = ν μ_u − (1 − ν) ε_u` from the mean and the population standard deviation of a user's
 * training ratings (SiMGR, PST). A user without ratings has −∞: nothing of theirs is disliked.
 */
export function signThresholds(pairs: Pairs, ratings: Float32Array, users: number, mix: number): Float64Array {
  const counts = new Float64Array(users);
  const sums = new Float64Array(users);
  const squares = new Float64Array(users);
  pairs.users.forEach((user, row) => {
    counts[user] = at(counts, user) + 1;
    sums[user] = at(sums, user) + at(ratings, row);
  });
  pairs.users.forEach((user, row) => {
    squares[user] = at(squares, user) + (at(ratings, row) - at(sums, user) / at(counts, user)) ** 2;
  });
  return Float64Array.from(counts, (count, user) => {
    if (count === 0) return -Infinity;
    return (mix * at(sums, user)) / count - (1 - mix) * Math.sqrt(at(squares, user) / count);
  });
}

/** 1 where a rating lies above its user's threshold, 0 elsewhere. */
export function signsOf(pairs: Pairs, ratings: Float32Array, thresholds: Float64Array): Uint8Array {
  return Uint8Array.from(pairs.users, (user, row) => (at(ratings, row) > at(thresholds, user) ? 1 : 0));
}
