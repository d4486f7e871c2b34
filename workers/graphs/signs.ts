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
    counts[user] = (counts[user] ?? 0) + 1;
    sums[user] = (sums[user] ?? 0) + (ratings[row] ?? 0);
  });
  pairs.users.forEach((user, row) => {
    squares[user] = (squares[user] ?? 0) + ((ratings[row] ?? 0) - (sums[user] ?? 0) / (counts[user] ?? 1)) ** 2;
  });
  return Float64Array.from(counts, (count, user) => {
    if (count === 0) return -Infinity;
    return (mix * (sums[user] ?? 0)) / count - (1 - mix) * Math.sqrt((squares[user] ?? 0) / count);
  });
}

/** 1 where a rating lies above its user's threshold, 0 elsewhere. */
export function signsOf(pairs: Pairs, ratings: Float32Array, thresholds: Float64Array): Uint8Array {
  return Uint8Array.from(pairs.users, (user, row) => ((ratings[row] ?? 0) > (thresholds[user] ?? 0) ? 1 : 0));
}
