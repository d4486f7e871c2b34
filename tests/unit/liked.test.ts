import { describe, expect, it } from 'vitest';
import { METRIC_KEYS } from '../../src/domain/metrics';
import type { Config } from '../../src/domain/models/table';
import { readInteractions } from '../../src/storage/datasets';
import { readDetails } from '../../src/storage/runs';
import { rankingMetrics } from '../../workers/training/metrics';
import { execute, tinyStudy } from '../helpers/runs';

/** A learning rate at which every epoch changes much, so that the best epochs of both evaluations differ. */
const CHANGES: Config = { epochs: 8, learningRate: 0.05, patience: 0, stopMetric: 'recall@5' };

async function likedRun(model: 'bpr' | 'simgr', changes: Config) {
  const stored = await tinyStudy(model, { ...CHANGES, ...changes }, 'cpu');
  const { run } = await execute(stored, 'cpu');
  return {
    run,
    interactions: await readInteractions(stored.database, 'small'),
    details: await readDetails(stored.database, 'run'),
  };
}

/** By user: held-out test items rated above `ν · mean − (1 − ν) · deviation` of the user's training ratings. */
function likedItems(
  { users, items, ratings, split }: Awaited<ReturnType<typeof readInteractions>>,
  mix: number,
): Map<number, Set<number>> {
  const rows = Array.from(users.keys());
  const liked = new Map<number, Set<number>>();
  for (const user of new Set(users)) {
    const own = rows.filter((row) => users[row] === user && split[row] === 0).map((row) => ratings![row]!);
    if (own.length === 0) continue;
    const mean = own.reduce((a, b) => a + b) / own.length;
    const threshold = mix * mean - (1 - mix) * Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / own.length);
    const above = rows
      .filter((row) => users[row] === user && split[row] === 2 && ratings![row]! > threshold)
      .map((row) => items[row]!);
    if (above.length > 0) liked.set(user, new Set(above));
  }
  return liked;
}

describe('the evaluation over liked items', () => {
  for (const [model, changes, mix] of [
    ['bpr', {}, 0.5],
    ['simgr', { thresholdMix: 1, epochs: 1 }, 1],
  ] as const) {
    it(`of ${model} counts held-out items above the user’s threshold, and users who have any`, async () => {
      const { run, interactions, details } = await likedRun(model, changes);
      const liked = likedItems(interactions, mix);
      const users = [...liked.keys()].sort((a, b) => a - b);
      expect([...details!.perUserLiked!.users]).toEqual(users);
      // Some liked nothing of what was held out, or not all of it.
      const all = [...details!.perUser.users];
      const heldOut = (user: number): number =>
        interactions.split.filter((label, row) => label === 2 && interactions.users[row] === user).length;
      expect(users.length < all.length || users.some((user) => liked.get(user)!.size < heldOut(user))).toBe(true);
      const perUser = users.map((user) => {
        const row = all.indexOf(user);
        return rankingMetrics(
          details!.topItems.subarray(row * details!.cutoff, (row + 1) * details!.cutoff),
          liked.get(user)!,
        );
      });
      for (const key of METRIC_KEYS) {
        expect(run.result!.testLiked![key], key).toBeCloseTo(
          perUser.reduce((sum, metrics) => sum + metrics[key], 0) / users.length,
          6,
        );
      }
      expect(run.result!.testLiked).not.toEqual(run.result!.test);
    });
  }

  it('chooses the best epoch where that is asked for, and else does not', async () => {
    const [liked, all] = [await likedRun('bpr', { relevant: 'liked' }), await likedRun('bpr', { relevant: 'all' })];
    const best = (of: readonly number[]): number => of.indexOf(Math.max(...of));
    const values = {
      liked: liked.run.epochs.map(({ validLiked }) => validLiked!['recall@5']),
      all: all.run.epochs.map(({ valid }) => valid!['recall@5']),
    };
    expect(best(values.liked)).not.toBe(best(values.all));
    expect(liked.run.result!.bestEpoch).toBe(best(values.liked));
    expect(all.run.result!.bestEpoch).toBe(best(values.all));
    // What is asked for changes nothing else.
    expect(liked.run.epochs.map(({ valid, validLiked, terms }) => ({ valid, validLiked, terms }))).toEqual(
      all.run.epochs.map(({ valid, validLiked, terms }) => ({ valid, validLiked, terms })),
    );
    expect(liked.run.best?.valid).toEqual(liked.run.epochs[best(values.liked)]!.valid);
  });
});
