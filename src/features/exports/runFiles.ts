import { fileName } from '../../charts/download';
import { toCsv } from '../../charts/table';
import type { Scope } from '../../domain/entityNames';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { embeddingsArchive, topListsArchive } from '../../sharing/runArchives';
import { database } from '../../state/database';
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

/** The vectors of the best epoch with the ids of their rows. Throws `RUN_NO_WEIGHTS` and `DATA_NOT_FOUND`. */
export const embeddingsFile = async (run: RunSummary, scope: Scope): Promise<MadeFile> => ({
  name: fileName(`${run.name} ${scope}s`, 'zip'),
  content: await embeddingsArchive(database, run, scope),
});

/** The test users' lists. Throws `RUN_NO_WEIGHTS`. */
export const topListsFile = async (run: RunSummary): Promise<MadeFile> => ({
  name: fileName(`${run.name} top lists`, 'zip'),
  content: await topListsArchive(database, run),
});
