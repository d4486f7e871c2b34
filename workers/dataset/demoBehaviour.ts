import { entry } from '../../src/domain/at';
import type { DemoOptions } from '../../src/domain/dataset';
import { stream, type Random } from '../numbers/rng';
import { cosines, type DemoItems, type DemoUsers } from './demoWorld';

export interface DemoInteractions {
  readonly users: Int32Array<ArrayBuffer>;
  readonly items: Int32Array<ArrayBuffer>;
  readonly ratings: Float32Array<ArrayBuffer>;
  /** Seconds, increasing within each user. */
  readonly timestamps: Float64Array<ArrayBuffer>;
}

/** How much of a user's taste leans on the source of the user's group; the other two share the rest. */
const OWN_WEIGHT = 0.8;
const TEMPERATURE = 0.15;
const BLIND_SHARE = 0.25;
const FEWEST = 5;
const MEAN_MORE = 7.5;
const FIRST_SECOND = 1_600_000_000;
const DAY_SECONDS = 86_400;

/** Who meets what, when, and how it is rated. */
export function demoInteractions(options: DemoOptions, items: DemoItems, users: DemoUsers): DemoInteractions {
  const random = stream(options.seed, 'demo/behaviour');
  const met = Array.from({ length: options.users }, (_, u) => {
    const taste = tastes(options, items, users, u);
    return { ...taste, list: meet(random, items, taste.exposure, howMany(random, options.items)) };
  });
  coverAll(
    random,
    options.items,
    met.map(({ list }) => list),
  );

  const columns = { users: [0], items: [0], ratings: [0], timestamps: [0] };
  for (const list of Object.values(columns)) list.length = 0;
  met.forEach(({ list, satisfaction }, u) => {
    const ratings = rate(random, items, users, u, list, satisfaction);
    let second = FIRST_SECOND + random.integer(365 * DAY_SECONDS);
    list.forEach((item, at) => {
      second += 60 + random.integer(6 * DAY_SECONDS);
      columns.users.push(u);
      columns.items.push(item);
      columns.ratings.push(entry(ratings, at));
      columns.timestamps.push(second);
    });
  });
  return {
    users: Int32Array.from(columns.users),
    items: Int32Array.from(columns.items),
    ratings: Float32Array.from(columns.ratings),
    timestamps: Float64Array.from(columns.timestamps),
  };
}

/** What leads the user to an item and what the user thinks of it then, per item. */
function tastes(
  { variant }: DemoOptions,
  items: DemoItems,
  users: DemoUsers,
  u: number,
): { exposure: Float64Array; satisfaction: Float64Array } {
  const visual = cosines(users.visual, u, items.visual);
  const semantic = cosines(users.semantic, u, items.semantic);
  if (variant === 'looksAndSemantics') return { exposure: visual, satisfaction: semantic };
  const sources = [cosines(users.identity, u, items.identity), visual, semantic];
  const taste = new Float64Array(visual.length);
  sources.forEach((source, group) => {
    const weight = group === users.group[u] ? OWN_WEIGHT : (1 - OWN_WEIGHT) / 2;
    for (let i = 0; i < taste.length; i++) taste[i] = (taste[i] ?? 0) + weight * (source[i] ?? 0);
  });
  return { exposure: taste, satisfaction: taste };
}

/** 5 and an exponential number more, 12 on average; never more than a third of the items. */
function howMany(random: Random, items: number): number {
  const more = Math.floor(-MEAN_MORE * Math.log(1 - random.uniform()));
  return Math.max(Math.min(FEWEST, items), Math.min(FEWEST + more, Math.floor(items / 3)));
}

/**
 * Without replacement and in random order: about a quarter by popularity alone, the rest with probability ∝ popularity × exp(taste / T).
 * Adding Gumbel noise to log-probabilities and taking the largest samples exactly so.
 */
function meet(random: Random, items: DemoItems, taste: Float64Array, howMuch: number): number[] {
  let blind = 0;
  for (let i = 0; i < howMuch; i++) if (random.uniform() < BLIND_SHARE) blind++;
  const taken = new Set<number>();
  const draw = (number: number, weight: (item: number) => number): void => {
    const keys = Float64Array.from(taste, (_, item) => weight(item) - Math.log(-Math.log(random.uniform() + 2 ** -33)));
    const order = [...keys.keys()].filter((item) => !taken.has(item)).sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0));
    for (const item of order.slice(0, number)) taken.add(item);
  };
  const popularity = (item: number): number => items.logPopularity[item] ?? 0;
  draw(blind, popularity);
  draw(howMuch - blind, (item) => popularity(item) + (taste[item] ?? 0) / TEMPERATURE);
  const list = [...taken];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = entry(list, i);
    list[i] = entry(list, j);
    list[j] = swapped;
  }
  return list;
}

/** Gives items that nobody has met to a user, so that every id occurs. */
function coverAll(random: Random, items: number, lists: readonly number[][]): void {
  const met = new Set(lists.flat());
  for (let item = 0; item < items; item++) {
    if (!met.has(item)) lists[random.integer(lists.length)]?.push(item);
  }
}

/** Habit mean + habit spread × (standardised satisfaction + quality) + noise, rounded to 1–5. */
function rate(
  random: Random,
  items: DemoItems,
  users: DemoUsers,
  u: number,
  list: readonly number[],
  satisfaction: Float64Array,
): number[] {
  const felt = list.map((item) => satisfaction[item] ?? 0);
  const mean = felt.reduce((a, b) => a + b, 0) / felt.length;
  const deviation = Math.sqrt(felt.reduce((sum, value) => sum + (value - mean) ** 2, 0) / felt.length) || 1;
  return list.map((item, at) => {
    const opinion = (entry(felt, at) - mean) / deviation + (items.quality[item] ?? 0);
    const value = (users.habitMean[u] ?? 0) + (users.habitSpread[u] ?? 0) * opinion + 0.3 * random.normal();
    return Math.min(5, Math.max(1, Math.round(value)));
  });
}
