import { Attendant, Lost, type Toll } from './attend';
import { perform } from './acts';
import { differences, remainsOf, type Remains } from './compare';
import type { Injection, PlannedRun } from './plan';
import { startRun } from './person';
import type { Stage } from './stage';
import { keysOf, look, type Seen } from './store';
import { inTime, sleep } from './until';

/** A run that nothing has disturbed. */
export interface Undisturbed {
  readonly remains: Remains;
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** What one injection led to. */
export interface Outcome extends Toll {
  readonly run: number;
  readonly model: string;
  readonly fault: string;
  /** Steps that the run had done. */
  readonly step: number;
  /** From the last act until the run trained on, in seconds. */
  seconds: number;
}

export interface DrivenRun {
  readonly outcomes: readonly Outcome[];
  /** Injections that came too late: the run had ended. */
  readonly missed: number;
  /** The browser cannot be used any more. */
  readonly lost: boolean;
}

/** The longest that one act may take. */
const ACT_MS = 120_000;
/** The longest that it may take to read what a run has left. */
const READ_MS = 60_000;

const finished = ({ run }: Seen): boolean => run?.status === 'finished';

/** Trains a run that nothing disturbs. */
export async function undisturbed(stage: Stage, link: string): Promise<Undisturbed> {
  await stage.page.goto('about:blank');
  stage.runId = await startRun(stage.page, stage.at(link));
  const { run } = await new Attendant(stage, 1).until(finished);
  const steps = run!.epochs.at(-1)!.step;
  await settle(stage, stage.runId);
  return { remains: await remainsOf(stage.page, stage.runId), steps, stepsPerEpoch: run!.stepsPerEpoch };
}

/** Trains a planned run to its end while its faults happen, and compares what it leaves with what an undisturbed one left. */
export async function drive(stage: Stage, plan: PlannedRun, link: string, twin: Undisturbed): Promise<DrivenRun> {
  const outcomes: Outcome[] = [];
  const all = (what: string): void => outcomes.forEach(({ violations }) => violations.push(what));
  let missed = 0;
  try {
    // A document of its own: what a fault has done to the last one is gone.
    await stage.page.goto('about:blank');
    stage.edited = null;
    const first = await startRun(stage.page, stage.at(link));
    const ends = plan.injections.some(({ fault }) => fault.leaves === 'the next run');
    const next = ends ? await startRun(stage.page, stage.at(link)) : null;
    stage.runId = first;
    if (next) await stage.page.goto(stage.at(`/runs/${first}`));
    const attendant = new Attendant(stage, twin.stepsPerEpoch);
    for (const injection of plan.injections) {
      const came = await inject(stage, attendant, injection, plan, twin, next, outcomes);
      if (!came) missed += 1;
    }
    await attendant.until(finished);
    await settle(stage, stage.runId);
    const { edited } = stage;
    const found = await inTime(remainsOf(stage.page, stage.runId), READ_MS, 'what is left was read');
    for (const difference of differences(twin.remains, found)) all(difference);
    if (edited && stage.runId === first)
      await checkEdit(stage, edited, (what) =>
        outcomes.findLast(({ fault }) => fault === 'edit-elsewhere')?.violations.push(what),
      );
    if (stage.runId !== first) {
      const [key, ...others] = await keysOf(stage.page, first);
      if (key !== undefined)
        outcomes
          .at(-1)
          ?.violations.push(`of what was deleted ${key.replace(first, '…')} is stored, and ${others.length} more`);
    }
    return { outcomes, missed, lost: false };
  } catch (error) {
    const what = error instanceof Lost ? error.message : `it could not be watched: ${String(error).split('\n')[0]}`;
    const last = outcomes.at(-1);
    if (!last) throw error;
    last.violations.push(what);
    return { outcomes, missed, lost: true };
  }
}

/** One injection at its moment, until the run trains on; false where the run ended before. */
async function inject(
  stage: Stage,
  attendant: Attendant,
  { fault, at }: Injection,
  { number, model, random }: PlannedRun,
  { steps }: Undisturbed,
  next: string | null,
  outcomes: Outcome[],
): Promise<boolean> {
  const target = Math.round(at * steps);
  const before = await attendant.until(
    ({ heard, run }) => run?.status !== 'queued' && heard.runId === stage.runId && heard.step >= target,
  );
  if (finished(before)) return false;
  const outcome: Outcome = Object.assign(attendant.charge(fault.cost), {
    run: number,
    model,
    fault: fault.name,
    step: before.heard.step,
    seconds: 0,
  });
  outcomes.push(outcome);
  for (const act of fault.acts) {
    try {
      await inTime(perform(stage, act, random), ACT_MS, `${act.do} was done`);
    } catch (error) {
      // What cannot be done to a run that has ended meanwhile is not done.
      const now = await look(stage.page, stage.runId).catch(() => null);
      if (!now || !finished(now)) throw error;
      outcomes.pop();
      return false;
    }
  }
  const done = performance.now();
  attendant.restart();
  if (fault.leaves === 'the next run' && next) {
    await checkGone(stage, outcome);
    stage.runId = next;
    await stage.page.goto(stage.at(`/runs/${next}`));
    attendant.turnTo();
  }
  const { heard } = before;
  await attendant.until((seen) => {
    const fresh = seen.heard.page !== heard.page || seen.heard.workers !== heard.workers;
    return seen.heard.runId === stage.runId && seen.heard.step > (fresh ? 0 : heard.step);
  });
  outcome.seconds = (performance.now() - done) / 1000;
  return true;
}

/** What is deleted is gone within some seconds. */
async function checkGone(stage: Stage, outcome: Outcome): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(200))
    if ((await keysOf(stage.page, stage.runId)).length === 0) return;
  outcome.violations.push('it is still stored 10 s after it was deleted');
}

async function checkEdit(
  stage: Stage,
  { name, notes }: { readonly name: string; readonly notes: string },
  say: (what: string) => void,
): Promise<void> {
  const { run } = await new Attendant(stage, 1).until(finished);
  if (run?.name !== name) say(`the name is “${run?.name}” and not “${name}”`);
  if (run?.notes !== notes) say(`the notes are “${run?.notes}” and not “${notes}”`);
}

/** After its worker the page has a last word on a run: waits until nothing of its edits and checkpoints is left, or too long. */
async function settle(stage: Stage, id: string): Promise<void> {
  for (const end = performance.now() + 5000; performance.now() < end; await sleep(100))
    if (!(await keysOf(stage.page, id)).some((key) => /edits\/|\/slot|queue/.test(key))) return;
}
