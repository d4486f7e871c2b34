import { at, entry } from '../../src/domain/at';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import studentCdf from '@stdlib/stats-base-dists-t-cdf';
import type { PairedComparison, PairedTest } from '../../src/domain/comparison';
import type { Random } from '../numbers/rng';

/** Up to here the distribution of rank sums is counted, where no two differences are equal and none is 0. */
const EXACT_PAIRS = 25;

/** Paired t-test and Wilcoxon's signed-rank test of `a` against `b`, of equal length. */
export function comparePaired(a: ArrayLike<number>, b: ArrayLike<number>): PairedComparison {
  if (a.length !== b.length || a.length === 0)
    throw new Error(`Pairs cannot be made of ${a.length} and ${b.length} values.`);
  const differences = Float64Array.from({ length: a.length }, (_, i) => (a[i] ?? NaN) - (b[i] ?? NaN));
  const mean = meanOf(differences);
  const deviation =
    differences.length < 2
      ? null
      : Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (differences.length - 1));
  return {
    pairs: differences.length,
    mean,
    deviation,
    higher: differences.filter((d) => d > 0).length,
    lower: differences.filter((d) => d < 0).length,
    t: studentTest(differences.length, mean, deviation),
    wilcoxon: signedRanks(
      differences.filter((d) => d !== 0),
      differences.length,
    ),
  };
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function studentTest(pairs: number, mean: number, deviation: number | null): PairedTest {
  if (deviation === null || deviation === 0) return { statistic: 0, p: null, effect: null };
  const statistic = mean / (deviation / Math.sqrt(pairs));
  return { statistic, p: Math.min(1, 2 * studentCdf(-Math.abs(statistic), pairs - 1)), effect: mean / deviation };
}

/** Ranks of the sizes of non-zero differences, equal sizes sharing their mean rank. */
function signedRanks(differences: Float64Array, pairs: number): PairedTest {
  const n = differences.length;
  if (n === 0) return { statistic: 0, p: null, effect: null };
  const order = Array.from(differences.keys()).sort(
    (i, j) => Math.abs(at(differences, i)) - Math.abs(at(differences, j)),
  );
  const size = (place: number): number => Math.abs(at(differences, entry(order, place)));
  let positive = 0;
  let ties = 0;
  for (let first = 0; first < n;) {
    let last = first;
    while (last + 1 < n && size(last + 1) === size(first)) last += 1;
    const count = last - first + 1;
    ties += count ** 3 - count;
    for (let place = first; place <= last; place++)
      if (at(differences, entry(order, place)) > 0) positive += (first + last) / 2 + 1;
    first = last + 1;
  }
  const all = (n * (n + 1)) / 2;
  const statistic = Math.min(positive, all - positive);
  const exact = n === pairs && ties === 0 && n <= EXACT_PAIRS;
  const p = exact
    ? exactRankP(n, statistic)
    : 2 * normalCdf((statistic - all / 2) / Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - ties / 48), 0, 1);
  return { statistic, p: Math.min(1, p), effect: (2 * positive - all) / all };
}

/** Twice the share of the 2ⁿ ways of signs whose positive ranks sum to at most `statistic`. */
function exactRankP(n: number, statistic: number): number {
  const ways = new Float64Array((n * (n + 1)) / 2 + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let sum = ways.length - 1; sum >= rank; sum--) ways[sum] = at(ways, sum) + at(ways, sum - rank);
  return (2 * ways.subarray(0, statistic + 1).reduce((sum, count) => sum + count, 0)) / 2 ** n;
}

/** Interval of the mean of `differences` by resampling them: the percentiles that leave `1 − level` outside. */
export function bootstrapInterval(
  differences: Float64Array,
  random: Random,
  resamples: number,
  level: number,
): readonly [number, number] {
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample++) {
    let sum = 0;
    for (let i = 0; i < differences.length; i++)
      sum += at(differences, Math.floor(random.uniform() * differences.length));
    means[sample] = sum / differences.length;
  }
  means.sort();
  return [percentile(means, (1 - level) / 2), percentile(means, (1 + level) / 2)];
}

/** A percentile of sorted values, linear between them. */
export function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = at(sorted, Math.floor(place));
  return low + (at(sorted, Math.ceil(place)) - low) * (place - Math.floor(place));
}
