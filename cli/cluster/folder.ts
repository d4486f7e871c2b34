import { join } from 'node:path';
import { progressOf } from '../../src/documents/studyFolder';
import { AppError } from '../../src/domain/errors';
import type { Plan } from '../../src/domain/plan';
import type { RunSummary } from '../../src/domain/run';
import {
  FAILED,
  PROGRESS,
  RUNS,
  STUDY_PLAN,
  SUMMARY,
  type Failure,
  type RunProgress,
  type StudyReader,
} from '../../src/domain/studyFolder';
import { decodePlan, encodePlan } from '../../src/sharing/planFile';
import { writableNumbers } from '../../src/sharing/studyFile';
import { studyPlan } from '../../src/sharing/studyStanding';
import { codeOf, createOnce, makeFolder, namesIn, stampOf, textOf, writeWhole } from './files';

/** Writing and reading the folder of a study, see `src/domain/studyFolder.ts`. */

export const runFolder = (study: string, id: string): string => join(study, RUNS, id);
export const checkpointFolder = (run: string, lease: number): string => join(run, `checkpoint.${lease}`);

/** The folder as whoever asks how a study is reads it. How long a worker was quiet is told by clocks that may differ. */
export const studyReader = (study: string, now: number = Date.now()): StudyReader => ({
  names: (path) => namesIn(join(study, path)),
  text: (path) => textOf(join(study, path)),
  quiet: async (path) => {
    const stamp = await stampOf(join(study, path));
    return stamp === null ? null : Math.max(0, (now - stamp) / 1000);
  },
});

/** Begins a study in a folder, or joins it. Throws `PLAN_OTHER` where the folder holds another plan, and `PLAN_FOLDER` where it cannot be written. */
export async function joinStudy(folder: string, plan: Plan): Promise<void> {
  const path = join(folder, STUDY_PLAN);
  const text = encodePlan(plan);
  try {
    await makeFolder(folder);
    if ((await textOf(path)) === null) await createOnce(path, text);
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw new AppError(
      'PLAN_FOLDER',
      `The study’s folder ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      'Choose a folder that every worker may write to.',
    );
  }
  const stored = await openStudy(folder);
  if (encodePlan(stored) === text) return;
  throw new AppError(
    'PLAN_OTHER',
    `The folder ${folder} holds the study “${stored.name}”, which is another plan than “${plan.name}”.`,
    'Give each plan a folder of its own with --out.',
  );
}

/** The plan of a study’s folder. Throws as `studyPlan` does. */
export const openStudy = (folder: string): Promise<Plan> => studyPlan(studyReader(folder), folder);

/** Reads a plan’s file. Throws `FILE_UNREADABLE` and what `decodePlan` throws. */
export async function readPlan(path: string): Promise<Plan> {
  const text = await textOf(path).catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${path} cannot be read: ${String(error)}`, 'Check the path.');
  });
  if (text === null) throw new AppError('FILE_UNREADABLE', `There is no file ${path}.`, 'Check the path of the plan.');
  return decodePlan(path, text);
}

export const namesOfRun = (study: string, id: string): Promise<string[]> => namesIn(runFolder(study, id));

export const writeFailure = (run: string, failure: Failure): Promise<void> =>
  writeWhole(join(run, FAILED), `${JSON.stringify(failure, null, 1)}\n`);

export const writeProgress = (run: string, progress: RunProgress): Promise<void> =>
  writeWhole(join(run, PROGRESS), `${JSON.stringify(progress)}\n`);

/** null where nothing is known. */
export const readProgress = async (run: string): Promise<RunProgress | null> =>
  progressOf(await textOf(join(run, PROGRESS)));

export const writeSummary = (result: string, summary: RunSummary): Promise<void> =>
  writeWhole(join(result, SUMMARY), `${JSON.stringify(summary, writableNumbers)}\n`);
