import { AppError } from '../../src/domain/errors';
import { sharedDatasets } from '../../src/domain/shared';
import { encodeStudyFile, MOST_STUDY_BYTES, type Study, type StudyRun } from '../../src/sharing/studyFile';
import { encodeWeights, type Weights } from '../../src/sharing/weightsFile';
import type { Database } from '../../src/storage/database';
import { listDatasets } from '../../src/storage/datasets';
import { readDetails, readRun } from '../../src/storage/runs';
import { readShapes, readWeights } from '../../src/storage/weights';
import type { WeightsOf } from '../../src/domain/run';

/** The runs as a `.lodestone.json`. Throws `RUN_NOT_FOUND`, `RUN_UNREADABLE`, `STORE_DAMAGED`, and `STUDY_TOO_LARGE` for what could not be read again. */
export const exportStudy = async (database: Database, runIds: readonly string[], now: Date): Promise<Blob> =>
  encodeStudy(await readStudy(database, runIds), now);

/** The runs with what a file says of their datasets. Throws `RUN_NOT_FOUND`, `RUN_UNREADABLE` and `STORE_DAMAGED`. */
export async function readStudy(database: Database, runIds: readonly string[]): Promise<Study> {
  const runs: StudyRun[] = [];
  for (const id of runIds) runs.push({ run: await readRun(database, id), details: await readDetails(database, id) });
  const documents = runs.map(({ run }) => run);
  return { datasets: sharedDatasets(documents, (await listDatasets(database)).readable), runs };
}

/** Throws `STUDY_TOO_LARGE` for what could not be read again. */
export async function encodeStudy(study: Study, now: Date): Promise<Blob> {
  const file = await encodeStudyFile(study, now.toISOString());
  if (file.size <= MOST_STUDY_BYTES) return file;
  throw new AppError(
    'STUDY_TOO_LARGE',
    `The file of these runs has ${Math.round(file.size / 2 ** 20)} MiB, but at most ${MOST_STUDY_BYTES / 2 ** 20} MiB can be read again.`,
    'Save fewer runs in one file, or make a backup instead.',
  );
}

/** A run's weights as `.safetensors`. Throws `RUN_NO_WEIGHTS`. */
export async function exportWeights(database: Database, runId: string): Promise<Blob> {
  const of = async (which: WeightsOf): Promise<Weights | null> => {
    const arrays = await readWeights(database, runId, which);
    return arrays && { arrays, shapes: await readShapes(database, runId, which) };
  };
  const best = await of('best');
  if (!best)
    throw new AppError(
      'RUN_NO_WEIGHTS',
      'No weights of this run are stored here.',
      'Weights are kept when a run has finished. A run from a file has them only if they were imported with it.',
      { runId },
    );
  return new Blob([encodeWeights({ runId, best, latest: await of('latest') })]);
}
