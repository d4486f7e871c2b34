import type { RunDocument } from '../../src/domain/run';
import { createRuns } from '../../src/state/runs';
import type { RunsEnvironment } from '../../src/state/runsState';
import type { TrainingLock } from '../../src/state/tabs';
import type { TrainingListener } from '../../src/state/trainingWorker';
import type { Database } from '../../src/storage/database';
import { readRun, writeDetails, writeTrained } from '../../src/storage/runs';
import { writeWeights } from '../../src/storage/weights';
import { deleteCheckpoint } from '../../workers/training/checkpoint';
import { details, finishedRun } from './storedRuns';

/** Lets everything that is on its way come to its end; the database in memory takes no time. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A training thread that writes what the real one writes, and ends when it is told to. */
export class Thread {
  readonly #database: Database;
  readonly #listener: TrainingListener;
  #runId = '';
  /** As the real thread it reads the document once, and writes it without knowing of others' edits. */
  #run!: RunDocument;
  terminated = false;

  constructor(database: Database, listener: TrainingListener) {
    this.#database = database;
    this.#listener = listener;
  }

  async #write(over: Partial<RunDocument>): Promise<RunDocument> {
    const run = { ...this.#run, ...over };
    this.#run = run;
    if (!(await writeTrained(this.#database, run))) this.terminated = true;
    return run;
  }

  async start(runId: string): Promise<void> {
    this.#runId = runId;
    this.#run = await readRun(this.#database, runId);
    await this.#write({ status: 'preparing' });
    await this.#write({ status: 'running', stepsPerEpoch: 10 });
    for (const slot of [0, 1]) {
      if (this.terminated) return;
      const prefix = `${runId}/slot${slot}`;
      await this.#database.checkpoints.setMany([
        [`${prefix}/values/w`, Float32Array.of(slot)],
        [prefix, { version: 2, step: 10 * (slot + 1) }],
      ]);
      await this.#write({ epochs: finishedRun(runId, slot + 1).epochs });
    }
  }

  async finish(): Promise<void> {
    if (this.terminated) return;
    const { epochs, best, result } = finishedRun(this.#runId, 3);
    await writeDetails(this.#database, this.#runId, details);
    await writeWeights(this.#database, this.#runId, { w: Float32Array.of(1, 2) });
    const run = await this.#write({ status: 'finished', epochs, best, result });
    await deleteCheckpoint(this.#database, this.#runId);
    if (!this.terminated) this.#listener.onEvent({ type: 'ended', run });
  }
}

/** The tabs of a browser on one database. */
export function browser(database: Database) {
  let tail: Promise<void> = Promise.resolve();
  let held = 0;
  const heard: (() => void)[] = [];
  const lock: TrainingLock = {
    hold: async (work, onWait) => {
      if (held > 0) onWait();
      held += 1;
      const mine = tail.then(work).finally(() => (held -= 1));
      tail = mine.catch(() => undefined);
      await mine;
    },
  };
  const threads: Thread[] = [];
  const tab = () => {
    let own: (() => void) | null = null;
    const env: RunsEnvironment = {
      database,
      lock,
      channel: {
        tell: () => heard.forEach((listener) => listener !== own && listener()),
        listen: (listener) => heard.push((own = listener)),
      },
      roomMs: 5,
      openWorker: (listener) => {
        const thread = new Thread(database, listener);
        threads.push(thread);
        return {
          send: (command) => void (command.type === 'start' && thread.start(command.runId)),
          terminate: () => (thread.terminated = true),
        };
      },
    };
    const { useRuns } = createRuns(env);
    const get = useRuns.getState;
    /** Does something as a person; true when the page does not say that storage refused it. */
    const act = async (work: () => Promise<unknown>): Promise<boolean> => {
      await work();
      await turn();
      return get().fault === null;
    };
    return { get, act };
  };
  return { tab, threads };
}

export type Tabs = ReturnType<typeof browser>;
export type Tab = ReturnType<Tabs['tab']>;
