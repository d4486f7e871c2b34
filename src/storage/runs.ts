import type { PerUserMetrics } from '../domain/metrics';
import type { DatasetDocument } from '../domain/dataset';
import { sameExperiment } from '../domain/prerequisite';
import type { Experiment, RunDocument } from '../domain/run';
import { AppError } from '../domain/errors';
import type { Database } from './database';

/** Beside a run's document: what the test split's users got at the best epoch. */
export interface RunDetails {
  readonly perUser: PerUserMetrics;
  /** Over liked held-out items only, for the users who have any; absent on data without ratings. */
  readonly perUserLiked?: PerUserMetrics;
  /** `[users, cutoff]` item indices, best first; −1 where a user has fewer candidates. */
  readonly topItems: Int32Array;
  readonly topScores: Float32Array;
  readonly cutoff: number;
}

export async function listRuns(database: Database): Promise<RunDocument[]> {
  const runs: RunDocument[] = [];
  for (const key of await database.runs.keys()) {
    if (key.includes('/')) continue;
    const run = await database.runs.get(key);
    if (isRunDocument(run)) runs.push(run);
  }
  return runs.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

export async function readRun(database: Database, id: string): Promise<RunDocument> {
  const run = await database.runs.get(id);
  if (!isRunDocument(run)) {
    throw new AppError(
      'RUN_NOT_FOUND',
      `There is no run ${id} here.`,
      'It may have been deleted; choose another one on the Runs page.',
      { id },
    );
  }
  return run;
}

/** The newest finished run of an experiment, whatever device it ran on; null when there is none. */
export async function findFinished(database: Database, experiment: Experiment): Promise<RunDocument | null> {
  const finished = (await listRuns(database)).filter((run) => run.status === 'finished' && run.result !== null);
  return finished.findLast((run) => sameExperiment(run.experiment, experiment)) ?? null;
}

/** Gives runs of this content whose dataset is not stored (any more) the one that is; says whether there were some. */
export async function relinkRuns(
  database: Database,
  { id, fingerprint }: Pick<DatasetDocument, 'id' | 'fingerprint'>,
): Promise<boolean> {
  const stored = new Set(await database.datasets.keys());
  const lost = (await listRuns(database)).filter(
    ({ experiment: { dataset } }) => dataset.fingerprint === fingerprint && !stored.has(dataset.id),
  );
  for (const run of lost)
    await writeRun(database, { ...run, experiment: { ...run.experiment, dataset: { ...run.experiment.dataset, id } } });
  return lost.length > 0;
}

export const writeRun = (database: Database, run: RunDocument): Promise<void> => database.runs.set(run.id, run);

export async function readDetails(database: Database, id: string): Promise<RunDetails | null> {
  const value = await database.runs.get(`${id}/details`);
  return isDetails(value) ? value : null;
}

export const writeDetails = (database: Database, id: string, details: RunDetails): Promise<void> =>
  database.runs.set(`${id}/details`, details);

/** Removes a run with its weights and details. */
export async function deleteRun(database: Database, id: string): Promise<void> {
  await database.runs.delete([id, `${id}/details`]);
  await database.checkpoints.delete(await database.checkpoints.keys(`${id}/`));
}

function isRunDocument(value: unknown): value is RunDocument {
  return (
    typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'experiment' in value
  );
}

function isDetails(value: unknown): value is RunDetails {
  return typeof value === 'object' && value !== null && 'topItems' in value && value.topItems instanceof Int32Array;
}
