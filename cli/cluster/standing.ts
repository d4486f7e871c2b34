import type { Plan, PlannedRun } from '../../src/domain/plan';
import type { RunSummary } from '../../src/domain/run';
import {
  namesOfRun,
  readFailure,
  readProgress,
  readSummary,
  runFolder,
  standingOf,
  type Failure,
  type Progress,
} from './folder';
import { lastSign, leasesIn, readLease } from './lease';

/** How a run of a study is. `silent`: its worker gives no sign; another takes it up. `blocked`: one that it needs has failed. */
export type RunState = 'finished' | 'running' | 'silent' | 'left' | 'waiting' | 'failed' | 'blocked';

export interface StandingOfRun {
  readonly run: PlannedRun;
  readonly state: RunState;
  /** Of a finished run. */
  readonly summary: RunSummary | null;
  /** Of a run that has begun, and whose worker has noted it. */
  readonly progress: Progress | null;
  /** Who has it or had it last. */
  readonly host: string | null;
  /** Seconds since its worker gave a sign, by clocks that may differ. */
  readonly quiet: number | null;
  readonly failure: Failure | null;
  /** Why it is blocked: the name of the run that failed. */
  readonly waitsFor: string | null;
}

/** How every run of a study is, in the order of the plan. Reads, and writes nothing. */
export async function standings(folder: string, plan: Plan, now: number = Date.now()): Promise<StandingOfRun[]> {
  const found = new Map<string, StandingOfRun>();
  for (const run of plan.runs) {
    const standing = await standingOfRun(folder, run, now);
    const before = run.after
      .map((id) => found.get(id))
      .find((one) => one?.state === 'failed' || one?.state === 'blocked');
    found.set(
      run.id,
      before && standing.state !== 'finished' ? { ...standing, state: 'blocked', waitsFor: before.run.name } : standing,
    );
  }
  return [...found.values()];
}

async function standingOfRun(study: string, run: PlannedRun, now: number): Promise<StandingOfRun> {
  const names = await namesOfRun(study, run.id);
  const folder = runFolder(study, run.id);
  const { newest, released } = leasesIn(names);
  const nothing = { run, summary: null, progress: null, host: null, quiet: null, failure: null, waitsFor: null };
  const lease = newest > 0 ? await readLease(folder, newest) : null;
  const host = lease?.host ?? null;
  switch (standingOf(names)) {
    case 'untouched':
      return { ...nothing, state: 'waiting' };
    case 'finished':
      return { ...nothing, state: 'finished', host, summary: await readSummary(folder) };
    case 'failed':
      return { ...nothing, state: 'failed', host, failure: await readFailure(folder) };
    case 'begun': {
      const progress = await readProgress(folder);
      const sign = await lastSign(folder, newest);
      const quiet = sign === null ? null : Math.max(0, (now - sign) / 1000);
      const state = released ? 'left' : quiet !== null && quiet > (lease?.seconds ?? 60) ? 'silent' : 'running';
      return { ...nothing, state, progress, host, quiet };
    }
  }
}
