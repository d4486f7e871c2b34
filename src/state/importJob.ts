import type { DatasetStatistics, FeatureInfo, Problem, Taken } from '../domain/dataset';
import type { Fault } from '../domain/errors';
import type { DatasetEvent } from '../domain/protocol';
import type { ReadingQuestions } from '../domain/reading';

export interface FileProgress {
  readonly path: string;
  readonly state: 'waiting' | 'reading' | 'read';
  readonly doneBytes: number;
  /** null for a member of an archive, whose size the page does not know. */
  readonly totalBytes: number | null;
}

/** An import (or the making of the demo) from its start to its end. */
export interface ImportJob {
  readonly id: string;
  readonly kind: 'files' | 'demo';
  /** The name suggested for the dataset. */
  readonly name: string;
  /** `performance.now()` at the start, ms. */
  readonly startedAt: number;
  readonly stage:
    | { readonly name: 'reading' }
    /** All files read; waits for a decision. */
    | {
        readonly name: 'checked';
        readonly problems: readonly Problem[];
        readonly statistics: DatasetStatistics | null;
        readonly features: readonly FeatureInfo[];
        readonly taken: Taken;
      }
    /** Two readings are possible; waits for a person. */
    | { readonly name: 'asking'; readonly questions: ReadingQuestions }
    | { readonly name: 'storing' }
    /** Cancelled; the worker is still removing what it has written. */
    | { readonly name: 'cancelling' }
    | { readonly name: 'failed'; readonly fault: Fault };
  readonly files: readonly FileProgress[];
  /** Over all files. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** `doneBytes` when the current file was begun. */
  readonly fileBegunAt: number;
  /** Seconds left for what is being read; null until the rate is known. */
  readonly etaSeconds: number | null;
  /** Over all files so far; null until known. */
  readonly bytesPerSecond: number | null;
}

/** `now` in ms, as `performance.now()` gives it. */
export function newJob(
  id: string,
  kind: ImportJob['kind'],
  name: string,
  files: readonly { readonly path: string; readonly bytes: number }[],
  now: number,
): ImportJob {
  return {
    id,
    kind,
    name,
    startedAt: now,
    stage: { name: 'reading' },
    files: files.map(({ path, bytes }) => ({ path, state: 'waiting', doneBytes: 0, totalBytes: bytes })),
    doneBytes: 0,
    totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    fileBegunAt: 0,
    etaSeconds: null,
    bytesPerSecond: null,
  };
}

/** Whether the check found errors: nothing was kept, and the next import can begin. */
export function isRefused({ stage }: ImportJob): boolean {
  return stage.name === 'checked' && stage.problems.some(({ severity }) => severity === 'error');
}

/** The job after an event of the worker; null when it has ended. */
export function advance(job: ImportJob, event: DatasetEvent, now: number): ImportJob | null {
  switch (event.type) {
    case 'progress':
      return progressed(job, event, now);
    case 'checked': {
      if (job.stage.name === 'cancelling') return job;
      const { problems, statistics, features, taken } = event;
      return { ...job, etaSeconds: null, stage: { name: 'checked', problems, statistics, features, taken } };
    }
    case 'asks':
      if (job.stage.name === 'cancelling') return job;
      return { ...job, etaSeconds: null, stage: { name: 'asking', questions: event.questions } };
    case 'fault':
      if (event.fault.code === 'IMPORT_CANCELLED' || job.stage.name === 'cancelling') return null;
      // The list of problems says more than the fault that sums it up.
      if (isRefused(job)) return job;
      return { ...job, etaSeconds: null, stage: { name: 'failed', fault: event.fault } };
    case 'stored':
      return null;
  }
}

/** The worker counts over all files and names the one it is at; what one file has had is the difference since it was begun. */
function progressed(job: ImportJob, event: Extract<DatasetEvent, { type: 'progress' }>, now: number): ImportJob {
  const current = job.files.find(({ state }) => state === 'reading');
  const begun = current?.path === event.file ? job.fileBegunAt : event.doneBytes;
  const files = job.files.some(({ path }) => path === event.file)
    ? job.files
    : [...job.files, { path: event.file, state: 'waiting' as const, doneBytes: 0, totalBytes: null }];
  const seconds = (now - job.startedAt) / 1000;
  return {
    ...job,
    files: files.map((file): FileProgress => {
      if (file.path === event.file) {
        const done = event.doneBytes - begun;
        return {
          ...file,
          state: 'reading',
          doneBytes: file.totalBytes === null ? done : Math.min(done, file.totalBytes),
        };
      }
      return file.state === 'reading' ? { ...file, state: 'read', doneBytes: file.totalBytes ?? file.doneBytes } : file;
    }),
    doneBytes: event.doneBytes,
    totalBytes: event.totalBytes,
    fileBegunAt: begun,
    etaSeconds: event.etaSeconds,
    bytesPerSecond: seconds > 0.5 && event.doneBytes > 0 ? event.doneBytes / seconds : null,
  };
}
