import { expect, it } from 'vitest';
import { testHost } from '#test-host';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { readRun } from '../../src/storage/runs';
import { AppError, faultOf } from '../../src/domain/errors';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { smallStudy } from '../helpers/dataset';

const full = (): never => {
  const fault = faultOf(new DOMException('no room', 'QuotaExceededError'));
  throw new AppError(fault.code, fault.message, fault.hint);
};

/** Storage that refuses to take anything more once `isFull` says so. */
function filling(database: Database, isFull: () => boolean): Database {
  const limit = (table: Database['runs']): Database['runs'] => ({
    ...table,
    set: async (key, value) => (isFull() ? full() : table.set(key, value)),
    setMany: async (entries) => (isFull() ? full() : table.setMany(entries)),
  });
  return { ...database, runs: limit(database.runs), checkpoints: limit(database.checkpoints) };
}

it('a disk that fills up during a run ends it in one sentence, and what was stored stays', async () => {
  const { database, run } = await smallStudy('bpr', { epochs: 3 }, 'cpu');
  const events: TrainingEvent[] = [];
  let writes = 0;
  const ended = await executeRun(run.id, {
    database: filling(database, () => ++writes > 4),
    deviceHost: await testHost(false),
    control: new RunControl(),
    emit: (event) => events.push(event),
    traceSteps: 0,
    checkpointIntervalMs: 0,
  });
  expect(ended.status).toBe('failed');
  expect(ended.fault?.code).toBe('STORE_QUOTA');
  expect(ended.fault?.hint).toContain('Delete');
  expect(events.at(-1)).toMatchObject({ type: 'ended' });
  // What got in before is still there and can be gone on with.
  expect((await readRun(database, run.id)).status).not.toBe('finished');
  expect((await database.checkpoints.keys(`${run.id}/slot`)).length).toBeGreaterThan(0);
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
