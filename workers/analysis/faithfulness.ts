import { at, entry } from '../../src/domain/at';
import type { Faithfulness } from '../../src/domain/knockouts';
import type { Random } from '../numbers/rng';
import { percentile } from './significance';

/** π of test pairs, `[pairs, experts]` by rows, and the row of each pair's user. */
export interface ExpertMass {
  readonly rowOf: Int32Array;
  readonly probabilities: Float32Array;
  readonly experts: number;
  /** Number of test users. */
  readonly users: number;
}

/**
 * Pearson's correlation, over experts, between the mean π over the test pairs and the mean fall without the expert. `falls[e] [users]`.
 * The interval resamples users with all their pairs; both means are taken anew each time.
 */
export function faithfulness(
  mass: ExpertMass,
  falls: readonly Float64Array[],
  random: Random,
  resamples: number,
  level: number,
): Faithfulness {
  const byUser = massByUser(mass);
  const everyone = Int32Array.from({ length: mass.users }, (_, row) => row);
  const whole = meansOf(byUser, falls, everyone);
  const r = pearson(whole.mass, whole.falls);
  const found: number[] = [];
  const drawn = new Int32Array(mass.users);
  for (let sample = 0; sample < resamples; sample++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = Math.floor(random.uniform() * drawn.length);
    const means = meansOf(byUser, falls, drawn);
    const one = pearson(means.mass, means.falls);
    if (one !== null) found.push(one);
  }
  const sorted = Float64Array.from(found).sort();
  const interval =
    r === null || sorted.length === 0
      ? null
      : ([percentile(sorted, (1 - level) / 2), percentile(sorted, (1 + level) / 2)] as const);
  return { r, interval, mass: whole.mass };
}

interface MassByUser {
  /** Σ π of a user's pairs, `[users, experts]`. */
  readonly sums: Float64Array;
  readonly pairs: Int32Array;
  readonly experts: number;
}

function massByUser({ rowOf, probabilities, experts, users }: ExpertMass): MassByUser {
  const sums = new Float64Array(users * experts);
  const pairs = new Int32Array(users);
  rowOf.forEach((row, pair) => {
    pairs[row] = at(pairs, row) + 1;
    for (let e = 0; e < experts; e++)
      sums[row * experts + e] = at(sums, row * experts + e) + at(probabilities, pair * experts + e);
  });
  return { sums, pairs, experts };
}

function meansOf(
  { sums, pairs, experts }: MassByUser,
  falls: readonly Float64Array[],
  rows: Int32Array,
): { readonly mass: number[]; readonly falls: number[] } {
  const mass = Array.from({ length: experts }, () => 0);
  const fell = Array.from({ length: experts }, () => 0);
  let count = 0;
  for (const row of rows) {
    count += at(pairs, row);
    for (let e = 0; e < experts; e++) {
      mass[e] = entry(mass, e) + at(sums, row * experts + e);
      fell[e] = entry(fell, e) + at(entry(falls, e), row);
    }
  }
  return {
    mass: mass.map((sum) => sum / Math.max(1, count)),
    falls: fell.map((sum) => sum / Math.max(1, rows.length)),
  };
}

/** null where a side is the same throughout. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, entry(y, i) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
