import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/domain/errors';
import { shardOf, type Plan, type PlannedRun } from '../../src/domain/plan';
import { FAILED, leasesIn, standingOf, type Standing } from '../../src/domain/studyFolder';
import type { DeviceHost } from '../../workers/engine/device';
import { RunControl } from '../../workers/training/control';
import { nodeHost } from '../nodeHost';
import type { Reporter } from '../reporter';
import { cachedDataset } from './dataset';
import { codeOf, createOnce } from './files';
import { joinStudy, namesOfRun, readPlan, runFolder, writeFailure } from './folder';
import { claim, readLease, Watch, type Lease } from './lease';
import type { Pack } from './pack';
import { doRun, type Ended } from './oneRun';
import type { WorkArguments } from './workArguments';

/** Told to stop on the way: start the worker again. `EX_TEMPFAIL` of sysexits.h. */
export const GO_ON_LATER = 75;

/** Longest wait between two looks at runs that others have, in milliseconds. */
const LOOK_MS = 5000;
/** With more runs than this in other hands, looks are rarer, so that a worker that waits does not load the folder’s server. */
const LOOK_RUNS = 5;
/** How long a folder may be out of order, in milliseconds. */
const TROUBLE_MS = 600_000;

/** Does what is left of a plan, or of a part of it; resolves to the exit code. Throws what keeps this worker from working. */
export async function work(request: WorkArguments, report: Reporter): Promise<number> {
  const worker = new StudyWorker(request, report);
  const stop = (): void => worker.stop();
  process.on('SIGTERM', stop).on('SIGINT', stop);
  try {
    return await worker.work();
  } finally {
    await worker.close();
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}

class StudyWorker {
  readonly #request: WorkArguments;
  readonly #report: Reporter;
  readonly #watch = new Watch();
  /** Ends all waiting. */
  readonly #stopped = new AbortController();
  /** Of the run in progress. */
  #control: RunControl | null = null;
  /** When the study’s folder was last found out of order, by `performance.now()`; null while it is not. */
  #troubleSince: number | null = null;
  /** Runs that were in other hands at the last look. */
  #elsewhere = 0;
  /** Runs that need not be looked at again. */
  readonly #over = new Map<string, Standing>();
  #tools: { readonly dataset: Pack; readonly deviceHost: DeviceHost } | null = null;

  readonly #untilStopped = new Promise<null>((resolve) =>
    this.#stopped.signal.addEventListener('abort', () => resolve(null)),
  );

  constructor(request: WorkArguments, report: Reporter) {
    this.#request = request;
    this.#report = report;
  }

  async close(): Promise<void> {
    await this.#tools?.dataset.close();
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return;
    this.#report.say('Told to stop: the run in progress is left with a checkpoint.');
    this.#stopped.abort();
    this.#control?.leave();
  }

  get #stopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  async work(): Promise<number> {
    const { plan: path, out, shard, retry, wait, lease } = this.#request;
    const plan = await readPlan(path);
    await joinStudy(out, plan);
    const mine = shard ? shardOf(plan, shard) : plan.runs;
    if (shard) this.#report.say(`Part ${shard.place} of ${shard.of}: ${mine.length} of ${plan.runs.length} runs.`);
    if (retry) await this.#retry(mine);
    let said = '';
    const pause = async (why: string): Promise<void> => {
      if (why !== said) this.#report.say(why);
      said = why;
      const shortest = Math.min(LOOK_MS, (lease * 1000) / 4);
      // Who looks more rarely than twice in a lease cannot tell that it has run out.
      await this.#sleep(Math.min(shortest * Math.max(1, this.#elsewhere / LOOK_RUNS), (lease * 1000) / 2));
    };
    while (!this.#stopping) {
      const found = await this.#patiently(pause, () => this.#next(mine));
      if (found === 'over') return this.#verdict(mine);
      if (found === 'waiting' && !wait) return 0;
      if (found === 'waiting') await pause('All that is left is in other hands, or waits for it.');
      if (found === null || found === 'waiting') continue;
      said = '';
      await this.#patiently(pause, () => this.#do(plan, found.run, found.lease));
    }
    return GO_ON_LATER;
  }

  /** Does what needs the study’s folder. While that cannot be read or written it pauses and answers null. Throws `PLAN_FOLDER` when that goes on. */
  async #patiently<T>(pause: (why: string) => Promise<void>, ask: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await ask();
      this.#troubleSince = null;
      return answer;
    } catch (error) {
      if (codeOf(error) === '') throw error;
      const words = `The study’s folder cannot be used (${error instanceof Error ? error.message : String(error)})`;
      this.#watch.forget();
      this.#troubleSince ??= performance.now();
      if (performance.now() - this.#troubleSince > TROUBLE_MS)
        throw new AppError('PLAN_FOLDER', `${words}.`, 'See that every worker may read and write it, and start again.');
      await pause(`${words}; trying again.`);
      return null;
    }
  }

  /** The next run that is free and whose prerequisites are finished, with its lease. */
  async #next(mine: readonly PlannedRun[]): Promise<{ run: PlannedRun; lease: Lease } | 'waiting' | 'over'> {
    let waiting = false;
    this.#elsewhere = 0;
    for (const run of mine) {
      if (this.#stopping) return 'waiting';
      const standing = await this.#standing(run);
      if (standing === 'finished' || standing === 'failed') continue;
      const before = run.after.map((id) => this.#over.get(id));
      // What needs a run that failed is never run; the verdict says so.
      if (before.includes('failed')) this.#over.set(run.id, 'failed');
      else if (before.includes(undefined)) waiting = true;
      else {
        const lease = await this.#claim(run);
        if (lease) return { run, lease };
        if (!this.#over.has(run.id)) this.#elsewhere += 1;
      }
    }
    return waiting || this.#elsewhere > 0 ? 'waiting' : 'over';
  }

  async #standing({ id }: PlannedRun): Promise<Standing> {
    const known = this.#over.get(id);
    if (known) return known;
    const standing = standingOf(await namesOfRun(this.#request.out, id));
    if (standing === 'finished' || standing === 'failed') this.#over.set(id, standing);
    return standing;
  }

  async #claim(run: PlannedRun): Promise<Lease | null> {
    const { out, lease: seconds, attempts } = this.#request;
    const folder = runFolder(out, run.id);
    const names = await namesOfRun(out, run.id);
    const { newest, released } = leasesIn(names);
    const free = newest === 0 || released || (await this.#watch.expired(folder, newest));
    if (!free) return null;
    const tries = triesSinceProgress(names, newest);
    if (tries >= attempts) {
      await writeFailure(folder, {
        ...(await abandoned(folder, newest, tries)),
        host: hostname(),
        at: new Date().toISOString(),
      });
      return null;
    }
    const lease = await claim(folder, this.#watch, seconds);
    if (!lease) return null;
    // Whoever had it before may have finished it just now.
    if ((await this.#standing(run)) !== 'finished') return lease;
    await lease.release();
    return null;
  }

  async #do(plan: Plan, run: PlannedRun, lease: Lease): Promise<void> {
    const control = new RunControl();
    this.#control = control;
    let ended: Ended | null = null;
    try {
      // An import is not worth waiting for: it is begun again elsewhere.
      const tools = await Promise.race([this.#prepare(plan), this.#untilStopped]);
      if (!tools || this.#stopping) return;
      this.#report.say(`${run.name}${lease.number > 1 ? ` (taken up, lease ${lease.number})` : ''}`);
      ended = await doRun({ plan, run, lease, ...tools, control, request: this.#request, report: this.#report });
      this.#report.say(`${run.name}: ${WORDS[ended]}`);
    } finally {
      this.#control = null;
      // A lease that runs out is as good where the folder cannot be written.
      await (ended === 'finished' || ended === 'lost' ? lease.end() : lease.release()).catch(() => undefined);
    }
  }

  /** The dataset and the device, when the first run needs them. */
  async #prepare({
    dataset: wanted,
    runs,
  }: Plan): Promise<{ readonly dataset: Pack; readonly deviceHost: DeviceHost }> {
    if (this.#tools) return this.#tools;
    const { backend, allowSoftware, threads } = this.#request;
    const dataset = await cachedDataset(wanted, this.#request, this.#report).catch(cacheTrouble);
    const backends = new Set(backend ? [backend] : runs.map(({ experiment }) => experiment.backend));
    const withGpu = backends.has('auto') || backends.has('webgpu');
    const software = allowSoftware || runs.some(({ experiment }) => experiment.allowSoftware);
    this.#tools = { dataset, deviceHost: await nodeHost(withGpu, software, threads ?? undefined) };
    return this.#tools;
  }

  async #retry(mine: readonly PlannedRun[]): Promise<void> {
    for (const { id } of mine) {
      const names = await namesOfRun(this.#request.out, id);
      if (standingOf(names) !== 'failed') continue;
      const folder = runFolder(this.#request.out, id);
      // Attempts are counted from here.
      await createOnce(join(folder, `advanced.${leasesIn(names).newest}`), '');
      await rm(join(folder, FAILED), { force: true });
    }
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #verdict(mine: readonly PlannedRun[]): number {
    const broken = mine.filter(({ id }) => this.#over.get(id) === 'failed');
    if (broken.length === 0) {
      this.#report.say(mine.length === 1 ? 'The one run is finished.' : `All ${mine.length} runs are finished.`);
      return 0;
    }
    this.#report.say(
      `${mine.length - broken.length} of ${mine.length} runs are finished; “npm run lodestone -- status ${this.#request.out}” says why the others are not.`,
    );
    return 1;
  }
}

const WORDS: Readonly<Record<Ended, string>> = {
  finished: 'finished',
  failed: 'failed',
  left: 'left with a checkpoint',
  lost: 'another worker has it now',
};

function cacheTrouble(error: unknown): never {
  if (codeOf(error) === '') throw error;
  throw new AppError(
    'STORE_UNAVAILABLE',
    `The dataset cannot be kept on this machine: ${error instanceof Error ? error.message : String(error)}.`,
    'Choose another folder with --cache, or make room.',
  );
}

/** Leases up to the newest whose holders neither wrote a checkpoint nor gave the run back. */
export function triesSinceProgress(names: readonly string[], newest: number): number {
  let tries = 0;
  for (let number = newest; number > 0; number--, tries++)
    if (names.includes(`advanced.${number}`) || names.includes(`released.${number}`)) break;
  return tries;
}

async function abandoned(folder: string, newest: number, tries: number) {
  const host = (await readLease(folder, newest))?.host ?? 'an unknown machine';
  return new AppError(
    'RUN_ABANDONED',
    `${tries} workers in a row died in this run without getting any further, the last on ${host}.`,
    'Look for the reason in that machine’s log; most often memory ran out. Then start a worker with --retry.',
    { host, tries },
  ).toFault();
}
