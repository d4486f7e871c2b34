import type { Fault } from '../domain/errors';
import { isActive, type RunDocument, type RunSummary } from '../domain/run';
import type { LiveRun } from './liveRun';
import type { SessionEnd } from './session';

/** What the list shows of the run in progress. */
export function liveSummary(run: LiveRun): Partial<RunSummary> & Pick<RunSummary, 'status'> {
  return {
    status: run.status,
    device: run.device,
    best: run.best,
    epochsDone: run.epochs.length,
    ...(run.progress && { memory: run.progress.memory }),
  };
}

export function faultAt(end: SessionEnd): Fault | null {
  if (end.kind === 'failed') return end.fault;
  return end.kind === 'ended' ? end.run.fault : null;
}

/** What the page adds to the stored document when the worker could not finish it. */
export function endingOf(end: SessionEnd, stored: RunDocument): Partial<RunDocument> {
  switch (end.kind) {
    case 'ended':
      return isActive(stored.status) ? { status: 'interrupted' } : {};
    case 'failed':
      return { status: 'failed', fault: end.fault };
    case 'killed':
      return { status: 'interrupted' };
  }
}
