import type { Interactions } from '../../src/domain/interactions';
import type { PerUserMetrics } from '../../src/domain/metrics';
import type { RankedUsers, TopItem, UserMetric, UserResults, UserView } from '../../src/domain/userResults';
import type { Database } from '../../src/storage/database';
import { findInteractions } from '../../src/storage/datasets';
import { readDetails, readRun, type RunDetails } from '../../src/storage/runs';

interface Opened {
  readonly runId: string;
  readonly details: RunDetails;
  /** null when the dataset is no longer stored. */
  readonly data: { readonly interactions: Interactions; readonly popularity: Int32Array } | null;
}

/** What a run's users got; the run asked about last stays open, which at Electronics' size is 100 MB. */
export class StoredUsers {
  readonly #database: Database;
  #opened: Opened | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every user's metrics, read anew; null before the test evaluation. Throws `STORE_DAMAGED`. */
  async results(runId: string): Promise<UserResults | null> {
    this.#opened = await this.#open(runId);
    if (!this.#opened) return null;
    const { perUser, perUserLiked, cutoff } = this.#opened.details;
    return {
      users: perUser.users,
      cutoff,
      all: rankedOf(perUser),
      liked: perUserLiked ? rankedOf(perUserLiked) : null,
    };
  }

  /** The user at `row` of the results; null when the dataset is no longer stored. Throws `STORE_DAMAGED`. */
  async view(runId: string, row: number): Promise<UserView | null> {
    if (this.#opened?.runId !== runId) this.#opened = await this.#open(runId);
    const { details, data } = this.#opened ?? {};
    return details && data ? userView(details, row, data.interactions, data.popularity) : null;
  }

  async #open(runId: string): Promise<Opened | null> {
    const details = await readDetails(this.#database, runId);
    if (!details) return null;
    const { experiment } = await readRun(this.#database, runId);
    const interactions = await findInteractions(this.#database, experiment.dataset.id);
    return { runId, details, data: interactions && { interactions, popularity: itemPopularity(interactions) } };
  }
}

function rankedOf({ values }: PerUserMetrics): Record<UserMetric, RankedUsers> {
  const of = (metric: UserMetric): RankedUsers => ({ values: values[metric], order: ranked(values[metric]) });
  return { 'recall@20': of('recall@20'), 'ndcg@20': of('ndcg@20') };
}

/** Training interactions of every item, `[items]`. */
export function itemPopularity(interactions: Interactions): Int32Array {
  let items = 0;
  for (const item of interactions.items) items = Math.max(items, item + 1);
  const counts = new Int32Array(items);
  interactions.items.forEach((item, i) => {
    if (interactions.split[i] === 0) counts[item] = (counts[item] ?? 0) + 1;
  });
  return counts;
}

/** The stored top list of the user at `row` of `details`, checked against what the user held out. */
export function userView(
  details: RunDetails,
  row: number,
  interactions: Interactions,
  popularity: Int32Array,
): UserView {
  const user = details.perUser.users[row] ?? -1;
  let history = 0;
  const heldOut = new Set<number>();
  interactions.users.forEach((other, i) => {
    const item = interactions.items[i];
    if (other !== user || item === undefined) return;
    if (interactions.split[i] === 0) history += 1;
    else if (interactions.split[i] === 2) heldOut.add(item);
  });
  const start = row * details.cutoff;
  const top: TopItem[] = [];
  for (let rank = 0; rank < details.cutoff; rank++) {
    const item = details.topItems[start + rank] ?? -1;
    if (item < 0) break;
    top.push({
      rank: rank + 1,
      item,
      score: details.topScores[start + rank] ?? NaN,
      hit: heldOut.has(item),
      popularity: popularity[item] ?? 0,
    });
  }
  const shown = new Set(top.map(({ item }) => item));
  const missed = [...heldOut].filter((item) => !shown.has(item));
  return { top, missed: missed.map((item) => ({ item, popularity: popularity[item] ?? 0 })), history };
}

/** Rows of `values` in ascending order of value, equal values in order of row. */
export function ranked(values: Float32Array): Int32Array {
  const order = Int32Array.from(values, (_, i) => i);
  return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}
