import { faultOf } from '../domain/errors';
import { isActive, type RunDocument } from '../domain/run';
import { deleteEdit, readEdit } from '../storage/queue';
import { inspectRun } from '../storage/runLayout';
import { readRun } from '../storage/runs';
import { LiveRun, type PendingCommand } from './liveRun';
import { medianJudge, type Judge } from './medianStop';
import { endingOf, faultAt, liveSummary } from './runEnding';
import type { RunRecords } from './runRecords';
import { nextInQueue } from './runsState';
import { startSession, type Session, type SessionEnd } from './session';

const EVERY_MS = 100;
const SUMMARY_EVERY_MS = 1000;
/** A lost device is tried again this often before the run fails. */
const RESTARTS = 2;

/** Trains the queued runs one after the other, each in a worker of its own, and tells the store how the one in progress fares. */
export class TrainingQueue {
  readonly #records: RunRecords;
  #session: Session | null = null;
  #pumping = false;
  #ticking = false;
  #summarised = 0;

  constructor(records: RunRecords) {
    this.#records = records;
  }

  /** Trains what is queued, when nothing else trains in this browser. Returns when nothing is left. */
  async pump(): Promise<void> {
    const records = this.#records;
    if (this.#pumping || nextInQueue(records.state) === undefined) return;
    this.#pumping = true;
    try {
      await records.env.lock.hold(
        async () => {
          records.set({ elsewhere: false });
          // Another tab may have changed everything since this one last looked.
          await this.recover();
          for (let next = nextInQueue(records.state); next !== undefined; next = nextInQueue(records.state))
            await this.#train(next);
        },
        () => records.set({ elsewhere: true }),
      );
    } catch (error) {
      records.live = null;
      this.#session?.kill();
      records.set({ fault: faultOf(error), activeId: null });
    } finally {
      this.#pumping = false;
    }
  }

  /** Under the lock nobody trains: what is stored as active was left by a tab that is gone. */
  async recover(): Promise<void> {
    const records = this.#records;
    const { database } = records.env;
    await records.readAll();
    for (const { id, status } of records.state.runs) {
      if (!isActive(status) || id === records.live?.runId) continue;
      const run = await this.#read(id);
      if (!run) continue;
      // One that cannot be read stays where it is.
      const edit = await records.orFault(readEdit(database, id), null);
      await records.store({ ...run, ...edit, status: 'interrupted' });
      if (edit) await deleteEdit(database, id);
    }
  }

  command(command: PendingCommand): void {
    const { live } = this.#records;
    if (!live || !this.#session) return;
    live.pending = command;
    this.#session.send({ type: command });
    this.#tick();
  }

  /** Ends the worker of the run in progress. */
  kill(): void {
    this.#session?.kill();
  }

  /** A run's document. One that cannot be read is set aside, so that it holds up no other; null then, and for one that is gone. */
  async #read(id: string): Promise<RunDocument | null> {
    const found = await inspectRun(this.#records.env.database, id);
    if (found?.why) this.#records.setAside(id, found.why);
    return found?.value ?? null;
  }

  /** Trains one run to its end; returns when its document is stored. */
  async #train(id: string): Promise<void> {
    const records = this.#records;
    const document = await this.#read(id);
    if (!document) return records.storeQueue(records.state.queue.filter((one) => one !== id));
    const current = new LiveRun({ ...document, fault: null }, performance.now());
    records.live = current;
    records.set({ activeId: id });
    await records.storeQueue(records.state.queue.filter((one) => one !== id));
    await records.store({ ...document, status: 'preparing', fault: null });
    const judge = await medianJudge(document, records.state.runs, records.env.database);
    await this.#end(current, await this.#sessions(current, judge));
  }

  /** Sessions until one ends otherwise than by a lost device. */
  async #sessions(current: LiveRun, judge: Judge | null): Promise<SessionEnd> {
    for (;;) {
      this.#session = this.#begin(current, judge);
      const end = await this.#session.end;
      if (faultAt(end)?.code !== 'GPU_LOST' || current.restarts >= RESTARTS) {
        this.#session = null;
        return end;
      }
      current.restarts += 1;
      current.fault = null;
      current.phase = {
        text: `the GPU was lost; resuming from the last checkpoint (${current.restarts} of ${RESTARTS})`,
        fraction: null,
      };
      current.status = 'preparing';
      this.#showLive();
    }
  }

  #begin(current: LiveRun, judge: Judge | null): Session {
    return startSession(current.runId, this.#records.env.openWorker, (event) => {
      const before = current.status;
      current.apply(event, performance.now());
      if (current.status !== before) this.#showLive();
      if (event.type === 'epoch' && judge && current.pending !== 'stop') {
        current.stopReason = judge(current.epochs);
        if (current.stopReason) this.command('stop');
      }
      this.#tick();
    });
  }

  /** Stores how the run ended, with what was written meanwhile. */
  async #end(current: LiveRun, end: SessionEnd): Promise<void> {
    const records = this.#records;
    const { database, channel } = records.env;
    const id = current.runId;
    const stored = end.kind === 'ended' ? end.run : await readRun(database, id);
    const edit = records.edits.get(id);
    records.edits.delete(id);
    if (edit) await deleteEdit(database, id);
    records.live = null;
    records.set({ activeId: null });
    // A run that reached its end before the word arrived was not stopped by it.
    await records.store({
      ...stored,
      ...edit,
      ...endingOf(end, stored),
      ...(current.stopReason && stored.status === 'stopped' && { stopReason: current.stopReason }),
    });
    channel.tell();
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setTimeout(() => {
      this.#ticking = false;
      const { state, live } = this.#records;
      this.#records.set({ revision: state.revision + 1 });
      if (live && performance.now() - this.#summarised > SUMMARY_EVERY_MS) this.#showLive();
    }, EVERY_MS);
  }

  #showLive(): void {
    const { live, state } = this.#records;
    if (!live) return;
    this.#summarised = performance.now();
    const known = state.runs.find(({ id }) => id === live.runId);
    if (known) this.#records.putSummary({ ...known, ...liveSummary(live) });
  }
}
