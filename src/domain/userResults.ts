import type { MetricKey } from './metrics';

/** Metrics by which a run's users are looked at. */
export type UserMetric = Extract<MetricKey, 'recall@20' | 'ndcg@20'>;
export const USER_METRICS: readonly UserMetric[] = ['recall@20', 'ndcg@20'];

/** A metric of every user, by row, and the rows in ascending order of it; equal values in order of row. */
export interface RankedUsers {
  readonly values: Float32Array;
  readonly order: Int32Array;
}

/** What every test user of a run got. */
export interface UserResults {
  /** The user of each row. */
  readonly users: Int32Array;
  /** Length of the stored lists. */
  readonly cutoff: number;
  readonly all: Readonly<Record<UserMetric, RankedUsers>>;
  /** Over liked held-out items only, for the users who have any: rows of their own. null on data without ratings. */
  readonly liked: Readonly<Record<UserMetric, RankedUsers>> | null;
}

/** One recommended item of a user. */
export interface TopItem {
  readonly rank: number;
  readonly item: number;
  readonly score: number;
  /** In the user's test split. */
  readonly hit: boolean;
  /** Training interactions of the item, over all users. */
  readonly popularity: number;
}

/** One user: what the run recommended, and what of the test split it did not. */
export interface UserView {
  readonly top: readonly TopItem[];
  readonly missed: readonly Pick<TopItem, 'item' | 'popularity'>[];
  /** Training items. */
  readonly history: number;
}
