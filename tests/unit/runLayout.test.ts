import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/domain/run';
import { memoryDatabase, type Database, type Table } from '../../src/storage/database';
import { moveRuns } from '../../src/storage/runLayout';
import { listRuns, readDetails, readRun, relinkRuns, writeDetails, writeRun } from '../../src/storage/runs';
import { contentOf, details, finishedRun, withTable } from '../helpers/storedRuns';

const RUNS = ['a', 'b', 'c'].map((id) => finishedRun(id, 4));

/** Runs as they were stored before there were summaries, one of which cannot be read. */
async function oldDatabase(): Promise<Database> {
  const database = memoryDatabase();
  for (const run of RUNS) await database.runs.set(run.id, run);
  await writeDetails(database, 'a', details);
  await database.runs.set('broken', { ...finishedRun('broken', 1), version: 9 });
  return database;
}

async function expectRuns(database: Database): Promise<void> {
  const { readable, unreadable } = await listRuns(database);
  expect(readable).toEqual(RUNS.map(summarise));
  expect(unreadable.map(({ id }) => id)).toEqual(['broken']);
  for (const run of RUNS) expect(await readRun(database, run.id)).toEqual(run);
  expect(await readDetails(database, 'a')).toEqual(details);
  expect(await database.runs.get('broken')).toEqual({ ...finishedRun('broken', 1), version: 9 });
}

/** Whether a run has its summary. */
const isMoved = async (database: Database, id: string): Promise<boolean> =>
  (await database.runs.keys()).includes(`${id}/document`) && !('epochs' in ((await database.runs.get(id)) as object));

describe('runs of the layout before summaries', () => {
  it('are read as they are', async () => {
    await expectRuns(await oldDatabase());
  });

  it('get a summary, once; what cannot be read stays', async () => {
    const database = await oldDatabase();
    await moveRuns(database);
    for (const { id } of RUNS) expect(await isMoved(database, id)).toBe(true);
    await expectRuns(database);
    const after = await contentOf(database);
    await moveRuns(database);
    expect(await contentOf(database)).toEqual(after);
  });

  it.each([1, 2, 3])('are all there when the tab is closed at the move of run %i', async (last) => {
    const database = await oldDatabase();
    let moved = 0;
    const closing = withTable(database, 'runs', (table) => ({
      change: (key, next) => (++moved >= last ? new Promise(() => undefined) : table.change(key, next)),
    }));
    void moveRuns(closing);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await isMoved(database, 'c')).toBe(false);
    await expectRuns(database);
    await moveRuns(database);
    await expectRuns(database);
    expect(await isMoved(database, 'c')).toBe(true);
  });

  it('are all there when the disk is full', async () => {
    const database = await oldDatabase();
    const full = withTable(database, 'runs', () => ({ change: () => Promise.reject(new Error('full')) }));
    await expect(moveRuns(full)).rejects.toThrow('full');
    await expectRuns(database);
  });

  it('are moved by two tabs at once', async () => {
    const database = await oldDatabase();
    await Promise.all([moveRuns(database), moveRuns(database)]);
    await expectRuns(database);
  });

  it('keep what another tab writes while they are moved', async () => {
    const database = await oldDatabase();
    const newer = { ...RUNS[0]!, notes: 'written meanwhile' };
    // Between the look at a run and its move, a worker stores it: in the one layout or, from a page that is older, in the other.
    for (const write of [() => writeRun(database, newer), () => database.runs.set('a', newer)]) {
      const racing = withTable(database, 'runs', (table) => ({
        change: async (keys, next) => {
          if (keys.includes('a')) await write();
          return table.change(keys, next);
        },
      }));
      await moveRuns(racing);
      expect(await readRun(database, 'a')).toEqual(newer);
      await database.runs.set('a', RUNS[0]!);
    }
  });

  it('are believed where an older page has written one over a summary', async () => {
    const database = await oldDatabase();
    await moveRuns(database);
    const newer = finishedRun('a', 6);
    await database.runs.set('a', newer);
    expect(await readRun(database, 'a')).toEqual(newer);
    expect((await listRuns(database)).readable[0]).toEqual(summarise(newer));
    await moveRuns(database);
    expect(await readRun(database, 'a')).toEqual(newer);
    expect(await isMoved(database, 'a')).toBe(true);
  });

  it('are no documents to a page from before: it leaves them alone', async () => {
    const database = await oldDatabase();
    await moveRuns(database);
    // Its test for a document.
    const stored = (await database.runs.get('a')) as object;
    expect('version' in stored && 'experiment' in stored).toBe(false);
  });

  it('can be given another dataset', async () => {
    const database = await oldDatabase();
    expect(await relinkRuns(database, [{ id: 'again', fingerprint: 'f'.repeat(64) }])).toBe(true);
    expect((await readRun(database, 'b')).experiment.dataset.id).toBe('again');
    expect((await listRuns(database)).readable.map((run) => run.experiment.dataset.id)).toEqual([
      'again',
      'again',
      'again',
    ]);
  });
});

describe('the list of many runs', () => {
  it('reads summaries alone, whatever their curves have', async () => {
    const database = memoryDatabase();
    const long = finishedRun('long', 200);
    for (let place = 0; place < 500; place++) await writeRun(database, { ...long, id: `run${place}` });
    let bytes = 0;
    const read: string[] = [];
    const counting = withTable(database, 'runs', (table: Table) => ({
      get: async (key) => {
        const value = await table.get(key);
        read.push(key);
        bytes += JSON.stringify(value).length;
        return value;
      },
    }));
    const { readable } = await listRuns(counting);
    expect(readable).toHaveLength(500);
    expect(read).toHaveLength(500);
    expect(read.filter((key) => key.includes('/'))).toEqual([]);
    // One document alone has more than twenty times a summary.
    const document = JSON.stringify(long).length;
    expect(bytes / 500).toBeLessThan(document / 20);
    expect(readable[0]!.epochsDone).toBe(200);
  }, 60_000);

  it('is never without a summary where there is a document: both are written or neither', async () => {
    const database = memoryDatabase();
    const writes: string[][] = [];
    const watched = withTable(database, 'runs', (table) => ({
      set: () => Promise.reject(new Error('Runs are written with their summary.')),
      setMany: (entries) => {
        writes.push(entries.map(([key]) => key));
        return table.setMany(entries);
      },
    }));
    await writeRun(watched, finishedRun('a', 2));
    expect(writes).toEqual([['a', 'a/document']]);
  });
});
