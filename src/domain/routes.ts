import { entry } from './at';
import type { Expert, Family, RoutingStatistics } from './routing';

/** The pairs of one part of the data, and how they are routed on the whole. */
export interface RoutedGroup {
  readonly name: string;
  readonly pairs: number;
  readonly statistics: RoutingStatistics;
  /** π̄ weighted by the experts' shares, per group of `{B} ∪ M`. */
  readonly reliance: readonly number[];
  readonly familyMass: readonly number[];
}

export type BreakdownKey = 'split' | 'popularity' | 'activity' | 'userGroup' | 'category';

export interface RoutedBreakdown {
  readonly key: BreakdownKey;
  readonly groups: readonly RoutedGroup[];
}

/** Held-out pairs with their first choice, as parallel columns. */
export interface RoutedPairs {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** 1 = validation, 2 = test. */
  readonly split: Uint8Array;
  /** Index of the most probable expert, and its π. */
  readonly first: Uint8Array;
  readonly probability: Float32Array;
  /** Of each expert, the pairs that give it the highest π. */
  readonly highest: readonly HighestPairs[];
  /** How many times more, or less, than an even share any of the pairs gives an expert; see `ratioReach`. */
  readonly reach: number;
}

/** Some pairs and their π of one expert, the highest first. */
export interface HighestPairs {
  /** Places in the columns of the pairs. */
  readonly places: Int32Array;
  readonly probabilities: Float32Array;
}

/** How a run's router sends the interactions of its dataset. */
export interface RunRouting {
  /** 0-based epoch of the weights. */
  readonly epoch: number;
  /** With the shares that they have learned, where they do. */
  readonly experts: readonly Expert[];
  readonly groups: readonly string[];
  readonly families: readonly Family[];
  readonly breakdowns: readonly RoutedBreakdown[];
  readonly pairs: RoutedPairs;
}

/** An item of the user's history and how like the target it is: cosines of the raw features, by modality. */
export interface Evidence {
  readonly item: number;
  readonly similarities: readonly number[];
}

export interface RankedItem {
  readonly item: number;
  /** From 1, among the items that the user has not trained on. */
  readonly rank: number;
  readonly score: number;
  /** The split in which the user holds it out; null for a negative. */
  readonly heldOut: 'valid' | 'test' | null;
}

/** One pair: its routing, what it rests on, and where it leads. */
export interface PairExplanation {
  readonly epoch: number;
  readonly user: number;
  readonly item: number;
  /** π, π̃ (0 for experts that were not selected) and what each expert adds to ŷ, `[E]`. */
  readonly probabilities: readonly number[];
  readonly shares: readonly number[];
  readonly contributions: readonly number[];
  readonly modalities: readonly string[];
  /** Most alike first, by the mean over modalities. */
  readonly history: readonly Evidence[];
  /** null where the user has trained on the item: it is not ranked then. */
  readonly rank: number | null;
  readonly candidates: number;
  /** The first of the list; then the target and the held-out items, wherever they are. */
  readonly list: readonly RankedItem[];
  /** The highest item that the user holds out nowhere. */
  readonly hardestNegative: number | null;
}

/** Mean probabilities as `[groups][families]`: copies of an expert summed, null where there is none. */
export function routingCells(
  mean: readonly number[],
  experts: readonly Expert[],
  groups: number,
  families: readonly Family[],
): (number | null)[][] {
  return Array.from({ length: groups }, (_, group) =>
    families.map((family) => {
      const own = experts.flatMap((expert, e) =>
        expert.anchor === group && expert.family === family ? [entry(mean, e)] : [],
      );
      return own.length === 0 ? null : own.reduce((sum, value) => sum + value, 0);
    }),
  );
}

type Cells = readonly (readonly (number | null)[])[];

/** Sums of a group's (a family's) cells. */
export const rowSums = (cells: Cells): number[] =>
  cells.map((row) => row.reduce<number>((sum, value) => sum + (value ?? 0), 0));
export const columnSums = (cells: Cells): number[] =>
  (cells[0] ?? []).map((_, column) => cells.reduce((sum, row) => sum + (row[column] ?? 0), 0));

const shown = (cells: Cells): number[] => cells.flat().filter((value) => value !== null);

/** What each cell would have if all had the same. */
export const evenShare = (cells: Cells): number => 1 / Math.max(1, shown(cells).length);

/** Departure from an even share below which it is no more than noise. */
const LEAST_REACH = 1.1;

/** How many times more, or less, than an even share any cell of these routings has: at least 1.1, at most what a cell can have. */
export function ratioReach(all: readonly Cells[]): number {
  const reaches = all.map((cells) => {
    const even = evenShare(cells);
    const departures = shown(cells).map((value) => Math.max(value / even, even / Math.max(value, 1e-12)));
    return Math.min(1 / even, Math.max(LEAST_REACH, ...departures));
  });
  return Math.max(LEAST_REACH, ...reaches);
}

/** A share of an even one below which an expert counts as dead. */
const DEAD_SHARE = 0.1;
/** Share of the pairs' first choices from which one expert counts as monopolising them. */
const MONOPOLY_LOAD = 0.8;
const COLLAPSED_EXPERTS = 2;
/** Multiple of an even share below which a first choice is hardly one. */
const UNDECIDED_SHARE = 2;

export interface RoutingAlarm {
  readonly kind: 'dead' | 'monopoly' | 'undecided' | 'few';
  readonly title: string;
  readonly text: string;
}

type Alarming = Pick<RoutingStatistics, 'effective' | 'maxLoad' | 'winnerShare'>;

/**
 * What should worry about a routing: experts that (almost) nothing is sent to, one that takes nearly everything, or a router
 * whose first choice is always the same because it hardly prefers any.
 */
export function routingAlarms(
  mean: readonly number[],
  names: readonly string[],
  { effective, maxLoad, winnerShare }: Alarming,
): RoutingAlarm[] {
  const alarms: RoutingAlarm[] = [];
  const dead = names.filter((_, e) => entry(mean, e) < DEAD_SHARE / names.length);
  if (dead.length > 0)
    alarms.push({
      kind: 'dead',
      title: dead.length === 1 ? 'A dead expert' : `${dead.length} dead experts`,
      text: `${dead.join(', ')}: less than a tenth of an even share of the routing.`,
    });
  const largest = entry(names, mean.indexOf(Math.max(...mean)));
  const choice = `One expert is the first choice of ${Math.round(100 * maxLoad)} % of the pairs`;
  if (maxLoad >= MONOPOLY_LOAD && winnerShare < UNDECIDED_SHARE / names.length) {
    alarms.push({
      kind: 'undecided',
      title: 'The router hardly tells pairs apart',
      text: `${choice}, but with a probability of ${winnerShare.toFixed(2)} on average, where an even share is ${(1 / names.length).toFixed(2)}.`,
    });
  } else if (maxLoad >= MONOPOLY_LOAD || effective < COLLAPSED_EXPERTS) {
    alarms.push({
      kind: 'monopoly',
      title: 'One expert takes nearly everything',
      text: `${choice}, and ${effective.toFixed(1)} experts are in effective use; the largest mean share is that of ${largest}.`,
    });
  }
  return alarms;
}

/** Share of the experts below which too few are ever a first choice. */
const FEW_CHOSEN = 1 / 3;

/** What should worry about the first choices of single pairs, by expert: that most experts are nobody's; null if nothing does. */
export function firstChoiceAlarm(first: Uint8Array, names: readonly string[]): RoutingAlarm | null {
  const chosen = new Set(first);
  if (first.length === 0 || chosen.size >= FEW_CHOSEN * names.length) return null;
  const own = names.filter((_, expert) => chosen.has(expert));
  return {
    kind: 'few',
    title: `Only ${own.length} of ${names.length} experts ${own.length === 1 ? 'is' : 'are'} ever a first choice`,
    text: `Of every held-out pair, ${own.join(' or ')} is the most probable expert. The others count only as part of the mixture.`,
  };
}
