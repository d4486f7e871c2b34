import { AppError } from '../../src/domain/errors';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { placeOf, type Contents } from './archive';
import { readAnswers } from './answerFiles';
import { restoreDataset } from './datasetFiles';
import { contentDigest, partDigests, runDigest } from './digests';
import { openBackup, type OpenBackup } from './openBackup';
import { decodeWritten, WRITTEN } from './writtenFile';

/** What an archive gives back in another state than it was written, as places; answers count as one. */
export async function differences(
  name: string,
  file: Blob,
  contents: Contents,
  phase: (fraction: number) => void = () => undefined,
): Promise<string[]> {
  const backup = await openBackup(name, file);
  const wrong = new Set<string>();
  const total = contents.datasets.size + contents.runs.size + contents.files.size;
  let done = 0;
  const expect = async (place: string, reading: () => Promise<boolean>): Promise<void> => {
    phase(done++ / total);
    if (!(await orRefused(reading))) wrong.add(place);
  };
  for (const [id, written] of contents.datasets)
    await expect(placeOf('dataset', id), async () => (await datasetDigest(name, backup, id)) === written);
  for (const [id, written] of contents.runs)
    await expect(placeOf('run', id), async () => {
      const [run] = (await backup.study(id)).runs;
      return run !== undefined && (await runDigest(run)) === written;
    });
  for (const [path, parts] of contents.files) {
    const id = /^weights\/(.+)\.safetensors$/.exec(path)?.[1];
    const place = path === WRITTEN ? WRITTEN : id === undefined ? ANSWERS : placeOf('run', id);
    await expect(place, async () => {
      const content = await backup.open(path);
      if (!content || String(await partDigests(content)) !== String(parts)) return false;
      if (path === WRITTEN) await decodeWritten(path, content);
      else await (id === undefined ? readAnswers(path, content) : backup.weights(id));
      return true;
    });
  }
  return [...wrong];
}

/** The place of all answers of model servers. */
export const ANSWERS = 'answers';

/** As the dataset would be restored: its content is read and has the fingerprint that it was saved with. */
async function datasetDigest(name: string, backup: OpenBackup, id: string): Promise<string> {
  let labels: unknown = null;
  const database: Database = {
    ...memoryDatabase(),
    // Features are looked at on their way and kept nowhere.
    features: {
      ...memoryDatabase().features,
      set: async (key, value) => {
        if (key === `${id}/labels`) labels = value;
      },
    },
  };
  const document = await restoreDataset(database, name, backup.openDataset(id), [], () => id);
  return contentDigest({ document, labels });
}

/** false where the reader that restores refuses what it reads. */
async function orRefused(reading: () => Promise<boolean>): Promise<boolean> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof AppError && !error.code.startsWith('STORE_')) return false;
    throw error;
  }
}
