import { failureOf, leaseOf, progressOf, summaryOf } from '../documents/studyFolder';
import type { Plan, PlannedRun } from '../domain/plan';
import { errorFromFault, type Fault } from '../domain/errors';
import {
  FAILED,
  leasesIn,
  PROGRESS,
  RESULT,
  RUNS,
  standingOf,
  STUDY_PLAN,
  SUMMARY,
  withBlocked,
  type StandingOfRun,
  type StudyReader,
} from '../domain/studyFolder';
import { decodePlan } from './planFile';

/** The plan of a study’s folder, which is called `name`. Throws `PLAN_FOLDER` where it is none, and what `decodePlan` throws. */
export async function studyPlan(reader: StudyReader, name: string): Promise<Plan> {
  const text = await reader.text(STUDY_PLAN);
  if (text !== null) return decodePlan(`${name}/${STUDY_PLAN}`, text);
  throw errorFromFault(noStudy(name));
}

/** Why a folder cannot be opened as a study. */
export const noStudy = (name: string): Fault => ({
  code: 'PLAN_FOLDER',
  message: `${name} is not the folder of a study: there is no ${STUDY_PLAN} in it.`,
  hint: 'Give the folder that “work” was given as --out.',
  context: {},
});

/** How every run of a study is, in the order of the plan. Of runs in `known`, which do not change any more, nothing is read. Writes nothing. */
export async function standings(
  reader: StudyReader,
  plan: Plan,
  known: ReadonlyMap<string, StandingOfRun> = new Map(),
): Promise<StandingOfRun[]> {
  const begun = new Set(await reader.names(RUNS));
  const found: StandingOfRun[] = [];
  for (const run of plan.runs)
    found.push(known.get(run.id) ?? (begun.has(run.id) ? await standingOfRun(reader, run) : waiting(run)));
  return withBlocked(plan, found);
}

const waiting = (run: PlannedRun): StandingOfRun => ({
  run,
  state: 'waiting',
  summary: null,
  progress: null,
  host: null,
  quiet: null,
  failure: null,
  waitsFor: null,
});

async function standingOfRun(reader: StudyReader, run: PlannedRun): Promise<StandingOfRun> {
  const folder = `${RUNS}/${run.id}`;
  const names = await reader.names(folder);
  const { newest, released } = leasesIn(names);
  const lease = newest > 0 ? leaseOf(await reader.text(`${folder}/lease.${newest}`)) : null;
  const nothing = { ...waiting(run), host: lease?.host ?? null };
  switch (standingOf(names)) {
    case 'untouched':
      return nothing;
    case 'finished':
      return { ...nothing, state: 'finished', summary: summaryOf(await reader.text(`${folder}/${RESULT}/${SUMMARY}`)) };
    case 'failed':
      return { ...nothing, state: 'failed', failure: failureOf(await reader.text(`${folder}/${FAILED}`)) };
    case 'begun': {
      const progress = names.includes(PROGRESS) ? progressOf(await reader.text(`${folder}/${PROGRESS}`)) : null;
      const quiet = await reader.quiet(`${folder}/lease.${newest}`);
      const state = released ? 'left' : quiet !== null && quiet > (lease?.seconds ?? 60) ? 'silent' : 'running';
      return { ...nothing, state, progress, quiet };
    }
  }
}
