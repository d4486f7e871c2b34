import { describe, expect, it } from 'vitest';
import type { DatasetEvent } from '../../../src/domain/protocol';
import { advance, newJob, type ImportJob } from '../../../src/state/importJob';

const progress = (file: string, doneBytes: number): DatasetEvent => ({
  type: 'progress',
  id: 'a',
  file,
  doneBytes,
  totalBytes: 300,
  etaSeconds: null,
});

function after(
  events: readonly DatasetEvent[],
  start = newJob(
    'a',
    'files',
    'x',
    [
      { path: 'x.inter', bytes: 100 },
      { path: 'y.npy', bytes: 200 },
    ],
    0,
  ),
): ImportJob | null {
  return events.reduce<ImportJob | null>((job, event) => (job ? advance(job, event, 2000) : null), start);
}

describe('an import, event by event', () => {
  it('tells what each file has had from the bytes over all files', () => {
    const job = after([
      progress('x.inter', 0),
      progress('x.inter', 60),
      progress('y.npy', 100),
      progress('y.npy', 150),
    ]);
    expect(job?.files).toEqual([
      { path: 'x.inter', state: 'read', doneBytes: 100, totalBytes: 100 },
      { path: 'y.npy', state: 'reading', doneBytes: 50, totalBytes: 200 },
    ]);
    expect(job?.bytesPerSecond).toBe(75);
  });

  it('lists members of an archive as they come', () => {
    const job = after([progress('x.inter', 0), progress('all.zip/x.npy', 100), progress('all.zip/x.npy', 130)]);
    expect(job?.files.at(-1)).toEqual({ path: 'all.zip/x.npy', state: 'reading', doneBytes: 30, totalBytes: null });
  });

  it('keeps the list of problems when a fault sums it up', () => {
    const checked: DatasetEvent = {
      type: 'checked',
      id: 'a',
      statistics: null,
      features: [],
      taken: { files: [], split: null },
      problems: [{ severity: 'error', rule: 'not-finite', file: 'y.npy', row: 3, message: 'm', hint: 'h' }],
    };
    const fault: DatasetEvent = {
      type: 'fault',
      id: 'a',
      fault: { code: 'DATA_REJECTED', message: 'm', hint: 'h', context: {} },
    };
    expect(after([checked, fault])?.stage.name).toBe('checked');
    expect(after([fault])?.stage.name).toBe('failed');
  });

  it('ends when cancelled', () => {
    expect(
      after([{ type: 'fault', id: 'a', fault: { code: 'IMPORT_CANCELLED', message: 'm', hint: 'h', context: {} } }]),
    ).toBeNull();
  });
});
