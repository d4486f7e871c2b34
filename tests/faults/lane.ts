import type { Baselines } from './baselines';
import type { PlannedRun } from './plan';
import { violationsOf, type Soak } from './report';
import { Stage } from './stage';

/** Prints a line with the time. */
export const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

/** Where the lanes of a soak write what they see. */
export type Book = { -readonly [Key in keyof Soak]: Soak[Key] extends readonly (infer T)[] ? T[] : Soak[Key] };

/** Takes runs from the plan until the time is over, one after the other, in one browser while nothing is violated. */
export async function lane(
  runs: Iterator<PlannedRun>,
  baselines: Baselines,
  address: string,
  book: Book,
  over: () => boolean,
): Promise<void> {
  let stage: Stage | null = null;
  try {
    while (!over()) {
      const { value: plan, done } = runs.next();
      if (done) return;
      stage ??= await opened(address);
      // What a run with a violation left must not disturb the next one.
      if (await driven(stage, plan, baselines, book)) continue;
      await stage.close();
      stage = null;
    }
  } finally {
    await stage?.close();
  }
}

async function opened(address: string): Promise<Stage> {
  const stage = new Stage(address);
  try {
    await stage.open();
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** Drives a run and notes what came of it; whether all was well. */
async function driven(stage: Stage, plan: PlannedRun, baselines: Baselines, book: Book): Promise<boolean> {
  const began = performance.now();
  const name = `run ${plan.number} ${plan.model}`;
  try {
    const { outcomes, missed, epochs } = await baselines.drive(stage, plan);
    book.outcomes.push(...outcomes);
    book.missed += missed;
    const told = outcomes.map(
      ({ fault, step, repeated, violations }) =>
        `${fault}@${step}${repeated > 0 ? ` −${repeated.toFixed(1)}` : ''}${violations.length > 0 ? ' ✗' : ''}`,
    );
    const late = missed > 0 ? ` (${missed} too late)` : '';
    say(`${name}, ${epochs} epochs, ${((performance.now() - began) / 1000).toFixed(0)} s: ${told.join(', ')}${late}`);
    for (const violation of violationsOf({ seed: book.seed, outcomes })) say(`  ✗ ${violation}`);
    return outcomes.every(({ violations }) => violations.length === 0);
  } catch (error) {
    const what = `${name} was not begun: ${String(error).split('\n')[0]}`;
    book.notBegun.push(what);
    say(`  ✗ ${what}`);
    return false;
  }
}
