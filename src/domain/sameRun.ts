import { sameExperiment } from './prerequisite';
import type { RunSummary } from './run';

/** The same run in the same state; name and notes may have been changed since. */
export const sameRun = (a: RunSummary, b: RunSummary): boolean =>
  a.createdAt === b.createdAt &&
  sameExperiment(a.experiment, b.experiment) &&
  a.epochsDone === b.epochsDone &&
  JSON.stringify(a.result) === JSON.stringify(b.result);
