import { beforeEach, describe, expect, it } from 'vitest';
import { createKept, type KeptState, type Stock } from '../../../src/state/kept';
import { memoryDatabase, type Database } from '../../../src/storage/database';

class Place {
  readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
}

const HOUR = 3600;
const work = (id: string, seconds: number) => ({ id, seconds });
const stock = (datasets: number, ...runs: ReturnType<typeof work>[]): Stock => ({
  datasets,
  runs: runs.length,
  work: runs,
});

let place: Place;
let database: Database;
let date: string;
beforeEach(() => {
  place = new Place();
  database = memoryDatabase();
  date = '2026-03-01T10:00:00.000Z';
});

/** A visit of the page, which finds this in the database. */
async function visit(seen: Stock): Promise<() => KeptState> {
  const kept = createKept({ database, place, now: () => new Date(date) });
  await kept.getState().start();
  await kept.getState().see(seen);
  return () => kept.getState();
}
/** What a browser does that needs the space. */
const cleared = (): void => void (database = memoryDatabase());

describe('storage that the browser has cleared', () => {
  it('is recognised at the next visit, with what was there and when it was last seen', async () => {
    await (await visit(stock(2, work('a', 10), work('b', 20), work('c', 30))))().backedUp({ a: 10 });
    date = '2026-03-05T10:00:00.000Z';
    await visit(stock(2, work('a', 10), work('b', 20), work('c', 30)));
    cleared();
    date = '2026-04-01T10:00:00.000Z';
    const next = await visit(stock(0));
    expect(next().loss).toEqual({
      datasets: 2,
      runs: 3,
      seen: '2026-03-05T10:00:00.000Z',
      backup: '2026-03-01T10:00:00.000Z',
    });
  });

  it('is told at every visit until the person has taken note of it', async () => {
    await visit(stock(1, work('a', 10)));
    cleared();
    await visit(stock(0));
    const again = await visit(stock(0, work('new', 5)));
    expect(again().loss).toMatchObject({ datasets: 1, runs: 1 });
    again().dismissLoss();
    expect((await visit(stock(0, work('new', 5))))().loss).toBeNull();
  });

  it('is told no more once a backup was restored', async () => {
    await visit(stock(1, work('a', 10)));
    cleared();
    const next = await visit(stock(0));
    await next().see(stock(1, work('a', 2 * HOUR)));
    await next().restored(['a']);
    expect(next().loss).toBeNull();
    // What came out of a backup is in it.
    expect(next().unsaved).toBe(0);
    expect((await visit(stock(1, work('a', 2 * HOUR))))().loss).toBeNull();
  });

  it('is told together when it happens twice', async () => {
    await visit(stock(1, work('a', 10)));
    cleared();
    await visit(stock(2, work('b', 10)));
    cleared();
    expect((await visit(stock(0)))().loss).toMatchObject({ datasets: 3, runs: 2 });
  });

  it('is not a deletion by the person, of all or some', async () => {
    const first = await visit(stock(2, work('a', 10), work('b', 10)));
    await first().see(stock(1, work('a', 10)));
    await first().see(stock(0));
    expect((await visit(stock(0)))().loss).toBeNull();
    // And cleared after that, nothing was there to lose.
    cleared();
    expect((await visit(stock(0)))().loss).toBeNull();
  });

  it('is not a first visit, nor one after everything was cleared, nor one with a marker that is no marker', async () => {
    expect((await visit(stock(0)))().loss).toBeNull();
    await visit(stock(1, work('a', 10)));
    cleared();
    place.values.clear();
    expect((await visit(stock(0)))().loss).toBeNull();
    for (const text of ['', '{', '[]', '{"version":1}', '{"version":1,"id":7}']) {
      cleared();
      place.values.set('lodestone.stored', text);
      expect((await visit(stock(0)))().loss).toBeNull();
    }
  });

  it('leaves the marker of a newer version as it is', async () => {
    const newer = '{"version":2,"id":"x","things":3}';
    place.values.set('lodestone.stored', newer);
    expect((await visit(stock(1, work('a', 10))))().loss).toBeNull();
    expect(place.values.get('lodestone.stored')).toBe(newer);
  });

  it('does not keep the page from working where the marker cannot be written', async () => {
    place.setItem = () => {
      throw new DOMException('no', 'QuotaExceededError');
    };
    expect((await visit(stock(1, work('a', 10))))().loss).toBeNull();
  });
});

describe('a reminder to back up', () => {
  it('is due after an hour of training and reasoning together, and not before', async () => {
    const state = await visit(stock(1, work('a', HOUR - 61)));
    expect(state().due).toBe(false);
    await state().addReasoning(60);
    expect(state()).toMatchObject({ due: false, unsaved: HOUR - 1 });
    await state().see(stock(1, work('a', HOUR - 61), work('b', 1)));
    expect(state()).toMatchObject({ due: true, unsaved: HOUR });
  });

  it('begins anew with a backup, for what the backup has', async () => {
    const state = await visit(stock(1, work('a', 2 * HOUR), work('b', HOUR)));
    await state().addReasoning(HOUR);
    await state().backedUp({ a: 2 * HOUR });
    expect(state()).toMatchObject({ unsaved: HOUR, due: true, backupAt: date });
    await state().backedUp({ a: 2 * HOUR, b: HOUR });
    expect(state()).toMatchObject({ unsaved: 0, due: false });
    await state().see(stock(1, work('a', 3 * HOUR), work('b', HOUR)));
    expect(state()).toMatchObject({ unsaved: HOUR, due: true });
  });

  it('that was put off comes again after another hour', async () => {
    const state = await visit(stock(1, work('a', 2 * HOUR)));
    await state().later();
    expect(state().due).toBe(false);
    const next = await visit(stock(1, work('a', 2 * HOUR), work('b', HOUR - 1)));
    expect(next().due).toBe(false);
    await next().see(stock(1, work('a', 2 * HOUR), work('b', HOUR)));
    expect(next().due).toBe(true);
  });

  it('is not due for runs of somebody else’s file', async () => {
    const origin = { file: 'f', importedAt: date, dataset: {} as never };
    const state = await visit({ datasets: 0, runs: 1, work: [{ id: 'a', seconds: 9 * HOUR, origin }] });
    expect(state()).toMatchObject({ unsaved: 0, due: false });
  });
});
