import { utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { leaseOf } from '../../src/documents/studyFolder';
import { leasesIn, type LeaseText } from '../../src/domain/studyFolder';
import { createOnce, makeFolder, namesIn, stampOf, textOf } from './files';

/**
 * Who does a piece of work. A lease is a file `lease.<n>` in the work’s folder, made by link(2), so that of several that want the n-th lease one gets it. Its
 * holder sets the file’s time every quarter of the lease’s seconds. Whoever sees the same time for all of the lease’s seconds, by the clock of its own process,
 * takes the holder for dead and may make `lease.<n + 1>`: clocks of different machines are never compared. A holder that was only asleep
 * finds that file, and gives up; what it wrote meanwhile lies under its own number, where nobody looks any more.
 */

const leasePath = (folder: string, number: number): string => join(folder, `lease.${number}`);

/** null where there is none, or none that can be read. */
export const readLease = async (folder: string, number: number): Promise<LeaseText | null> =>
  leaseOf(await textOf(leasePath(folder, number)));

/** Between two looks, where a lease is shorter. */
const LONGEST_GAP_MS = 5000;

/** What one process has seen of others’ leases, by which it finds out who is dead. */
export class Watch {
  readonly #seen = new Map<string, { readonly stamp: number; readonly since: number; readonly last: number }>();
  readonly #now: () => number;

  /** `now`: milliseconds of a clock that only goes forwards. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Begins to watch anew: while a folder was out of order, nobody could give a sign there. */
  forget(): void {
    this.#seen.clear();
  }

  /**
   * Whether the holder of a folder’s newest lease has given no sign for all of its seconds. The first look at a lease is never enough. At each look the watcher
   * gives a sign of its own, the folder’s time: where that fails, it throws and begins anew, because then no holder can give one either.
   */
  async expired(folder: string, number: number): Promise<boolean> {
    const stamp = await stampOf(leasePath(folder, number));
    const lease = await readLease(folder, number);
    if (stamp === null) return false;
    const time = new Date();
    await utimes(folder, time, time).catch((error: unknown) => {
      this.forget();
      throw error;
    });
    const key = `${folder}#${number}`;
    const before = this.#seen.get(key);
    const now = this.#now();
    const ms = (lease?.seconds ?? 60) * 1000;
    // Who has not looked for so long cannot tell a dead holder from a folder that was out of order meanwhile.
    const watched = before?.stamp === stamp && now - before.last <= Math.max(ms, LONGEST_GAP_MS);
    const since = watched ? before.since : now;
    this.#seen.set(key, { stamp, since, last: now });
    return watched && now - since >= ms;
  }
}

/** The next lease of a folder, if nobody has one; null where somebody has, or was faster. */
export async function claim(folder: string, watch: Watch, seconds: number): Promise<Lease | null> {
  await makeFolder(folder);
  const { newest, released } = leasesIn(await namesIn(folder));
  if (newest > 0 && !released && !(await watch.expired(folder, newest))) return null;
  const text: LeaseText = { host: hostname(), pid: process.pid, made: new Date().toISOString(), seconds };
  const made = await createOnce(leasePath(folder, newest + 1), `${JSON.stringify(text)}\n`);
  return made ? new Lease(folder, newest + 1, text) : null;
}

/** Sets the file’s time, and tells when another lease follows. In a thread of its own: training may keep the main one busy for minutes. */
const HEART = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { existsSync, utimesSync } = require('node:fs');
  const beat = () => {
    try {
      const now = new Date();
      utimesSync(workerData.lease, now, now);
    } catch {}
    if (existsSync(workerData.next)) parentPort.postMessage('lost');
  };
  setInterval(beat, workerData.ms);
  beat();
`;

/** A lease that this process holds, with its heartbeat. */
export class Lease {
  readonly folder: string;
  readonly number: number;
  readonly text: LeaseText;
  readonly #heart: Worker;
  #lost = false;
  #heard: () => void = () => undefined;

  constructor(folder: string, number: number, text: LeaseText) {
    this.folder = folder;
    this.number = number;
    this.text = text;
    this.#heart = new Worker(HEART, {
      eval: true,
      workerData: {
        lease: leasePath(folder, number),
        next: leasePath(folder, number + 1),
        ms: (text.seconds * 1000) / 4,
      },
    });
    this.#heart.unref();
    this.#heart.on('message', () => {
      this.#lost = true;
      this.#heard();
    });
    // The lease runs out then, and somebody else goes on.
    this.#heart.on('error', () => undefined);
  }

  /** Calls `heard` when another holds the work now. */
  onLost(heard: () => void): void {
    this.#heard = heard;
    if (this.#lost) heard();
  }

  /** Whether another lease follows this one. */
  async isLost(): Promise<boolean> {
    this.#lost ||= leasesIn(await namesIn(this.folder)).newest > this.number;
    return this.#lost;
  }

  /** Ends the heartbeat; the lease runs out by itself, which nobody waits for where the work is done. */
  async end(): Promise<void> {
    await this.#heart.terminate();
  }

  /** Gives the lease back, so that another worker need not wait until it runs out. */
  async release(): Promise<void> {
    await this.end();
    await createOnce(join(this.folder, `released.${this.number}`), '');
  }
}
