import type { DatasetDocument } from '../domain/dataset';
import type { Scope } from '../domain/entityNames';
import { AppError } from '../domain/errors';
import type { RunSummary } from '../domain/run';
import { finalVectors } from '../domain/vectors';
import type { Database } from '../storage/database';
import { readDataset, readLabels } from '../storage/datasets';
import { readDetails } from '../storage/runs';
import { readRepresentation } from '../storage/weights';
import { idTable, idTableName, recommendationsCsv } from './idTable';
import { npyFile } from './npy';
import { topListsTsv } from './topLists';
import { zippedFiles } from './zipped';

type Entry = Parameters<typeof zippedFiles>[0][number];
type Run = Pick<RunSummary, 'id' | 'createdAt' | 'experiment'>;

/**
 * A zip of what ranks the users or items at the best epoch, `[users | items, d]` float32, and of the ids of its rows. Throws
 * `RUN_NO_WEIGHTS` and `DATA_NOT_FOUND`.
 */
export async function embeddingsArchive(database: Database, run: Run, scope: Scope): Promise<Blob> {
  const all = `${scope}s` as const;
  const values = await readRepresentation(database, run.id, all);
  if (!values) throw notStored(run, 'embeddings');
  const dataset = await readDataset(database, run.experiment.dataset.id);
  const vectors = npyFile(finalVectors(values, dataset.statistics[all], run.experiment, dataset));
  const files = [{ name: `${all}.npy`, input: vectors }, ...(await idTables(database, dataset, [scope]))];
  return zippedFiles(files, new Date(run.createdAt));
}

/**
 * A zip of the test users' lists by original ids, the same by index as MMRec has them, and what the indices mean. Where the dataset is not
 * stored any more, only the lists by index are left. Throws `RUN_NO_WEIGHTS`.
 */
export async function topListsArchive(database: Database, run: Run): Promise<Blob> {
  const details = await readDetails(database, run.id);
  if (!details) throw notStored(run, 'top lists');
  const byIndex = { name: `top-${details.cutoff}.tsv`, input: topListsTsv(details) };
  const dataset = await findDataset(database, run.experiment.dataset.id);
  if (!dataset) return zippedFiles([byIndex], new Date(run.createdAt));
  const lists = { ...details, users: details.perUser.users };
  return zippedFiles(
    [
      { name: 'recommendations.csv', input: recommendationsCsv(lists, await readLabels(database, dataset.id)) },
      byIndex,
      ...(await idTables(database, dataset, ['user', 'item'])),
    ],
    new Date(run.createdAt),
  );
}

async function findDataset(database: Database, id: string): Promise<DatasetDocument | null> {
  try {
    return await readDataset(database, id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'DATA_NOT_FOUND') return null;
    throw error;
  }
}

/** What the indices in the files beside mean. */
async function idTables(
  database: Database,
  { id, statistics }: DatasetDocument,
  scopes: readonly Scope[],
): Promise<Entry[]> {
  const labels = await readLabels(database, id);
  return scopes.map((scope) => ({ name: idTableName(scope), input: idTable(scope, statistics[`${scope}s`], labels) }));
}

const notStored = ({ id }: Run, what: string): AppError =>
  new AppError(
    'RUN_NO_WEIGHTS',
    `The ${what} of this run are not stored here.`,
    'They are made when a run ends. Import the files it came from, with weights, or run the experiment again.',
    { id },
  );
