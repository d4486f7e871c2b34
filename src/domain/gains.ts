import { at, entry } from './at';

/** Two settings on the same users: each user's mean over the common seeds, rows in ascending order of user. */
export interface PairedUsers {
  readonly seeds: readonly number[];
  readonly users: Int32Array;
  readonly mine: Float64Array;
  readonly theirs: Float64Array;
  /** Training interactions of each user; null when the dataset is no longer stored. */
  readonly trained: Int32Array | null;
}

/** How near the held-out items lie to what a user had, by features: see `difficultyGroups`. */
export interface Visibility {
  readonly users: Int32Array;
  /** Mean over the user's test items, 0 to 1; NaN without any. */
  readonly values: Float64Array;
  /** Neighbours per item and modality; fewer than asked for where there are fewer items. */
  readonly neighbours: number;
  readonly modalities: readonly string[];
}

/** How the differences `mine − theirs` are spread over users. */
export interface GainDistribution {
  readonly users: number;
  readonly mean: number;
  readonly median: number;
  readonly quartiles: readonly [number, number];
  /** Shares of the users. */
  readonly better: number;
  readonly equal: number;
  readonly worse: number;
  /** An odd number of equal bins around 0, so that no difference has a bin of its own in the middle. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Each value that occurs, in ascending order, with the share of users at or below it. */
  readonly cumulative: readonly (readonly [value: number, share: number])[];
}

const BINS = 21;

export function gainDistribution(mine: Float64Array, theirs: Float64Array): GainDistribution {
  const differences = mine.map((value, i) => value - at(theirs, i));
  const users = differences.length;
  const sorted = differences.slice().sort();
  const reach = Math.max(Math.abs(at(sorted, 0)), Math.abs(at(sorted, users - 1))) || 1;
  const edges = Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? reach : -reach + i * ((2 * reach) / BINS)));
  const counts = new Array<number>(BINS).fill(0);
  for (const value of differences) counts[binOf(value, edges)] = entry(counts, binOf(value, edges)) + 1;
  const share = (wanted: (value: number) => boolean): number => differences.filter(wanted).length / Math.max(1, users);
  return {
    users,
    mean: differences.reduce((sum, value) => sum + value, 0) / Math.max(1, users),
    median: quantile(sorted, 0.5),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    better: share((value) => value > 0),
    equal: share((value) => value === 0),
    worse: share((value) => value < 0),
    edges,
    counts,
    cumulative: cumulativeShares(sorted),
  };
}

/** A value on an edge belongs to the bin above it, the last edge to the last bin. */
function binOf(value: number, edges: readonly number[]): number {
  const last = edges.length - 2;
  let bin = Math.min(
    last,
    Math.max(0, Math.floor(((value - entry(edges, 0)) / (entry(edges, last + 1) - entry(edges, 0))) * (last + 1))),
  );
  while (bin > 0 && value < (edges[bin] ?? -Infinity)) bin -= 1;
  while (bin < last && value >= (edges[bin + 1] ?? Infinity)) bin += 1;
  return bin;
}

/** A quantile of sorted values, linear between them; NaN if there are none. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = at(sorted, Math.floor(place));
  return low + (at(sorted, Math.ceil(place)) - low) * (place - Math.floor(place));
}

function cumulativeShares(sorted: Float64Array): (readonly [number, number])[] {
  const shares: (readonly [number, number])[] = [];
  sorted.forEach((value, i) => {
    if (value !== sorted[i + 1]) shares.push([value, (i + 1) / sorted.length]);
  });
  return shares;
}

/** Rows of users that belong together. */
export interface UserGroup {
  readonly name: string;
  readonly rows: readonly number[];
  /** What its users have: `3–7 training interactions`. */
  readonly holds: string;
}

/** Both settings on one group. */
export interface GroupGain extends UserGroup {
  /** Means over the group; null without users. */
  readonly mine: number | null;
  readonly theirs: number | null;
  readonly difference: number | null;
  /** Standard error of the difference; null with fewer than two users. */
  readonly error: number | null;
}

export function groupGains(groups: readonly UserGroup[], mine: Float64Array, theirs: Float64Array): GroupGain[] {
  return groups.map((group) => {
    const n = group.rows.length;
    if (n === 0) return { ...group, mine: null, theirs: null, difference: null, error: null };
    const mean = (value: (row: number) => number): number => group.rows.reduce((sum, row) => sum + value(row), 0) / n;
    const difference = (row: number): number => at(mine, row) - at(theirs, row);
    const middle = mean(difference);
    const variance = n < 2 ? null : group.rows.reduce((sum, row) => sum + (difference(row) - middle) ** 2, 0) / (n - 1);
    return {
      ...group,
      mine: mean((row) => at(mine, row)),
      theirs: mean((row) => at(theirs, row)),
      difference: middle,
      error: variance === null ? null : Math.sqrt(variance / n),
    };
  });
}

/** Users by training interactions in three parts of equal size (equal activity: the lower index first), the least active first. */
export function activityThirds(trained: Int32Array): UserGroup[] {
  const order = Array.from(trained.keys()).sort((a, b) => at(trained, a) - at(trained, b) || a - b);
  return ['low', 'mid', 'high'].map((name, third) => {
    const rows = order.slice(Math.floor((third * order.length) / 3), Math.floor(((third + 1) * order.length) / 3));
    if (rows.length === 0) return { name, rows, holds: '' };
    const [fewest, most] = [at(trained, entry(rows, 0)), at(trained, entry(rows, rows.length - 1))];
    return { name, rows, holds: fewest === most ? String(most) : `${fewest}–${most}` };
  });
}

/** MAGNET, Figure 6: easy from a visibility of .5, hard at 0, medium between. Users without a test item are in none. */
export function difficultyGroups(values: Float64Array): UserGroup[] {
  const rows = (wanted: (value: number) => boolean): number[] =>
    Array.from(values.keys()).filter((row) => wanted(at(values, row)));
  return [
    { name: 'easy', rows: rows((value) => value >= 0.5), holds: '≥ 0.5' },
    { name: 'medium', rows: rows((value) => value > 0 && value < 0.5), holds: '0 to 0.5' },
    { name: 'hard', rows: rows((value) => value === 0), holds: '0' },
  ];
}
