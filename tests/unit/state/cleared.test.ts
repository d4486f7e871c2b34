import { expect, it } from 'vitest';
import { defaultConfig } from '../../../src/domain/models/catalogue';
import { newRun, summarise, type RunStatus } from '../../../src/domain/run';
import { isCleared, runInProgress } from '../../../src/state/cleared';
import { memoryDatabase } from '../../../src/storage/database';

const run = (id: string, status: RunStatus) =>
  summarise({
    ...newRun(
      id,
      id,
      {
        model: 'bpr',
        config: defaultConfig('bpr'),
        seed: 1,
        dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
        backend: 'auto',
        allowSoftware: false,
      },
      '2026-01-01T00:00:00.000Z',
    ),
    status,
  });
const listed = { datasets: [{ id: 'd' }], runs: [run('old', 'finished'), run('now', 'running')] };

it('data was cleared when nothing is stored of what is listed; a run that trains is stored anew', async () => {
  const database = memoryDatabase();
  await database.runs.set('now', {});
  expect(await isCleared(listed, database)).toBe(true);
  expect(await isCleared({ datasets: [], runs: listed.runs }, database)).toBe(true);
  expect(await isCleared({ datasets: [], runs: [run('now', 'running')] }, database)).toBe(false);
  expect(await isCleared({ datasets: [], runs: [] }, database)).toBe(false);
  await database.runs.set('old', {});
  expect(await isCleared(listed, database)).toBe(false);
  await database.runs.delete(['old']);
  await database.datasets.set('d', {});
  expect(await isCleared(listed, database)).toBe(false);
});

it('a reload waits for the run in progress', () => {
  expect(runInProgress({ activeId: 'now', runs: listed.runs })).toContain('stored when it ends');
  expect(runInProgress({ activeId: null, runs: listed.runs })).toBeNull();
});
