import { at } from '../../src/domain/at';
import type { Random } from '../numbers/rng';
import type { Pairs } from './behaviour';

/**
 * `keep` of the edges, without replacement, each with probability ∝ 1/√(d_u d_i): the `keep` greatest keys `ln(x)/w`
 * with `x` uniform and `w` the edge's weight are such a sample. Kept edges stay in their order.
 */
export function degreeSensitiveSample(pairs: Pairs, users: number, items: number, keep: number, random: Random): Pairs {
  const userDegrees = degrees(pairs.users, users);
  const itemDegrees = degrees(pairs.items, items);
  const keys = Float64Array.from(pairs.users, (user, edge) => {
    const weight = 1 / Math.sqrt(at(userDegrees, user) * at(itemDegrees, at(pairs.items, edge)));
    return Math.log(1 - random.uniform()) / weight;
  });
  const kept = Int32Array.from(keys.keys())
    .sort((a, b) => at(keys, b) - at(keys, a) || a - b)
    .slice(0, keep)
    .sort();
  return {
    users: Int32Array.from(kept, (edge) => at(pairs.users, edge)),
    items: Int32Array.from(kept, (edge) => at(pairs.items, edge)),
  };
}

function degrees(ends: Int32Array, count: number): Float64Array {
  const result = new Float64Array(count);
  for (const end of ends) result[end] = at(result, end) + 1;
  return result;
}
