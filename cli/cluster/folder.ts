import { join } from 'node:path';
import { z } from '../../src/documents/schemas';
import { count, seconds } from '../../src/documents/values';
import { AppError, isErrorCode, type Fault } from '../../src/domain/errors';
import type { Plan } from '../../src/domain/plan';
import { decodePlan, encodePlan } from '../../src/sharing/planFile';
import { checkSummary } from '../../src/documents/run';
import type { RunSummary } from '../../src/domain/run';
import { writableNumbers } from '../../src/sharing/studyFile';
import { codeOf, createOnce, makeFolder, namesIn, textOf, writeWhole } from './files';

/**
 * The folder of a study that workers share.
 *
 *     plan.json                        the plan, as the first worker brought it
 *     runs/<id>/lease.<n>              who has the run, see lease.ts
 *     runs/<id>/released.<n>           the n-th holder gave it back
 *     runs/<id>/advanced.<n>           the n-th holder has written a checkpoint
 *     runs/<id>/checkpoint.<n>/slot*   checkpoints of the n-th holder
 *     runs/<id>/progress.json          how far it is, for “status”
 *     runs/<id>/failed.json            why it cannot be run
 *     runs/<id>/result/                the finished run; there as a whole or not at all
 */

export const runFolder = (study: string, id: string): string => join(study, 'runs', id);
export const checkpointFolder = (run: string, lease: number): string => join(run, `checkpoint.${lease}`);
export const RESULT = 'result';
export const FAILED = 'failed.json';
const PROGRESS = 'progress.json';
const SUMMARY = 'summary.json';
export const STUDY = 'run.lodestone.json';
export const WEIGHTS = 'weights.safetensors';

/** Begins a study in a folder, or joins it. Throws `PLAN_OTHER` where the folder holds another plan, and `PLAN_FOLDER` where it cannot be written. */
export async function joinStudy(folder: string, plan: Plan): Promise<void> {
  const path = join(folder, 'plan.json');
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

/** The plan of a study’s folder. Throws `PLAN_FOLDER` where it is none, and what `decodePlan` throws. */
export async function openStudy(folder: string): Promise<Plan> {
  const path = join(folder, 'plan.json');
  const text = await textOf(path);
  if (text !== null) return decodePlan(path, text);
  throw new AppError(
    'PLAN_FOLDER',
    `${folder} is not the folder of a study: there is no plan.json in it.`,
    'Give the folder that “work” was given as --out.',
  );
}

/** Reads a plan’s file. Throws `FILE_UNREADABLE` and what `decodePlan` throws. */
export async function readPlan(path: string): Promise<Plan> {
  const text = await textOf(path).catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${path} cannot be read: ${String(error)}`, 'Check the path.');
  });
  if (text === null) throw new AppError('FILE_UNREADABLE', `There is no file ${path}.`, 'Check the path of the plan.');
  return decodePlan(path, text);
}

/** What the names in a run’s folder say of it. */
export type Standing = 'finished' | 'failed' | 'begun' | 'untouched';

export function standingOf(names: readonly string[]): Standing {
  if (names.includes(RESULT)) return 'finished';
  if (names.includes(FAILED)) return 'failed';
  return names.some((name) => name.startsWith('lease.')) ? 'begun' : 'untouched';
}

export const namesOfRun = (study: string, id: string): Promise<string[]> => namesIn(runFolder(study, id));

const failureSchema = z.strictObject({
  code: z.string().transform((code) => (isErrorCode(code) ? code : 'UNKNOWN')),
  message: z.string(),
  hint: z.string(),
  context: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  host: z.string(),
  at: z.string(),
});
/** Why a run cannot be run, and who found out. */
export type Failure = Fault & { readonly host: string; readonly at: string };

export const writeFailure = (run: string, failure: Failure): Promise<void> =>
  writeWhole(join(run, FAILED), `${JSON.stringify(failure, null, 1)}\n`);

/** null where the run has not failed. */
export const readFailure = (run: string): Promise<Failure | null> => readJson(join(run, FAILED), failureSchema);

const progressSchema = z.strictObject({
  epochs: count,
  of: count,
  perEpoch: seconds,
  device: z.string(),
  at: z.string(),
});
/** How far a run is: epochs done of at most so many, and the seconds that one takes. */
export type Progress = z.infer<typeof progressSchema>;

export const writeProgress = (run: string, progress: Progress): Promise<void> =>
  writeWhole(join(run, PROGRESS), `${JSON.stringify(progress)}\n`);

/** null where nothing is known. */
export const readProgress = (run: string): Promise<Progress | null> => readJson(join(run, PROGRESS), progressSchema);

export const writeSummary = (result: string, summary: RunSummary): Promise<void> =>
  writeWhole(join(result, SUMMARY), `${JSON.stringify(summary, writableNumbers)}\n`);

/** The summary of a finished run; null where there is none that can be read. */
export async function readSummary(run: string): Promise<RunSummary | null> {
  const text = await textOf(join(run, RESULT, SUMMARY));
  try {
    return text === null ? null : checkSummary(JSON.parse(text)).value;
  } catch {
    return null;
  }
}

/** A small file that is replaced as a whole; null where there is none, or none that is understood. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await textOf(path);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
