import type { RoutedPairs } from '../../domain/routes';
import type { WeightsOf } from '../../domain/run';

export interface Pair {
  readonly user: number;
  readonly item: number;
}

/** A pair, and the weights it is looked at with. */
export interface Look extends Pair {
  readonly runId: string;
  readonly of: WeightsOf;
}

/** A held-out item of the user, a test item first; `not` another one than this. */
export function heldOutOf(pairs: RoutedPairs, user: number, not?: number): number | undefined {
  const places = Array.from(pairs.users.keys()).filter(
    (place) => pairs.users[place] === user && pairs.items[place] !== not,
  );
  return pairs.items[places.find((place) => pairs.split[place] === 2) ?? places[0] ?? -1];
}

/** A held-out pair to compare with this one: of another user, with another first choice if there is one, a test pair first. */
export function otherPair(pairs: RoutedPairs, { user, item }: Pair): Pair | null {
  const own = pairs.users.findIndex((one, place) => one === user && pairs.items[place] === item);
  const wishes: readonly ((place: number) => boolean)[] = [
    (place) => pairs.users[place] !== user && pairs.first[place] !== pairs.first[own] && pairs.split[place] === 2,
    (place) => pairs.users[place] !== user && pairs.split[place] === 2,
    (place) => pairs.users[place] !== user,
    (place) => pairs.items[place] !== item,
  ];
  const places = Array.from(pairs.users.keys());
  for (const wish of wishes) {
    const place = places.find(wish);
    if (place !== undefined) return { user: pairs.users[place] ?? 0, item: pairs.items[place] ?? 0 };
  }
  return null;
}

/** The second look, unless it is the first over again: then at another held-out item of the user, or at another pair. */
export function apartFrom(pairs: RoutedPairs, first: Look, second: Look): Look {
  const { user, item, runId, of } = first;
  if (second.user !== user || second.item !== item || second.runId !== runId || second.of !== of) return second;
  const another = heldOutOf(pairs, user, item);
  return { ...second, ...(another === undefined ? otherPair(pairs, first) : { item: another }) };
}
