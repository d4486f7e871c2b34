import { at } from '../../src/domain/at';
import { ratioReach, type HighestPairs, type RoutedPairs } from '../../src/domain/routes';
import type { TrainingData } from '../training/input';

/** Pairs that are kept of each expert. */
const KEPT = 12;

/** The pairs of these rows with their first choices, and the pairs with the highest π of each expert; `probabilities [interactions, width]`. */
export function routedPairs(
  rows: readonly number[],
  { users, items, split }: Pick<TrainingData['interactions'], 'users' | 'items' | 'split'>,
  probabilities: Float32Array,
  width: number,
): RoutedPairs {
  const first = new Uint8Array(rows.length);
  const probability = new Float32Array(rows.length);
  let lowest = Infinity;
  let highest = 0;
  rows.forEach((row, i) => {
    for (let e = 0; e < width; e++) {
      const value = at(probabilities, row * width + e);
      if (value > at(probability, i)) [first[i], probability[i]] = [e, value];
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  });
  // The two cells that lie furthest from an even share stand for all.
  const others = Array.from({ length: Math.max(0, width - 2) }, () => 1 / width);
  return {
    users: Int32Array.from(rows, (row) => at(users, row)),
    items: Int32Array.from(rows, (row) => at(items, row)),
    split: Uint8Array.from(rows, (row) => at(split, row)),
    first,
    probability,
    highest: Array.from({ length: width }, (_, e) =>
      highestOf(Float32Array.from(rows, (row) => at(probabilities, row * width + e))),
    ),
    reach: rows.length === 0 ? ratioReach([]) : ratioReach([[[lowest, highest, ...others]]]),
  };
}

/** The largest of these values; of equal ones the first. */
function highestOf(values: Float32Array): HighestPairs {
  const places: number[] = [];
  values.forEach((value, place) => {
    const last = places.at(-1);
    if (places.length === KEPT && last !== undefined && value <= at(values, last)) return;
    const after = places.findIndex((other) => at(values, other) < value);
    places.splice(after < 0 ? places.length : after, 0, place);
    places.length = Math.min(places.length, KEPT);
  });
  return { places: Int32Array.from(places), probabilities: Float32Array.from(places, (place) => at(values, place)) };
}
