/** How large a difference between two systems data can show: the power of a paired comparison. */

/** What a comparison of two settings says of the scatter of their differences, in one metric. */
export interface Scatter {
  /** Test users, each a pair. */
  readonly users: number;
  /** Seeds that the two settings have in common. */
  readonly seeds: number;
  /** Variance over users of a user's difference, the mean over the seeds. */
  readonly ofUsers: number;
  /** Variance of a user's difference from seed to seed, the mean over users; null with one seed. */
  readonly withinUsers: number | null;
  /** Variance from seed to seed of the mean difference; null with one seed. */
  readonly ofMeans: number | null;
}

/** A difference that large is found in four of five comparisons, at α = .05 on both sides. */
export const POWER = 0.8;
/** Quantiles of the standard normal distribution at 1 − α/2 and at the power. */
const [ALPHA_HALF, AT_POWER] = [1.959963985, 0.841621234];

/**
 * The smallest difference of means that a paired comparison over the same users with `seeds` seeds would find with probability `POWER`:
 * `(z_{1−α/2} + z_{POWER}) · SE`. `SE² = (τ² + ω/S)/U + σ²/S`: users scatter by τ² whatever the seed, a user's difference by ω from seed to seed, and all users'
 * differences together by σ². With one seed at hand only `SE² = v/U` is known, for one seed; for others null.
 */
export function detectable(
  { users, seeds: known, ofUsers, withinUsers, ofMeans }: Scatter,
  seeds: number,
): number | null {
  if (users < 2) return null;
  const found = (variance: number): number => (ALPHA_HALF + AT_POWER) * Math.sqrt(variance);
  if (withinUsers === null || ofMeans === null) return seeds === known ? found(ofUsers / users) : null;
  const lasting = Math.max(0, ofUsers - withinUsers / known);
  // What scatters from seed to seed in the mean beyond what single users' scatter makes of it.
  const together = Math.max(0, ofMeans - withinUsers / users);
  return found((lasting + withinUsers / seeds) / users + together / seeds);
}

/** The scatter of differences `[seed][user]` of one metric. null without a user. */
export function scatterOf(differences: readonly ArrayLike<number>[]): Scatter | null {
  const seeds = differences.length;
  const users = differences[0]?.length ?? 0;
  if (seeds === 0 || users === 0) return null;
  const of = (seed: number, user: number): number => differences[seed]?.[user] ?? 0;
  const means = Array.from({ length: users }, (_, user) => mean(differences.map((_one, seed) => of(seed, user))));
  const ofUsers = variance(means);
  if (seeds < 2) return { users, seeds, ofUsers, withinUsers: null, ofMeans: null };
  const within = Array.from({ length: users }, (_, user) => variance(differences.map((_one, seed) => of(seed, user))));
  const bySeed = differences.map((_one, seed) => mean(Array.from({ length: users }, (_, user) => of(seed, user))));
  return { users, seeds, ofUsers, withinUsers: mean(within), ofMeans: variance(bySeed) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample; 0 for one value. */
function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
