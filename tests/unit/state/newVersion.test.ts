import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/domain/models/catalogue';
import { newRun, summarise, type RunDocument, type RunStatus } from '../../../src/domain/run';
import { newJob, type ImportJob } from '../../../src/state/importJob';
import { reloadObstacle } from '../../../src/state/newVersion';

const run = (id: string, status: RunStatus, group?: RunDocument['group']) =>
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
    ...(group && { group }),
  });
const quiet = {
  runs: [run('old', 'finished'), run('left', 'interrupted')],
  queue: [],
  paused: [],
  activeId: null,
  elsewhere: false,
};
const job = newJob('a', 'files', 'x', [{ path: 'x.inter', bytes: 100 }], 0);
const checked = (severity: 'error' | 'warning'): ImportJob => ({
  ...job,
  stage: {
    name: 'checked',
    statistics: null,
    features: [],
    taken: { files: [], split: null },
    problems: [{ severity, rule: 'not-finite', file: 'x.inter', row: 3, message: 'm', hint: 'h' }],
  },
});

describe('when a new version may start', () => {
  it('may while nothing trains, waits or is imported', () => {
    expect(reloadObstacle(quiet, null)).toBeNull();
  });

  it.each(['preparing', 'running', 'paused'] as const)(
    'may not while a run is %s, here or in another tab',
    (status) => {
      expect(reloadObstacle({ ...quiet, runs: [run('r', status)] }, null)).toMatch(/^A run is training/);
    },
  );

  it('may not between the start of a run and its first word, nor while another tab has the right to train', () => {
    expect(reloadObstacle({ ...quiet, activeId: 'r' }, null)).toMatch(/^A run is training/);
    expect(reloadObstacle({ ...quiet, elsewhere: true }, null)).toMatch(/^A run is training/);
  });

  it('may not while runs wait, but may while all that wait belong to a paused sweep', () => {
    const group = { id: 's', name: 'A sweep', variant: 'v' };
    const waiting = { ...quiet, runs: [run('q', 'queued', group)], queue: ['q'] };
    expect(reloadObstacle(waiting, null)).toMatch(/^Runs are waiting/);
    expect(reloadObstacle({ ...waiting, paused: ['s'] }, null)).toBeNull();
  });

  it('may not during an import or before its decision, but may after it was refused or failed', () => {
    expect(reloadObstacle(quiet, job)).toMatch(/^A dataset is being imported/);
    expect(reloadObstacle(quiet, checked('warning'))).toMatch(/^A dataset is being imported/);
    expect(reloadObstacle(quiet, checked('error'))).toBeNull();
    expect(
      reloadObstacle(quiet, {
        ...job,
        stage: { name: 'failed', fault: { code: 'IMPORT_CANCELLED', message: '', hint: '', context: {} } },
      }),
    ).toBeNull();
  });
});
