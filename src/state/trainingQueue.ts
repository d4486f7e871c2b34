import { AppError, faultOf, type Fault } from '../domain/errors';
import { isActive, wasLeftOut, withPersonsPart, type RunStatus } from '../domain/run';
import type { TrainingEvent } from '../domain/protocol';
import { adoptEdits } from '../storage/queue';
import { inspectRun } from '../storage/runLayout';
import { deleteRun, sweepRuns } from '../storage/runs';
import { LiveRun, type PendingCommand } from './liveRun';
import { medianJudge, type Judge } from './medianStop';
import { endingOf, faultAt, liveSummary } from './runEnding';
import type { RunRecords } from './runRecords';
import { leftOut, nextInQueue } from './runsState';
import { startSession, type Session, type SessionEnd } from './session';

const EVERY_MS = 100;
const SUMMARY_EVERY_MS = 1000;
/** A run whose device or thread is lost goes on from its checkpoint this often before it fails. */
const RESTARTS = 2;
const LOST: Readonly<Record<string, string>> = {
  GPU_LOST: 'the GPU was lost',
  WORKER_FAILED: 'the training thread was lost',
};
/** With a result, such a run goes on no more. */
const HAS_ENDED: readonly RunStatus[] = ['finished', 'stopped'];
const NO_ROOM =
  'Delete runs or datasets that you do not need, or free disk space. Saving is tried again every few seconds.';

/** Trains the queued runs one after the other, each in a worker of its own, and tells the store how the one in progress fares. */
export class TrainingQueue {
  readonly #records: RunRecords;
  #session: Session | null = null;
  #pumping = false;
  #ticking = false;
  #summarised = 0;
  #adopted = false;

  constructor(records: RunRecords) {
    this.#records = records;
  }

  /** Trains what is queued, when nothing else trains in this browser. Returns when nothing is left. */
  async pump(): Promise<void> {
    const records = this.#records;
    if (this.#pumping || (nextInQueue(records.state) ?? leftOut(records.state)[0]) === undefined) return;
    this.#pumping = true;
    try {
      await records.env.lock.hold(
        async () => {
          records.set({ elsewhere: false });
          // Another tab may have changed everything since this one last looked.
          await this.recover();
          for (let next = await this.#next(); next !== undefined; next = await this.#next()) await this.#train(next);
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

  /** The next run that may train, once the trials are ended that successive halving leaves out. */
  async #next(): Promise<string | undefined> {
    const records = this.#records;
    const ended = leftOut(records.state);
    for (const { id, reason } of ended)
      await this.#kept(() =>
        records.change(id, (run) =>
          run.status === 'queued' ? { ...run, status: 'stopped', stopReason: reason } : null,
        ),
      );
    if (ended.length > 0) {
      await this.#kept(() => records.changeQueue((queue) => queue.filter((id) => !ended.some((one) => one.id === id))));
      await this.sweep();
      records.env.channel.tell();
    }
    return nextInQueue(records.state);
  }

  /** Removes what nobody needs any more: a tab may have been closed before it could. */
  async sweep(): Promise<void> {
    const { env, state } = this.#records;
    const ended = state.runs.filter(
      (run) => HAS_ENDED.includes(run.status) && (run.result !== null || wasLeftOut(run)),
    );
    await sweepRuns(
      env.database,
      ended.map(({ id }) => id),
    );
  }

  /** Under the lock nobody trains: what is stored as active was left by a tab that is gone. */
  async recover(): Promise<void> {
    const records = this.#records;
    const { database } = records.env;
    await records.readAll();
    if (!this.#adopted)
      await records.orFault(
        this.#kept(() => adoptEdits(database)),
        undefined,
      );
    for (const { id, status } of records.state.runs) {
      if (!isActive(status) || id === records.live?.runId) continue;
      await this.#kept(() =>
        records.change(id, (run) => (isActive(run.status) ? { ...run, status: 'interrupted' } : null)),
      );
    }
    this.#adopted = true;
    await this.sweep();
  }

  /** After another tab has changed something: ends the thread of a run that is not stored any more, and takes up the queue. */
  lookAround(): void {
    const { live, state } = this.#records;
    if (live && !state.runs.some(({ id }) => id === live.runId)) this.kill();
    else void this.pump();
  }

  /** What `work` gives; while there is no room for it, it is tried again, and the page says so. */
  async #kept<T>(work: () => Promise<T>): Promise<T> {
    const records = this.#records;
    for (let said: Fault | null = null; ;) {
      try {
        const value = await work();
        if (said && records.state.fault === said) records.set({ fault: null });
        return value;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'STORE_QUOTA') throw error;
        if (!said || !records.state.fault) records.set({ fault: (said = { ...error.toFault(), hint: NO_ROOM }) });
        await new Promise((resolve) => setTimeout(resolve, records.env.roomMs));
      }
    }
  }

  command(command: PendingCommand): void {
    const { live } = this.#records;
    if (!live || !this.#session) return;
    live.pending = command;
    this.#session.send({ type: command });
    this.#tick();
  }

  /** Asks the run in progress for a checkpoint at once. */
  save(): void {
    this.#session?.send({ type: 'save' });
  }

  /** Ends the worker of the run in progress. */
  kill(): void {
    this.#session?.kill();
  }

  /** Trains one run to its end; returns when its document is stored. */
  async #train(id: string): Promise<void> {
    const records = this.#records;
    // Another tab may have taken it out of the queue.
    const document = await this.#kept(() =>
      records.change(id, (run) => (run.status === 'queued' ? { ...run, status: 'preparing', fault: null } : null)),
    );
    await this.#kept(() => records.changeQueue((queue) => queue.filter((one) => one !== id)));
    if (!document) return records.readAll();
    const current = new LiveRun(document, performance.now());
    records.live = current;
    records.set({ activeId: id });
    const judge = await medianJudge(document, records.state.runs, records.env.database);
    await this.#end(current, await this.#sessions(current, judge));
  }

  /** Sessions until one ends otherwise than by a lost device. */
  async #sessions(current: LiveRun, judge: Judge | null): Promise<SessionEnd> {
    for (;;) {
      this.#session = this.#begin(current, judge);
      const end = await this.#session.end;
      const lost = LOST[faultAt(end)?.code ?? ''];
      if (!lost || current.restarts >= RESTARTS) {
        this.#session = null;
        return end;
      }
      current.restarts += 1;
      current.fault = null;
      current.phase = {
        text: `${lost}; resuming from the last checkpoint (${current.restarts} of ${RESTARTS})`,
        fraction: null,
      };
      current.status = 'preparing';
      this.#showLive();
    }
  }

  #begin(current: LiveRun, judge: Judge | null): Session {
    const onEvent = (event: TrainingEvent): void => {
      const before = current.status;
      current.apply(event, performance.now());
      if (current.status !== before) this.#showLive();
      if (event.type === 'epoch' && judge && current.pending !== 'stop') {
        current.stopReason = judge(current.epochs);
        if (current.stopReason) this.command('stop');
      }
      this.#tick();
    };
    return startSession(current.runId, this.#records.env.openWorker, onEvent, current.untilEpoch);
  }

  /** Stores how the run ended. One that was deleted while it trained is not stored again. */
  async #end(current: LiveRun, end: SessionEnd): Promise<void> {
    const records = this.#records;
    const { database, channel } = records.env;
    const id = current.runId;
    records.live = null;
    records.set({ activeId: null });
    const stored = await this.#kept(() =>
      records.change(id, (before) => {
        const run = end.kind === 'ended' ? withPersonsPart(end.run, before) : before;
        // A run that reached its end before the word arrived was not stopped by it.
        const reason = run.status === 'stopped' ? current.stopReason : null;
        const ended = { ...run, ...endingOf(end, run), ...(reason && { stopReason: reason }) };
        // At a rung of its search it waits for the other trials.
        const waits = end.kind === 'ended' && run.status === 'interrupted' && run.epochs.length === current.untilEpoch;
        return waits ? { ...ended, status: 'queued' } : ended;
      }),
    );
    if (stored?.status === 'queued') await this.#kept(() => records.changeQueue((queue) => [...queue, id]));
    if (!stored && !(await inspectRun(database, id))) {
      // What its thread may have written last.
      await deleteRun(database, id);
      records.drop([id]);
    }
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
