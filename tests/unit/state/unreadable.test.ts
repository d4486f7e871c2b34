import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors';
import { createRuns } from '../../../src/state/runs';
import type { RunsEnvironment } from '../../../src/state/runsState';
import { memoryDatabase, type Database } from '../../../src/storage/database';
import { listRuns, writeRun } from '../../../src/storage/runs';
import { contentOf, finishedRun, withTable } from '../../helpers/storedRuns';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** A store over the database, and the runs that its workers were started for. */
function opened(database: Database) {
  const started: string[] = [];
  const env: RunsEnvironment = {
    database,
    lock: { hold: (work) => work() },
    channel: { tell: () => undefined, listen: () => undefined },
    roomMs: 5,
    openWorker: () => ({
      send: (command) => command.type === 'start' && started.push(command.runId),
      terminate: () => undefined,
    }),
  };
  return { ...createRuns(env), started };
}

const experiment = (seed: number) => ({ experiment: { ...finishedRun('r', 0).experiment, seed } });

async function withUnreadable(): Promise<Database> {
  const database = memoryDatabase();
  await writeRun(database, finishedRun('good', 2));
  const run = finishedRun('model', 1);
  await database.runs.set('model', { ...run, experiment: { ...run.experiment, model: 'xyz' } });
  await database.runs.set('newer', { ...finishedRun('newer', 1), version: 2 });
  await database.runs.set('garbage', 'garbage');
  return database;
}

describe('the store of runs', () => {
  it('opens with runs that cannot be read, and changes none of them', async () => {
    const database = await withUnreadable();
    const before = await contentOf(database);
    const { useRuns } = opened(database);
    await useRuns.getState().load();
    await settled();
    const { fault, runs, unreadable } = useRuns.getState();
    expect([fault, runs.map(({ id }) => id)]).toEqual([null, ['good']]);
    expect(unreadable.map(({ id, name, why }) => [id, name, why.kind])).toEqual([
      ['garbage', null, 'damaged'],
      ['model', 'Run model', 'model'],
      ['newer', 'Run newer', 'newer'],
    ]);
    expect(await contentOf(database)).toEqual(before);
  });

  it('keeps a run that is queued while the list is still being read', async () => {
    const database = await withUnreadable();
    let read: () => void = () => undefined;
    const reading = new Promise<void>((resolve) => (read = resolve));
    // The first list is old by the time it has been read.
    let first = true;
    const slow = withTable(database, 'runs', () => ({
      keys: async (prefix?: string) => {
        const keys = await database.runs.keys(prefix);
        if (first) {
          first = false;
          await reading;
        }
        return keys;
      },
    }));
    const { useRuns } = opened(slow);
    const loading = useRuns.getState().load();
    const [id] = await useRuns.getState().enqueue([experiment(3)]);
    read();
    await loading;
    expect(useRuns.getState().runs.map((run) => run.id)).toContain(id);
  });

  it('deletes one of them', async () => {
    const database = await withUnreadable();
    const { useRuns } = opened(database);
    await useRuns.getState().load();
    await useRuns.getState().remove(['newer']);
    expect(useRuns.getState().unreadable.map(({ id }) => id)).toEqual(['garbage', 'model']);
    expect(await database.runs.keys('newer')).toEqual([]);
    expect((await listRuns(database)).unreadable.map(({ id }) => id)).toEqual(['garbage', 'model']);
  });

  it('gives runs of the old layout their summary in the background', async () => {
    const database = memoryDatabase();
    await database.runs.set('old', finishedRun('old', 2));
    const { useRuns } = opened(database);
    await useRuns.getState().load();
    expect(useRuns.getState().runs[0]).toMatchObject({ id: 'old', epochsDone: 2 });
    await settled();
    expect(await database.runs.keys()).toEqual(['old', 'old/document']);
  });

  it('sets a queued run aside whose document is damaged, and trains the next', async () => {
    const database = memoryDatabase();
    for (const id of ['a', 'b'])
      await writeRun(database, {
        ...finishedRun(id, 0),
        status: 'queued',
        best: null,
        result: null,
        createdAt: `2026-01-01T00:00:0${id === 'a' ? 1 : 2}.000Z`,
      });
    await database.runs.set('a/document', { version: 1, epochs: 'none' });
    const { useRuns, started } = opened(database);
    await useRuns.getState().load();
    await settled();
    expect(started).toEqual(['b']);
    expect(useRuns.getState()).toMatchObject({ fault: null, activeId: 'b', queue: [], unreadable: [{ id: 'a' }] });
    expect(await database.runs.get('a/document')).toEqual({ version: 1, epochs: 'none' });
    // A look at the list does not bring it back.
    await useRuns.getState().reload();
    expect(useRuns.getState().runs.map(({ id }) => id)).toEqual(['b']);
  });

  it('sets a run aside that a closed tab left in training and that is damaged, and trains others', async () => {
    const database = memoryDatabase();
    await writeRun(database, { ...finishedRun('left', 2), status: 'running' });
    await database.runs.set('left/document', 'half of it');
    const { useRuns, started } = opened(database);
    await useRuns.getState().load();
    await settled();
    expect(useRuns.getState()).toMatchObject({ fault: null, runs: [], unreadable: [{ id: 'left', name: 'Run left' }] });
    const [id] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    expect(started).toEqual([id]);
    expect(await database.runs.get('left/document')).toBe('half of it');
  });

  it('says that the queue’s order or paused sweeps are damaged, and opens', async () => {
    for (const key of ['queue', 'pausedGroups']) {
      const database = await withUnreadable();
      await database.settings.set(key, { not: 'a list' });
      const { useRuns } = opened(database);
      await useRuns.getState().load();
      expect(useRuns.getState()).toMatchObject({ loaded: true, fault: { code: 'STORE_DAMAGED' } });
      expect(useRuns.getState().runs).toHaveLength(1);
      expect(await database.settings.get(key)).toEqual({ not: 'a list' });
    }
  });

  it('keeps an edit that cannot be read where it is', async () => {
    const database = memoryDatabase();
    await writeRun(database, { ...finishedRun('left', 2), status: 'running' });
    await database.settings.set('edits/left', 'notes');
    const { useRuns } = opened(database);
    await useRuns.getState().load();
    await settled();
    expect(useRuns.getState()).toMatchObject({ fault: { code: 'STORE_DAMAGED' }, runs: [{ status: 'interrupted' }] });
    expect(await database.settings.get('edits/left')).toBe('notes');
  });
});

describe('a disk that fills up while runs are queued', () => {
  /** Takes so many runs, and then no more. */
  const filling = (database: Database, most: number): Database => {
    let taken = 0;
    return withTable(database, 'runs', (table) => ({
      setMany: async (entries) => {
        if (++taken > most) throw new AppError('STORE_QUOTA', 'The browser has no room left for this page.', 'Delete.');
        await table.setMany(entries);
      },
    }));
  };

  it.each([
    [4, '4 of 10 runs were stored and queued, 6 were not. The browser has no room left for this page.'],
    [9, '9 of 10 runs were stored and queued, 1 was not. The browser has no room left for this page.'],
    [0, 'None of the 10 runs was stored. The browser has no room left for this page.'],
  ])('after %i of ten gives the ids of those, and says how many are not stored', async (room, message) => {
    const database = memoryDatabase();
    const { useRuns } = opened(filling(database, room));
    // Training would need room as well.
    await useRuns.getState().setPaused('g', true);
    const group = { id: 'g', name: 'G', variant: 'v' };
    const ids = await useRuns
      .getState()
      .enqueue(Array.from({ length: 10 }, (_, seed) => ({ ...experiment(seed), group })));
    expect(ids).toHaveLength(room);
    expect((await listRuns(database)).readable.map(({ id }) => id)).toEqual(ids);
    expect(useRuns.getState()).toMatchObject({ queue: ids, fault: { code: 'STORE_QUOTA', message } });
    expect(useRuns.getState().runs.map(({ id }) => id)).toEqual(ids);
  });

  it('gives no id of a pre-training run, nor of the run for which there was no room behind it', async () => {
    const database = memoryDatabase();
    const { useRuns } = opened(filling(database, 1));
    await useRuns.getState().setPaused('g', true);
    const egra = finishedRun('r', 0, 'egra').experiment;
    const ids = await useRuns.getState().enqueue([{ experiment: egra }]);
    expect(ids).toEqual([]);
    expect(useRuns.getState().fault?.message).toMatch(/^1 of 2 runs was stored and queued, 1 was not\./);
  });
});
