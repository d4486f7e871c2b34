import { AppError, type Fault } from '../../src/domain/errors';
import type { ImportReport, NamedFile } from '../../src/domain/protocol';
import { decodeStudyFile, STUDY_ENDING } from '../../src/sharing/studyFile';
import { decodeWeights, WEIGHTS_ENDING } from '../../src/sharing/weightsFile';
import type { Database } from '../../src/storage/database';
import { listDatasets } from '../../src/storage/datasets';
import { relinkRuns } from '../../src/storage/runs';
import { restoreAnswers } from './answerFiles';
import { BACKUP_ENDING } from './backupForm';
import { openBackup } from './openBackup';
import { restoreDataset } from './datasetFiles';
import { RunImport } from './importRuns';
import { restoreRaw } from './restoreRaw';
import { restoreWritten, WRITTEN } from './writtenFile';
import { foldersAmong, wholeArchive } from './restoreFolder';

/** Bytes of weights that are read at all. */
const MOST_WEIGHTS_BYTES = 2 ** 31 - 1;

type Phase = (text: string, fraction: number | null) => void;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/**
 * Stores what the files hold beside what is here: backups and studies first, then weights of their runs. A file that is not whole and
 * right is refused as a whole (of a backup: a dataset or run), the others are taken. Throws what storage throws.
 */
export async function importFiles(
  database: Database,
  files: readonly NamedFile[],
  newId: () => string,
  now: Date,
  phase: Phase,
): Promise<ImportReport> {
  const runs = new RunImport(database, newId, now);
  const report: Mutable<ImportReport> = {
    runs: [],
    known: 0,
    copies: 0,
    weights: 0,
    answers: 0,
    written: 0,
    datasets: [],
    refused: [],
  };
  const attempt = async (file: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      report.refused.push({ file, fault: refusalOf(error) });
    }
  };
  const takeStudy = async (
    path: string,
    study: Awaited<ReturnType<typeof decodeStudyFile>>,
    owner: boolean,
  ): Promise<void> => {
    const { runs: added, known, copies } = await runs.runs(path, study, owner);
    report.runs.push(...added);
    report.known += known;
    report.copies += copies;
  };
  const takeWeights = async (path: string, weights: ReturnType<typeof decodeWeights>): Promise<void> => {
    if (await runs.weights(path, weights)) report.weights += 1;
    else report.known += 1;
  };
  const takeBackup = async (path: string, file: Blob, phase: Phase): Promise<void> => {
    const backup = await openBackup(path, file);
    const total = backup.datasets.length + backup.runs.length;
    let done = 0;
    for (const id of backup.datasets) {
      phase(`${path}: dataset ${done + 1} of ${total}`, done++ / total);
      await attempt(`${path}/datasets/${id}`, async () => {
        const dataset = await restoreDataset(
          database,
          path,
          backup.openDataset(id),
          (await listDatasets(database)).readable,
          newId,
        );
        if (!dataset) return void (report.known += 1);
        report.datasets.push({ id: dataset.id, name: dataset.name });
        await relinkRuns(database, [dataset]);
      });
    }
    for (const name of backup.answers) {
      await attempt(`${path}/${name}`, async () => {
        const file = await backup.open(name);
        if (file) report.answers += await restoreAnswers(database, `${path}/${name}`, file);
      });
    }
    await attempt(`${path}/${WRITTEN}`, async () => {
      const file = await backup.open(WRITTEN);
      if (file) report.written += await restoreWritten(database, `${path}/${WRITTEN}`, file);
    });
    for (const id of backup.runs) {
      phase(`${path}: run ${done + 1 - backup.datasets.length} of ${backup.runs.length}`, done++ / total);
      await attempt(`${path}/runs/${id}`, async () => {
        await takeStudy(path, await backup.study(id), true);
        const weights = await backup.weights(id);
        if (weights) await takeWeights(path, weights);
      });
    }
    // Last: of what can be read nothing is taken from here.
    for (const name of backup.unreadable) {
      await attempt(`${path}/${name}`, async () => {
        const file = await backup.open(name);
        const restored = file && (await restoreRaw(database, path, name, file));
        if (restored) report[restored.kind === 'run' ? 'runs' : 'datasets'].push(restored);
      });
    }
  };

  const { archives, others, refused } = await foldersAmong(files);
  report.refused.push(...refused);
  for (const [place, archive] of archives.entries()) {
    phase(`restoring ${archive.entry.name}`, place / archives.length);
    await attempt(archive.path, async () => takeBackup(archive.path, await wholeArchive(archive), () => undefined));
  }
  for (const { path, file } of [...others].sort((a, b) => Number(isWeights(a.path)) - Number(isWeights(b.path)))) {
    phase(`reading ${path}`, null);
    await attempt(path, async () => {
      const name = path.toLowerCase();
      if (name.endsWith('.json')) return takeStudy(path, await decodeStudyFile(path, file), false);
      if (name.endsWith('.zip')) return takeBackup(path, file, phase);
      if (!isWeights(path))
        throw new AppError(
          'STUDY_UNREADABLE',
          `${path} is not a file of runs.`,
          `Run files end in ${STUDY_ENDING}, their weights in ${WEIGHTS_ENDING}, backups in ${BACKUP_ENDING}. Import datasets on the Data page.`,
        );
      if (file.size > MOST_WEIGHTS_BYTES)
        throw new AppError(
          'STUDY_TOO_LARGE',
          `${path} is larger than any run’s weights.`,
          'Check that it belongs to a run of Lodestone.',
        );
      return takeWeights(path, decodeWeights(path, new Uint8Array(await file.arrayBuffer())));
    });
  }
  return report;
}

const isWeights = (path: string): boolean => path.toLowerCase().endsWith(WEIGHTS_ENDING);

/** Why a file was refused; what is wrong with the storage instead is thrown. */
function refusalOf(error: unknown): Fault {
  if (!(error instanceof AppError) || error.code.startsWith('STORE_')) throw error;
  return error.toFault();
}
