import type { DatasetStatistics, SplitCounts } from '../../src/domain/dataset';
import { METRIC_KEYS } from '../../src/domain/metrics';
import type { HostEstimate } from '../../src/domain/run';
import { longestPart } from '../../src/storage/arrays';
import { MAX_CUTOFF } from './metrics';

/** What the dry runs tell of a run, in bytes. */
export interface HostParts {
  /** Each parameter's values. */
  readonly parameters: readonly number[];
  /** The rows that rank users and items. */
  readonly representation: number;
  /** Each array of the model's graphs on the host. */
  readonly graphs: readonly number[];
  /** What the model makes on the host before the first step. */
  readonly made: number;
  /** The most on the device before the first step, and at any time. */
  readonly preparing: number;
  readonly total: number;
}

/** Chromium's process of the page with a training worker that has opened WASM and made a plan, as measured on two cores. */
export const PAGE_BYTES = 310 * 2 ** 20;

const INT = 4;
/** A set of a user's held-out items in V8, and an item more in it. */
const SET_BYTES = 100;
const MEMBER_BYTES = 12;
/** Of an edge on the way into a graph: row, column and value, two orders, and the graph's own column and two values. */
const EDGE_BYTES = 8 * INT;

/**
 * Bytes in the page's process: what is held from the first step to the last, and the most that preparing, a checkpoint or the end
 * of the run come on top of it. Whatever is stored is there twice, as it is and as the browser's storage takes it.
 */
export function hostEstimate(statistics: DatasetStatistics, parts: HostParts): HostEstimate {
  const { splits, ratings } = statistics;
  const data = dataBytes(statistics) + sum(parts.graphs);
  // Of the largest graph, one is made after the other.
  const edges = Math.max(2 * splits.train.interactions, ...parts.graphs.map((bytes) => bytes / INT));
  const preparation = parts.made + edges * EDGE_BYTES;
  const values = sum(parts.parameters);
  const stored = (arrays: readonly number[]): number =>
    sum(arrays.map((bytes) => (bytes > longestPart ? 2 : 1) * bytes));
  // The best epoch's values are kept, and stored with each checkpoint beside the newest values and both moments.
  const checkpoint = values + 3 * values + 4 * stored(parts.parameters);
  const final = values + parts.representation + stored(parts.parameters) + stored([parts.representation]);
  const weights = Math.max(checkpoint, final);
  const resultsOf = ({ users }: SplitCounts): number => resultBytes(users, ratings ? users : 0);
  const results = resultsOf(splits.valid) + 2 * resultsOf(splits.test);
  const held = PAGE_BYTES + data;
  const later = held + Math.max(checkpoint, final, values + results);
  return {
    page: PAGE_BYTES,
    data,
    preparation,
    weights,
    results,
    total: Math.max(held + preparation, later),
    withDevice: Math.max(held + preparation + parts.preparing, later + parts.total),
  };
}

/** Interactions as they are stored, those that train once more in two orders, and what is held out by user. */
export function dataBytes({ users, items, interactions, splits, ratings }: DatasetStatistics): number {
  const train = splits.train.interactions;
  // The statistics do not say whether there are timestamps.
  const stored = interactions * (2 * INT + 1 + 8 + (ratings ? INT : 0));
  const pairs = train * (2 * INT + (ratings ? INT : 0));
  const matrix = (users + 1) * INT + train * 2 * INT;
  const sampler = train * INT + items * INT;
  const heldOut = [splits.valid, splits.test].map(
    // With ratings once more those that were liked.
    (split) => split.users * INT + (ratings ? 2 : 1) * (split.users * SET_BYTES + split.interactions * MEMBER_BYTES),
  );
  return stored + pairs + matrix + sampler + (ratings ? 8 * users : 0) + sum(heldOut);
}

/** Lists with scores, and the metrics, of so many users; metrics over liked items of some of them. */
export const resultBytes = (users: number, liked: number): number =>
  INT * (users * 2 * MAX_CUTOFF + (users + liked) * (METRIC_KEYS.length + 1));

const sum = (list: readonly number[]): number => list.reduce((total, bytes) => total + bytes, 0);
