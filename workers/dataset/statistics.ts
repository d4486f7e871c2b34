import { at } from '../../src/domain/at';
import { SPLIT_NAMES, type DatasetStatistics, type SplitCounts, type SplitName } from '../../src/domain/dataset';
import { type Interactions } from '../../src/domain/interactions';

/** Everything the dataset page counts. */
export function datasetStatistics(interactions: Interactions, users: number, items: number): DatasetStatistics {
  const total = interactions.users.length;
  const userDegrees = degrees(interactions.users, users);
  const itemDegrees = degrees(interactions.items, items);
  const isTrain = (_: number, row: number): boolean => interactions.split[row] === 0;
  const cold = (column: Int32Array, size: number): number => size - distinct(column.filter(isTrain), size);
  const counts = (name: SplitName): SplitCounts => {
    const label = SPLIT_NAMES.indexOf(name);
    const inSplit = (_: number, row: number): boolean => interactions.split[row] === label;
    const ofUsers = interactions.users.filter(inSplit);
    return {
      interactions: ofUsers.length,
      users: distinct(ofUsers, users),
      items: distinct(interactions.items.filter(inSplit), items),
    };
  };
  const popular = itemDegrees.slice().sort().reverse();
  const head = popular.subarray(0, Math.ceil(items / 5)).reduce((a, b) => a + b, 0);
  return {
    users,
    items,
    interactions: total,
    density: ratio(total, users * items),
    meanActionsPerUser: ratio(total, users),
    meanActionsPerItem: ratio(total, items),
    splits: { train: counts('train'), valid: counts('valid'), test: counts('test') },
    coldUsers: cold(interactions.users, users),
    coldItems: cold(interactions.items, items),
    userDegrees: tally(userDegrees),
    itemDegrees: tally(itemDegrees),
    headShare: ratio(head, total),
    ratings: interactions.ratings && !isConstant(interactions.ratings) ? tally(interactions.ratings) : null,
  };
}

/** Whether all values are equal; true of none. */
export function isConstant(values: Float32Array | Float64Array): boolean {
  return values.every((value) => value === values[0]);
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function degrees(column: Int32Array, size: number): Int32Array {
  const result = new Int32Array(size);
  for (const index of column) result[index] = at(result, index) + 1;
  return result;
}

function distinct(column: Int32Array, size: number): number {
  const seen = new Uint8Array(size);
  for (const index of column) seen[index] = 1;
  return seen.reduce((a, b) => a + b, 0);
}

/** `[value, how often]`, increasing value. */
function tally(values: Iterable<number>): [number, number][] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}
