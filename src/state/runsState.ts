import type { Fault } from '../domain/errors';
import { pretrainingOf, type QueuedExperiment } from '../domain/pretraining';
import type { RunEdit, RunSummary, StopReason } from '../domain/run';
import { judgeByHalving } from '../domain/search';
import type { UnreadableDocument } from '../domain/unreadable';
import type { Database } from '../storage/database';
import type { PendingCommand } from './liveRun';
import type { TabChannel, TrainingLock } from './tabs';
import type { OpenTrainingWorker } from './trainingWorker';

/** The runs of this browser, and what can be done with them. */
export interface RunsState {
  readonly loaded: boolean;
  /** Storage refused something. */
  readonly fault: Fault | null;
  /** All stored runs that can be read, oldest first. */
  readonly runs: readonly RunSummary[];
  /** The others. */
  readonly unreadable: readonly UnreadableDocument[];
  /** Ids of queued runs, next first. */
  readonly queue: readonly string[];
  /** Ids of sweeps and tables whose queued runs do not start. */
  readonly paused: readonly string[];
  readonly activeId: string | null;
  /** Another tab of this browser trains; this one waits. */
  readonly elsewhere: boolean;
  /** Counts what the live run reports, at most ten times a second. */
  readonly revision: number;
  /** Counts changes of a stored document, by run id. */
  readonly changes: Readonly<Record<string, number>>;

  /** Reads the list, marks runs that a closed tab left behind, and takes up the queue. Later calls do nothing. */
  load(): Promise<void>;
  /** Reads the list again: something else than this store has written runs. Other tabs are told. */
  reload(): Promise<void>;
  /**
   * Stores the experiments as queued runs and returns the ids of those that are stored; `fault` says how many are not. The first starts
   * when nothing else trains. A pre-training run that an experiment needs and that is neither finished nor on its way is queued before it.
   */
  enqueue(experiments: readonly QueuedExperiment[]): Promise<string[]>;
  /** Puts runs that ended early at the head of the queue; each goes on from its checkpoint. */
  resume(...ids: string[]): Promise<void>;
  /** Keeps the queued runs of a sweep or table from starting, or lets them. One that trains already goes on. It lasts beyond a reload. */
  setPaused(group: string, paused: boolean): Promise<void>;
  /** Takes a run out of the queue. */
  dequeue(id: string): Promise<void>;
  /** Moves a queued run by `places` (−1: earlier). */
  move(id: string, places: number): Promise<void>;
  /** Deletes runs with weights and details, also of those that cannot be read. One that trains is stopped, in this tab or another. */
  remove(ids: readonly string[]): Promise<void>;
  edit(id: string, change: Partial<RunEdit>): Promise<void>;
  /** Sends a command to the run in progress. */
  command(command: PendingCommand): void;
  /** Asks the run in progress for a checkpoint at once: the page may be gone in a moment. */
  save(): void;
  /** Ends the worker without waiting for it. The run can be resumed from its last checkpoint. */
  interrupt(): void;
  dismissFault(): void;
}

export interface RunsEnvironment {
  readonly database: Database;
  readonly openWorker: OpenTrainingWorker;
  readonly lock: TrainingLock;
  readonly channel: TabChannel;
  /** Milliseconds until storage that was full is tried again. */
  readonly roomMs: number;
}

type Queued = Pick<RunsState, 'queue' | 'runs' | 'paused'>;

/** The runs of the queue whose sweep or table is not paused, in their order, each with what successive halving says of it. */
function inTurn({ queue, runs, paused }: Queued) {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return queue.flatMap((id) => {
    const run = byId.get(id);
    if (paused.includes(run?.group?.id ?? '')) return [];
    return [{ id, verdict: run ? judgeByHalving(run, runs) : ('go' as const) }];
  });
}

/** The first run of the queue that may train: one whose pre-training is still in the queue waits for it, wherever the two stand. */
export const nextInQueue = (state: Queued): string | undefined =>
  inTurn(state).find(({ id, verdict }) => verdict === 'go' && !awaitsPretraining(state, id))?.id;

function awaitsPretraining({ queue, runs }: Queued, id: string): boolean {
  const run = runs.find((one) => one.id === id);
  const needed = run ? pretrainingOf(run.experiment, runs) : null;
  return needed?.kind === 'coming' && queue.includes(needed.run.id);
}

/** Queued trials that successive halving ends, and why. */
export const leftOut = (state: Queued): { readonly id: string; readonly reason: StopReason }[] =>
  inTurn(state).flatMap(({ id, verdict }) => (typeof verdict === 'string' ? [] : [{ id, reason: verdict }]));
