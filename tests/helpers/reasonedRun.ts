import { AppError } from '../../src/domain/errors';
import { newJob, type Overrides, type ReasoningFailure, type StageState } from '../../src/domain/reasoning';
import type { ReasoningSettings } from '../../src/domain/reasoningSettings';
import type { Database } from '../../src/storage/database';
import { writeJob } from '../../src/storage/reasoning';
import { runJob } from '../../workers/reasoning/job';
import { newServer } from '../../workers/reasoning/server';
import type { ModelServer } from './modelServer';
import { loopbackSettings } from './reasoning';

/** Sleeping takes a millisecond and moves the clock by what it should have taken. */
function impatientClock() {
  let skipped = 0;
  return {
    now: () => performance.now() + skipped,
    jitter: () => 0,
    sleep: (ms: number) => {
      skipped += ms;
      return new Promise<void>((resolve) => setTimeout(resolve, 1));
    },
  };
}

/** Stores the settings of a dataset for the loopback server, with attributes and choices as they are given. */
export const configured = (
  database: Database,
  datasetId: string,
  server: ModelServer,
  changes: Partial<ReasoningSettings>,
  overrides: Partial<Overrides> = {},
): Promise<void> =>
  writeJob(database, {
    ...newJob(datasetId),
    settings: loopbackSettings(server.url, changes),
    overrides: { items: {}, users: {}, ...overrides },
  });

/** Runs the stage to its end; what it said, and how it ended: a code of an error where it was one. */
export async function reasoned(
  database: Database,
  datasetId: string,
  server: ModelServer,
  pause = new AbortController(),
): Promise<{ end: string; stages: readonly StageState[]; failures: readonly ReasoningFailure[] }> {
  const failures: ReasoningFailure[] = [];
  let stages: readonly StageState[] = [];
  const end = await runJob(database, datasetId, {
    server: newServer({ server: { kind: 'ollama', url: server.url }, key: null }),
    clock: impatientClock(),
    pause: pause.signal,
    onStages: (all) => (stages = all),
    onFailure: (failure) => failures.push(failure),
  }).catch((error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)));
  return { end, stages, failures };
}
