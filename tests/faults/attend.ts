import type { Cost } from './faults';
import { pressResume, words } from './person';
import type { Stage } from './stage';
import { look, type Seen } from './store';
import { sleep } from './until';

/** What an injection cost, and what it should not have done. */
export interface Toll {
  /** Epochs that were trained again. */
  repeated: number;
  /** Times that a person had to press Resume. */
  presses: number;
  readonly violations: string[];
}

/** Thrown when a run cannot be brought to an end, whatever a person does. */
export class Lost extends Error {}

/** How long a run may stand still without a fault. */
const PATIENCE_S = 120;
/** A thread that hangs may hold the database: nothing can be read before it is noticed, after a minute and a second for each megabyte. */
const SILENCE_S = 240;
/** A run that stands is left alone this long: it may yet go on by itself. */
const GRACE_MS = 1500;

/**
 * Watches a run as a person does who wants it to end: presses Resume where the run stands, reloads the page where it says
 * that it trains and does not. What that takes is put on the bill of the newest injection.
 */
export class Attendant {
  readonly #stage: Stage;
  readonly #stepsPerEpoch: number;
  #toll: Toll = { repeated: 0, presses: 0, violations: [] };
  #cost: Cost | null = null;
  /** The newest step that any thread has told, and the newest checkpoint that was stored. */
  #step = 0;
  #checkpoint = 0;
  /** Threads that have been looked at. */
  readonly #threads = new Set<string>();
  #trace = '';
  #movedAt = performance.now();
  #stoodAt: number | null = null;
  #reloads = 0;

  constructor(stage: Stage, stepsPerEpoch: number) {
    this.#stage = stage;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  /** From now on the costs are those of this injection. */
  charge(cost: Cost): Toll {
    this.#cost = cost;
    this.#toll = { repeated: 0, presses: 0, violations: [] };
    return this.#toll;
  }

  /** The acts are done: the time that the run may take begins. */
  restart(): void {
    this.#movedAt = performance.now();
    this.#stoodAt = null;
  }

  /** Another run is watched from now on. */
  turnTo(): void {
    this.#step = this.#checkpoint = 0;
    this.restart();
  }

  /** Watches until `done`; the last look. Throws `Lost`. */
  async until(done: (seen: Seen) => boolean): Promise<Seen> {
    for (;;) {
      const seen = await this.#look();
      if (seen) {
        if (!seen.run) throw new Lost('the run is gone');
        this.#count(seen);
        if (done(seen) || seen.run.status === 'finished') return seen;
        await this.#help(seen);
      }
      await sleep(60);
    }
  }

  /** null while the page is between two documents. One that never answers is reloaded, then given up. */
  async #look(): Promise<Seen | null> {
    const answer = await Promise.race([
      look(this.#stage.page, this.#stage.runId).catch(() => null),
      sleep(5000).then(() => null),
    ]);
    if (!answer?.heard && performance.now() - this.#movedAt > 1000 * SILENCE_S)
      throw new Lost('the page does not answer');
    return answer?.heard ? answer : null;
  }

  /** Notes how far the run is, and what was trained again. */
  #count({ run, checkpoint, heard }: Seen): void {
    const trace = [heard.page, heard.workers, heard.step, heard.status, heard.phase, run?.status].join();
    if (trace !== this.#trace) this.#movedAt = performance.now();
    this.#trace = trace;
    if (heard.runId !== this.#stage.runId) return;
    for (const [place, first] of heard.first.entries()) {
      const thread = `${heard.page} ${place}`;
      if (first === null || heard.runs[place] !== this.#stage.runId || this.#threads.has(thread)) continue;
      this.#threads.add(thread);
      if (this.#step > 0) this.#wentOn(first);
    }
    this.#step = Math.max(this.#step, heard.step);
    this.#checkpoint = Math.max(this.#checkpoint, checkpoint ?? 0);
  }

  /** A new thread has trained its first interval. */
  #wentOn(first: number): void {
    const again = Math.max(0, this.#step - first + 1) / this.#stepsPerEpoch;
    this.#toll.repeated += again;
    if (first <= this.#checkpoint)
      this.#violate(`it went on at step ${first}, before its checkpoint at step ${this.#checkpoint}`);
    if (this.#cost?.repeats === 'nothing') this.#violate(`${again.toFixed(1)} epochs were trained again`);
  }

  #violate(what: string): void {
    if (!this.#toll.violations.includes(what)) this.#toll.violations.push(what);
  }

  async #help({ run }: Seen): Promise<void> {
    const status = run?.status ?? '';
    const stands = /^(interrupted|failed|stopped)$/.test(status);
    this.#stoodAt = stands ? (this.#stoodAt ?? performance.now()) : null;
    const allowed = this.#toll.presses < (this.#cost?.presses ?? 0);
    const patience = 1000 * (this.#cost?.seconds ?? PATIENCE_S);
    if (this.#stoodAt !== null) {
      if (performance.now() - this.#stoodAt < (allowed ? GRACE_MS : patience)) return;
      if (!allowed) this.#violate(`it was ${status} and did not go on by itself: ${run?.fault?.message ?? 'no word'}`);
      if (await pressResume(this.#stage.page)) this.#toll.presses += 1;
      else if (performance.now() - this.#stoodAt > patience + 10_000)
        await this.#reload(`${status} without a way to go on`);
      else return;
      return this.restart();
    }
    if (performance.now() - this.#movedAt > patience) await this.#reload(`${status} and stands still`);
  }

  async #reload(why: string): Promise<void> {
    this.#violate(`it is ${why}; the page says: ${await words(this.#stage.page)}`);
    this.#reloads += 1;
    if (this.#reloads > 2) throw new Lost(`it is ${why}, also after a reload`);
    await this.#stage.page.reload({ timeout: 20_000 }).catch(() => undefined);
    this.restart();
  }
}
