import type { StoreApi } from 'zustand';
import { AppError, faultOf } from '../domain/errors';
import { summarise, type RunDocument, type RunSummary } from '../domain/run';
import type { Unreadable, UnreadableDocument } from '../domain/unreadable';
import { changeQueue, readPaused, readQueue, writePaused } from '../storage/queue';
import { changeRun, inspectRun } from '../storage/runLayout';
import { listRuns, writeRun } from '../storage/runs';
import type { LiveRun } from './liveRun';
import { liveSummary } from './runEnding';
import type { RunsEnvironment, RunsState } from './runsState';

type Store = Pick<StoreApi<RunsState>, 'getState' | 'setState'>;

/** Stored runs and the store's picture of them: what is written goes through here, so that the two agree. */
export class RunRecords {
  readonly env: RunsEnvironment;
  readonly #store: Store;
  /** The run in progress: what it says is newer than what is stored. */
  live: LiveRun | null = null;
  /** Runs whose summary can be read, but not their document. */
  readonly #aside = new Map<string, UnreadableDocument>();
  /** Counts what is stored: a list that was read before is not the newest any more. */
  #writes = 0;

  constructor(env: RunsEnvironment, store: Store) {
    this.env = env;
    this.#store = store;
  }

  get state(): RunsState {
    return this.#store.getState();
  }

  set(change: Partial<RunsState>): void {
    this.#store.setState(change);
  }

  /** Runs `work`; a refusal of storage becomes the store's fault. */
  async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.set({ fault: faultOf(error) });
    }
  }

  /** What `reading` gives; where that is damaged, it is the store's fault and `instead` stands in. */
  async orFault<T>(reading: Promise<T>, instead: T): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'STORE_DAMAGED') throw error;
      this.set({ fault: error.toFault() });
      return instead;
    }
  }

  putSummary(run: RunSummary): void {
    const { runs } = this.state;
    const known = runs.some(({ id }) => id === run.id);
    this.set({ runs: known ? runs.map((one) => (one.id === run.id ? run : one)) : [...runs, run] });
  }

  /** Stores a new run. */
  async add(run: RunDocument): Promise<void> {
    await writeRun(this.env.database, run);
    this.#written(run);
  }

  /**
   * Changes a stored run, whatever another tab has made of it meanwhile; `next` returns null to leave it. Returns the run as it is stored then;
   * null where nothing was written. One that cannot be read is set aside.
   */
  async change(id: string, next: (stored: RunDocument) => RunDocument | null): Promise<RunDocument | null> {
    const { database } = this.env;
    const run = await changeRun(database, id, next);
    if (run) this.#written(run);
    else {
      const why = (await inspectRun(database, id))?.why;
      if (why) this.setAside(id, why);
    }
    return run;
  }

  #written(run: RunDocument): void {
    this.#writes += 1;
    const { live } = this;
    const summary = summarise(run);
    this.putSummary(run.id === live?.runId ? { ...summary, ...liveSummary(live) } : summary);
    const { changes } = this.state;
    this.set({ changes: { ...changes, [run.id]: (changes[run.id] ?? 0) + 1 } });
  }

  /** Changes the queue, as this tab knows it and as it is stored; whoever reads it leaves out what does not wait any more. */
  async changeQueue(next: (queue: readonly string[]) => readonly string[]): Promise<void> {
    this.set({ queue: next(this.state.queue) });
    await changeQueue(this.env.database, next);
    this.#writes += 1;
    this.env.channel.tell();
  }

  async storePaused(paused: readonly string[]): Promise<void> {
    // It lasts beyond a reload from the moment it is shown.
    await writePaused(this.env.database, paused);
    this.set({ paused });
    this.env.channel.tell();
  }

  /** Reads the list anew; curves are not read. What is stored while it is being read makes it read once more. */
  async readAll(): Promise<void> {
    const { database } = this.env;
    const writes = this.#writes;
    // Before the runs: one that another tab starts between the two reads would look as if it waited, last of all.
    const order = await this.orFault(readQueue(database), []);
    const listed = await listRuns(database);
    const readable = listed.readable.filter(({ id }) => !this.#aside.has(id));
    const paused = await this.orFault(readPaused(database), []);
    const queued = readable.filter(({ status }) => status === 'queued').map(({ id }) => id);
    if (writes !== this.#writes) return this.readAll();
    const { live } = this;
    this.set({
      loaded: true,
      paused,
      unreadable: [...listed.unreadable, ...this.#aside.values()],
      runs: readable.map((run) => (run.id === live?.runId ? { ...run, ...liveSummary(live) } : run)),
      queue: [...order.filter((id) => queued.includes(id)), ...queued.filter((id) => !order.includes(id))],
    });
  }

  /** Takes a run whose document turned out not to be readable out of the list, and says so in its place. Nothing is written. */
  setAside(id: string, why: Unreadable): void {
    const { runs, queue, unreadable } = this.state;
    const name = runs.find((run) => run.id === id)?.name ?? null;
    this.#aside.set(id, { id, name, why });
    this.set({
      runs: runs.filter((run) => run.id !== id),
      queue: queue.filter((one) => one !== id),
      unreadable: [...unreadable.filter((one) => one.id !== id), { id, name, why }],
    });
  }

  /** Forgets runs that have been deleted. */
  drop(ids: readonly string[]): void {
    const { runs, unreadable } = this.state;
    for (const id of ids) this.#aside.delete(id);
    this.set({
      runs: runs.filter(({ id }) => !ids.includes(id)),
      unreadable: unreadable.filter(({ id }) => !ids.includes(id)),
    });
  }
}
