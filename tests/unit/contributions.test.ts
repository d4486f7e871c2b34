import { testHost } from '#test-host';
import { describe, expect, it } from 'vitest';
import { modelTable } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { contributionsOf } from '../../workers/analysis/contributions';
import { builtAround, type OpenedRun } from '../../workers/analysis/openRun';
import { OpenRuns } from '../../workers/analysis/openRuns';
import { scoreAll } from '../../workers/engine/ranking';
import { withRepresentation } from '../../workers/engine/representation';
import { smallStudy } from '../helpers/dataset';
import { execute, tinyStudy } from '../helpers/runs';

const isComputed = (model: ModelId): boolean => modelTable(model).computed !== undefined;
const quiet = async (): Promise<void> => undefined;

async function opened(model: ModelId, changes: Config): Promise<OpenedRun> {
  const study = await (isComputed(model)
    ? smallStudy(model, changes, 'wasm', { users: 48, items: 40 })
    : tinyStudy(model, changes, 'wasm'));
  const { run } = await execute(study, 'wasm');
  return new OpenRuns(study.database, await testHost(false), quiet).get(run.id, 'best', true);
}

const historyOf = ({ data: { trained } }: OpenedRun, user: number): number[] => [
  ...trained.indices.subarray(trained.pointers[user]!, trained.pointers[user + 1]!),
];

/** A user with more than one training item, and an item that it has not. */
function pairOf(run: OpenedRun): { user: number; item: number } {
  const user = Array.from({ length: run.data.input.users }, (_, u) => u).find((u) => historyOf(run, u).length > 2)!;
  return { user, item: run.data.interactions.items[run.data.interactions.split.indexOf(2)]! };
}

describe('the parts of a score', () => {
  it.each([
    ['itemknn', {}],
    ['userknn', {}],
    ['contentknn', {}],
    ['ease', {}],
    ['lightgcn', { epochs: 2, layers: 2 }],
    ['lightgcn', { epochs: 2, layers: 1 }],
  ] as const)('sum to it: %s %j', async (model, changes) => {
    const run = await opened(model, changes);
    const { user } = pairOf(run);
    const scores = await withRepresentation(
      () => run.model.represent(),
      (held) => scoreAll(held, user),
    );
    let some = false;
    for (let item = 0; item < run.data.input.items; item += 3) {
      const found = await contributionsOf(run, user, item, quiet);
      expect(found.how).toBe('exact');
      expect(found.left).toBe(0);
      expect(found.history.map((one) => one.item).sort((a, b) => a - b)).toEqual(historyOf(run, user));
      const sum = found.history.reduce((all, { part }) => all + part, found.own!);
      expect(sum).toBeCloseTo(scores[item]!, 5);
      expect(found.score).toBeCloseTo(scores[item]!, 6);
      some ||= found.history.some(({ part }) => part !== 0);
      expect(found.rank === null).toBe(historyOf(run, user).includes(item));
    }
    expect(some).toBe(true);
  });

  it('of a model that is not linear are what falls when each is left out', async () => {
    const run = await opened('magnet', { epochs: 2, learningRate: 0.02, view: 'dual' });
    const { user, item } = pairOf(run);
    const found = await contributionsOf(run, user, item, quiet);
    expect(found).toMatchObject({ how: 'leftOut', own: null, left: 0 });
    expect(found.history).toHaveLength(historyOf(run, user).length);
    const { input } = run.data;
    for (const { item: one, part, rank } of found.history) {
      const rows = Array.from(input.train.users.keys()).filter(
        (row) => !(input.train.users[row] === user && input.train.items[row] === one),
      );
      expect(rows).toHaveLength(input.train.users.length - 1);
      const train = {
        users: Int32Array.from(rows, (row) => input.train.users[row]!),
        items: Int32Array.from(rows, (row) => input.train.items[row]!),
      };
      const other = await builtAround(run.run, { ...input, train }, run.weights, quiet);
      const scores = await withRepresentation(
        () => other.represent(),
        (held) => scoreAll(held, user),
      );
      other.dispose();
      expect(part).toBeCloseTo(found.score - scores[item]!, 6);
      const better = scores.filter(
        (score, i) =>
          !historyOf(run, user).includes(i) && (score > scores[item]! || (score === scores[item]! && i < item)),
      );
      expect(rank).toBe(better.length + 1);
    }
    expect(found.history.some(({ part }) => part !== 0)).toBe(true);
    await expect(contributionsOf(run, input.users, 0, quiet)).rejects.toMatchObject({ code: 'PAIR_NOT_FOUND' });
  });

  it('of a model that reads no history at ranking are nothing', async () => {
    const run = await opened('bpr', { epochs: 2 });
    const { user, item } = pairOf(run);
    const found = await contributionsOf(run, user, item, quiet);
    expect(found.history.every(({ part }) => part === 0)).toBe(true);
    expect(found.history.every(({ rank }) => rank === found.rank)).toBe(true);
  });
});
