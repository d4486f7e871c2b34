import { at } from '../../src/domain/at';
import type { Contribution, Contributions } from '../../src/domain/contributions';
import { scoreAll } from '../engine/ranking';
import { withRepresentation } from '../engine/representation';
import type { Model } from '../models/model';
import type { TrainingData } from '../training/input';
import { refusePair } from './pair';
import { columnsOf } from '../graphs/csr';
import { ranksOf } from './knockouts';
import { builtAround, type OpenedRun } from './openRun';

type Phase = (text: string, fraction: number | null) => Promise<void>;

/** Interactions that are left out one at a time; each takes a model built anew. */
const MOST_LEFT_OUT = 50;

/** Which items of its history brought `item` to `user`. Throws `PAIR_NOT_FOUND`. */
export async function contributionsOf(
  opened: OpenedRun,
  user: number,
  item: number,
  phase: Phase,
): Promise<Contributions> {
  const { data, model } = opened;
  refusePair(data.input, user, item);
  const history = [...columnsOf(data.trained, user)];
  const { score, rank } = await standing(data, model, user, item);
  const found = { user, item, score, rank };
  const shares = await model.historyShares?.(user, item);
  if (shares) {
    const parts = history.map((one, place): Contribution => ({ item: one, part: at(shares.items, place), rank: null }));
    return { ...found, how: 'exact', own: shares.own, history: largestFirst(parts), left: 0 };
  }
  const tried = history.slice(0, MOST_LEFT_OUT);
  const parts: Contribution[] = [];
  for (const [place, one] of tried.entries()) {
    await phase(`ranking without item ${place + 1} of ${tried.length}`, place / tried.length);
    const without = await withoutInteraction(opened, user, one);
    try {
      const other = await standing(data, without, user, item);
      parts.push({ item: one, part: score - other.score, rank: other.rank });
    } finally {
      without.dispose();
    }
  }
  return { ...found, how: 'leftOut', own: null, history: largestFirst(parts), left: history.length - tried.length };
}

const largestFirst = (parts: readonly Contribution[]): Contribution[] =>
  [...parts].sort((a, b) => b.part - a.part || a.item - b.item);

/** The pair's score, and its rank among what the user has not trained on in the run. */
const standing = (data: TrainingData, model: Model, user: number, item: number) =>
  withRepresentation(
    () => model.represent(),
    async (held) => {
      const scores = await scoreAll(held, user);
      const rank = at(ranksOf(data, user, scores), item);
      return { score: at(scores, item), rank: rank === 0 ? null : rank };
    },
  );

/** The run's model built anew around its weights, as if the interaction were not in the training data. */
function withoutInteraction({ run, data: { input }, weights }: OpenedRun, user: number, item: number): Promise<Model> {
  const { train, ratings } = input;
  const kept = Array.from(train.users.keys()).filter((row) => train.users[row] !== user || train.items[row] !== item);
  const of = (ids: Int32Array): Int32Array => Int32Array.from(kept, (row) => at(ids, row));
  return builtAround(
    run,
    {
      ...input,
      train: { users: of(train.users), items: of(train.items) },
      ratings: ratings && Float32Array.from(kept, (row) => at(ratings, row)),
    },
    weights,
    async () => undefined,
  );
}
