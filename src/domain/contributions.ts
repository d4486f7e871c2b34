/** What an item of the user's history does for one recommendation. */
export interface Contribution {
  readonly item: number;
  /** Its part of the score; or, where the model is built again without it, how much the score falls. */
  readonly part: number;
  /** From 1: the recommendation's rank without it; null where the parts are exact and nothing was ranked again. */
  readonly rank: number | null;
}

/** Which items of the history led to a recommendation. */
export interface Contributions {
  readonly user: number;
  readonly item: number;
  readonly score: number;
  /** From 1, among the items that the user has not trained on; null for one that it has. */
  readonly rank: number | null;
  /**
   * `exact`: the score is the sum of `own` and the parts. `leftOut`: the model was built again around its weights without each
   * interaction, and ranked.
   */
  readonly how: 'exact' | 'leftOut';
  /** What does not come from the history; null unless exact. */
  readonly own: number | null;
  /** The largest first. */
  readonly history: readonly Contribution[];
  /** Training items of the user that were not looked at, because there are too many. */
  readonly left: number;
}
