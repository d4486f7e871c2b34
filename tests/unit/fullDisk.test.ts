import { expect, it, vi } from 'vitest';
import { testHost } from '#test-host';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { deleteRun, readDetails, readRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import type { RunDocument } from '../../src/domain/run';
import { AppError, faultOf } from '../../src/domain/errors';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { smallStudy } from '../helpers/dataset';

const full = (): never => {
  const fault = faultOf(new DOMException('no room', 'QuotaExceededError'));
  throw new AppError(fault.code, fault.message, fault.hint);
};

/** Storage that takes nothing while `isFull` says so. */
function filling(database: Database, isFull: () => boolean): Database {
  const limit = (table: Database['runs']): Database['runs'] => ({
    ...table,
    set: async (key, value) => (isFull() ? full() : table.set(key, value)),
    setMany: async (entries) => (isFull() ? full() : table.setMany(entries)),
    change: async (keys, next) => (isFull() ? full() : table.change(keys, next)),
  });
  return { ...database, runs: limit(database.runs), checkpoints: limit(database.checkpoints) };
}

async function trained(isFull: (events: readonly TrainingEvent[]) => boolean) {
  const { database, run } = await smallStudy('bpr', { epochs: 3 }, 'cpu');
  await database.settings.set('databaseName', 'one');
  const events: TrainingEvent[] = [];
  const control = new RunControl();
  const ending = executeRun(run.id, {
    database: filling(database, () => isFull(events)),
    deviceHost: await testHost(false),
    control,
    emit: (event) => events.push(event),
    traceSteps: 0,
    checkpointIntervalMs: 0,
    roomMs: 1,
  });
  return { database, events, control, id: run.id, ending };
}

const numbers = ({ epochs, result }: RunDocument) => ({
  result,
  epochs: epochs.map(({ epoch, total, terms, valid }) => ({ epoch, total, terms, valid })),
});

it('a disk that is full for a while during a run costs nothing, and the page is told', async () => {
  const undisturbed = await trained(() => false);
  for (const [from, to] of [
    [3, 6],
    [5, 60],
    [10, 40],
  ] as const) {
    let writes = 0;
    const { database, events, id, ending } = await trained(() => ++writes > from && writes <= to);
    const ended = await ending;
    expect(writes).toBeGreaterThan(from);
    expect(events.filter(({ type }) => type === 'storage')).toEqual([
      { type: 'storage', full: true },
      { type: 'storage', full: false },
    ]);
    expect(ended.fault).toBeNull();
    expect(numbers(ended)).toEqual(numbers(await undisturbed.ending));
    expect(await readRun(database, id)).toEqual(ended);
    expect(Object.keys((await readWeights(database, id)) ?? {}).length).toBeGreaterThan(0);
    expect(await readDetails(database, id)).not.toBeNull();
  }
});

it('a disk that stays full holds the end of a run until it is told to stop; its newest checkpoint stays', async () => {
  let writes = 0;
  const { database, events, control, id, ending } = await trained(() => ++writes > 8);
  const isRanking = (event: TrainingEvent) => event.type === 'phase' && event.text.startsWith('ranking the test');
  await vi.waitFor(() => expect(events.some(isRanking)).toBe(true), { timeout: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events.at(-1)?.type).not.toBe('ended');
  for (let stops = 0; stops < 3; stops++) {
    control.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const ended = await ending;
  expect(ended).toMatchObject({ status: 'failed', fault: { code: 'STORE_QUOTA' } });
  expect(ended.fault?.hint).toContain('Delete');
  expect((await readRun(database, id)).status).not.toBe('finished');
  expect((await database.checkpoints.keys(`${id}/slot`)).length).toBeGreaterThan(0);
});

it('a run whose database is cleared while it trains is stored in the next one', async () => {
  let isCleared = false;
  const { database, id, ending } = await trained((events) => {
    if (!isCleared && events.some(({ type }) => type === 'epoch')) {
      isCleared = true;
      void deleteRun(database, id);
      void database.settings.set('databaseName', 'another');
    }
    return false;
  });
  expect((await ending).status).toBe('finished');
  expect((await readRun(database, id)).status).toBe('finished');
});

it('a run that is deleted while it trains writes nothing more', async () => {
  const { database, id, ending } = await trained((events) => {
    if (events.some(({ type }) => type === 'epoch')) void deleteRun(database, id);
    return false;
  });
  const ended = await ending;
  expect(ended.fault?.code).toBe('RUN_NOT_FOUND');
  expect(await database.runs.keys(id)).toEqual([]);
});

it('a run refuses a dataset with another content under the same id', async () => {
  const { database, run } = await smallStudy('bpr', { epochs: 1 }, 'cpu');
  await database.runs.set(run.id, {
    ...run,
    experiment: { ...run.experiment, dataset: { ...run.experiment.dataset, fingerprint: 'other' } },
  });
  const ended = await executeRun(run.id, {
    database,
    deviceHost: await testHost(false),
    control: new RunControl(),
    emit: () => undefined,
    traceSteps: 0,
  });
  expect(ended.fault?.code).toBe('DATA_NOT_FOUND');
});
