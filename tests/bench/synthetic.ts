import type { Interactions } from '../../src/domain/interactions';
import { drawSplit } from '../../workers/dataset/split';
import { heldRows } from '../../workers/engine/rowSource';
import { stream, type Random } from '../../workers/numbers/rng';
import type { FeatureMatrix } from '../../workers/models/model';
import type { SyntheticSize } from './sizes';

/** Fewest interactions of a user, where there are enough: the papers' datasets are cut to five. */
const LEAST = 5;
/** The item of rank r is drawn with a probability proportional to 1/(r + 1)^SKEW. */
const SKEW = 0.8;

/**
 * Exactly `size.interactions` different pairs of every user with items whose popularity falls as a power of their rank,
 * split per user. The same seed gives the same pairs.
 */
export function syntheticInteractions(size: SyntheticSize, seed: number): Interactions {
  const random = stream(seed, `bench/${size.name}`);
  const degrees = userDegrees(size, random);
  const cumulative = new Float64Array(size.items);
  let sum = 0;
  for (let rank = 0; rank < size.items; rank++) cumulative[rank] = sum += (rank + 1) ** -SKEW;
  // Popularity has nothing to do with an item's number.
  const itemOfRank = shuffled(size.items, random);
  const users = new Int32Array(size.interactions);
  const items = new Int32Array(size.interactions);
  let at = 0;
  for (let user = 0; user < size.users; user++) {
    const own = new Set<number>();
    while (own.size < degrees[user]!) own.add(itemOfRank[lowerBound(cumulative, random.uniform() * sum)]!);
    for (const item of [...own].sort((a, b) => a - b)) {
      users[at] = user;
      items[at++] = item;
    }
  }
  const columns = { users, items, ratings: null, timestamps: null };
  return { ...columns, split: drawSplit('perUserRandom', seed, columns, size.users) };
}

/** A few users have many interactions: what is over the least is given to users drawn with a square law. */
function userDegrees({ users, items, interactions }: SyntheticSize, random: Random): Int32Array {
  const most = Math.floor(items / 2);
  const least = Math.min(LEAST, Math.floor(interactions / users), most);
  if (interactions > users * most) throw new Error('So many different pairs do not fit.');
  const degrees = new Int32Array(users).fill(least);
  for (let left = interactions - users * least; left > 0;) {
    const user = Math.floor(random.uniform() ** 2 * users);
    if (degrees[user]! >= most) continue;
    degrees[user]! += 1;
    left -= 1;
  }
  return degrees;
}

/** `[items, columns]`, uniform in ±0.5. */
export function syntheticFeatures(size: SyntheticSize, seed: number): FeatureMatrix[] {
  return Object.keys(size.features)
    .sort()
    .map((key) => {
      const columns = size.features[key]!;
      const random = stream(seed, `bench/${size.name}/${key}`);
      const values = new Float32Array(size.items * columns);
      for (let place = 0; place < values.length; place++) values[place] = random.uniform() - 0.5;
      return { key, ...heldRows(values, size.items, columns) };
    });
}

function shuffled(length: number, random: Random): Int32Array {
  const order = Int32Array.from({ length }, (_, place) => place);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** The first place whose value is above `wanted`; the last where none is. */
function lowerBound(ascending: Float64Array, wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
