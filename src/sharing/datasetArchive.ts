import type { Database } from '../storage/database';
import { readDataset, readFeatureChunks, readInteractions, readLabels } from '../storage/datasets';
import { datasetFolder, datasetYaml, featureFile, idMapping, interText } from './mmrecDataset';
import { npyHeader } from './npy';
import { zipped, type ZippedFile } from './zipped';

/**
 * A stored dataset as MMRec reads it, in a zip: interactions, a matrix for each feature, the configuration and, where they are needed, the
 * original ids. Features go through in their stored blocks. Throws `DATA_NOT_FOUND` and what the storage throws.
 */
export async function datasetArchive(
  database: Database,
  id: string,
  progress: (file: string, fraction: number) => void,
): Promise<Blob> {
  const document = await readDataset(database, id);
  const interactions = await readInteractions(database, id);
  const labels = await readLabels(database, id);
  const folder = datasetFolder(document.name);
  const lastModified = new Date(document.createdAt);
  const features = document.features.reduce((sum, { rows, columns }) => sum + 4 * rows * columns, 0);
  const rowBytes = (document.bytes - features) / Math.max(1, interactions.users.length);
  let doneBytes = 0;
  const done = (file: string, bytes: number): void => progress(file, (doneBytes += bytes) / document.bytes);

  async function* matrix(feature: (typeof document.features)[number]): AsyncGenerator<Uint8Array> {
    yield npyHeader(feature.rows, feature.columns);
    for await (const { values } of readFeatureChunks(database, id, feature)) {
      done(featureFile(feature), values.byteLength);
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    }
  }

  async function* files(): AsyncGenerator<ZippedFile> {
    const file = (name: string, input: ZippedFile['input']) => ({ name: `${folder}/${name}`, input, lastModified });
    yield file(`${folder}.yaml`, datasetYaml(document, interactions));
    yield file(
      `${folder}.inter`,
      interText(interactions, (rows) => done(`${folder}.inter`, rows * rowBytes)),
    );
    for (const scope of ['item', 'user'] as const) {
      const mapping = idMapping(scope, document, interactions, labels);
      if (mapping !== null) yield file(`${scope === 'item' ? 'i' : 'u'}_id_mapping.csv`, mapping);
    }
    for (const feature of document.features) yield file(featureFile(feature), matrix(feature));
  }

  return zipped(files());
}
