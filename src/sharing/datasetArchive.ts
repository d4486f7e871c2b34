import { makeZip } from 'client-zip';
import type { Database } from '../storage/database';
import { readDataset, readFeatureChunks, readInteractions, readLabels } from '../storage/datasets';
import { datasetFolder, datasetYaml, featureFile, idMapping, interText } from './mmrecDataset';
import { npyHeader } from './npy';

const PART_BYTES = 16 * 2 ** 20;

type Content = string | AsyncIterable<string | Uint8Array>;

export interface Archive {
  readonly name: string;
  readonly blob: Blob;
}

/**
 * A stored dataset as MMRec reads it, in a zip: interactions, a matrix for each feature, the configuration and, where they are needed, the
 * original ids. Features go through in their stored blocks. Throws `DATA_NOT_FOUND` and what the storage throws.
 */
export async function datasetArchive(database: Database, id: string, progress: (file: string, fraction: number) => void): Promise<Archive> {
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

  async function* files(): AsyncGenerator<{ name: string; input: Content; lastModified: Date }> {
    const file = (name: string, input: Content) => ({ name: `${folder}/${name}`, input, lastModified });
    yield file(`${folder}.yaml`, datasetYaml(document, interactions));
    yield file(`${folder}.inter`, interText(interactions, (rows) => done(`${folder}.inter`, rows * rowBytes)));
    for (const scope of ['item', 'user'] as const) {
      const mapping = idMapping(scope, document, interactions, labels);
      if (mapping !== null) yield file(`${scope === 'item' ? 'i' : 'u'}_id_mapping.csv`, mapping);
    }
    for (const feature of document.features) yield file(featureFile(feature), matrix(feature));
  }

  return { name: `${folder}.zip`, blob: await gathered(makeZip(files())) };
}

/** A stream's bytes in a Blob, which the browser may keep on disk; of what has not been handed to it yet, one part is in memory. */
async function gathered(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const parts: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(new Uint8Array(chunk));
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    parts.push(new Blob(chunks));
    chunks = [];
    bytes = 0;
  }
  return new Blob([...parts, ...chunks], { type: 'application/zip' });
}
