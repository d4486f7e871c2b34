import { AppError, faultOf } from '../../src/domain/errors';
import type { ImportReport, NamedFile } from '../../src/domain/protocol';
import { decodeStudyFile, STUDY_ENDING } from '../../src/sharing/studyFile';
import { decodeWeights, WEIGHTS_ENDING } from '../../src/sharing/weightsFile';
import type { Database } from '../../src/storage/database';
import { RunImport } from './importRuns';

/** Bytes of weights that are read at all. */
const MOST_WEIGHTS_BYTES = 2 ** 31 - 1;

type Phase = (text: string, fraction: number | null) => void;

/**
 * Stores what the files hold beside what is here: studies first, then the weights of their runs. A file that is not whole and right is
 * refused as a whole, the others are taken. Throws what storage throws.
 */
export async function importFiles(database: Database, files: readonly NamedFile[], newId: () => string, now: Date, phase: Phase): Promise<ImportReport> {
  const imported = new RunImport(database, newId, now);
  const refused: { file: string; fault: ReturnType<typeof faultOf> }[] = [];
  const runs: { id: string; name: string }[] = [];
  let known = 0;
  let copies = 0;
  let weights = 0;
  const [studies, others] = [files.filter(({ path }) => isStudy(path)), files.filter(({ path }) => !isStudy(path))];
  for (const [place, { path, file }] of [...studies, ...others].entries()) {
    phase(`reading ${path}`, place / files.length);
    try {
      if (isStudy(path)) {
        const counts = await imported.runs(path, await decodeStudyFile(path, file), false);
        runs.push(...counts.runs);
        known += counts.known;
        copies += counts.copies;
      } else if (path.toLowerCase().endsWith(WEIGHTS_ENDING)) {
        if (file.size > MOST_WEIGHTS_BYTES) throw new AppError('STUDY_TOO_LARGE', `${path} is larger than weights of a run can be.`, 'Check that it belongs to a run of Lodestone.');
        if (await imported.weights(path, decodeWeights(path, new Uint8Array(await file.arrayBuffer())))) weights += 1;
        else known += 1;
      } else {
        throw new AppError('STUDY_UNREADABLE', `${path} is no file of runs.`, `Runs come as ${STUDY_ENDING}, their weights as ${WEIGHTS_ENDING}; datasets are imported on the Data page.`);
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code.startsWith('STORE_')) throw error;
      refused.push({ file: path, fault: error.toFault() });
    }
  }
  return { runs, known, copies, weights, datasets: [], refused };
}

const isStudy = (path: string): boolean => path.toLowerCase().endsWith('.json');
