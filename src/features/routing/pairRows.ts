import type { HeatMapCell } from '../../charts/gridKeys';
import type { RunRouting } from '../../domain/routes';

export interface PairRow {
  readonly user: number;
  readonly item: number;
  /** 1 = validation, 2 = test. */
  readonly split: number;
  /** π of the expert that was asked for; of all experts, that of the first choice. */
  readonly probability: number;
  /** The first choice. */
  readonly first: string;
}

export interface PairRows {
  readonly rows: readonly PairRow[];
  /** Held-out pairs whose first choice it is. */
  readonly count: number;
}

/** Pairs listed at a time. */
const LISTED = 12;

type Routed = Pick<RunRouting, 'pairs' | 'experts' | 'families'>;

/** The held-out pairs that give the experts of a cell the highest π, or, without a cell, the pairs with the surest first choice. */
export function pairRows({ pairs, experts, families }: Routed, cell: HeatMapCell | null): PairRows {
  const rowOf = (place: number, probability: number): PairRow => ({
    user: pairs.users[place] ?? 0,
    item: pairs.items[place] ?? 0,
    split: pairs.split[place] ?? 0,
    probability,
    first: experts[pairs.first[place] ?? 0]?.name ?? '',
  });
  if (cell === null) {
    const places = Array.from(pairs.first.keys());
    places.sort((a, b) => (pairs.probability[b] ?? 0) - (pairs.probability[a] ?? 0) || a - b);
    return {
      count: places.length,
      rows: places.slice(0, LISTED).map((place) => rowOf(place, pairs.probability[place] ?? 0)),
    };
  }
  const own = experts.map(({ anchor, family }) => anchor === cell.row && family === families[cell.column]);
  // Copies of an expert share a cell: a pair stands there once, with the copy that it prefers.
  const best = new Map<number, number>();
  pairs.highest.forEach(({ places, probabilities }, expert) => {
    if (!own[expert]) return;
    places.forEach((place, i) => best.set(place, Math.max(best.get(place) ?? 0, probabilities[i] ?? 0)));
  });
  return {
    count: pairs.first.reduce((sum, expert) => sum + (own[expert] ? 1 : 0), 0),
    rows: [...best]
      .sort(([a, x], [b, y]) => y - x || a - b)
      .slice(0, LISTED)
      .map(([place, probability]) => rowOf(place, probability)),
  };
}
