import { fileName } from '../../charts/download';
import { toCsv } from '../../charts/table';
import { AppError } from '../../domain/errors';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { finalVectors } from '../../domain/vectors';
import { npyFile } from '../../sharing/npy';
import { topListsTsv } from '../../sharing/topLists';
import { database } from '../../state/database';
import { readDataset } from '../../storage/datasets';
import { readDetails } from '../../storage/runs';
import { readRepresentation } from '../../storage/weights';
import { epochsTable, scalarsTable } from '../readings/curves';

/** A file to be saved. */
export interface MadeFile {
  readonly name: string;
  readonly content: Blob;
}

export const textFile = (title: string, ending: string, type: string, text: string): MadeFile => ({
  name: fileName(title, ending),
  content: new Blob([text], { type: `${type};charset=utf-8` }),
});

/** `note`: what must be known of the numbers. */
export const curvesFile = (run: RunSummary, epochs: readonly EpochPoint[], note: string | null): MadeFile =>
  textFile(run.name, 'csv', 'text/csv', toCsv(epochsTable(epochs, note)));

export const scalarsFile = (run: RunSummary, epochs: readonly EpochPoint[], note: string | null): MadeFile =>
  textFile(`${run.name} scalars`, 'csv', 'text/csv', toCsv(scalarsTable(run.name, epochs, note)));

/** What ranks the users or items at the best epoch, `[users | items, d]` float32. Throws `RUN_NO_WEIGHTS` and `DATA_NOT_FOUND`. */
export async function embeddingsFile(run: RunSummary, of: 'users' | 'items'): Promise<MadeFile> {
  const values = await readRepresentation(database, run.id, of);
  if (!values) throw notStored(run, 'embeddings');
  const dataset = await readDataset(database, run.experiment.dataset.id);
  return {
    name: fileName(`${run.name} ${of}`, 'npy'),
    content: npyFile(finalVectors(values, dataset.statistics[of], run.experiment, dataset)),
  };
}

/** The test users' lists. Throws `RUN_NO_WEIGHTS`. */
export async function topListsFile(run: RunSummary): Promise<MadeFile> {
  const details = await readDetails(database, run.id);
  if (!details) throw notStored(run, 'top lists');
  return textFile(`${run.name} top ${details.cutoff}`, 'tsv', 'text/tab-separated-values', topListsTsv(details));
}

function notStored({ id }: RunSummary, what: string): AppError {
  return new AppError(
    'RUN_NO_WEIGHTS',
    `The ${what} of this run are not stored here.`,
    'They are made when a run ends. Import the files it came from, with weights, or run the experiment again.',
    { id },
  );
}
