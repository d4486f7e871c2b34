import { blobSource } from '../../workers/formats/source';
import { readDirectory } from '../../workers/formats/zipDirectory';
import { entrySource } from '../../workers/formats/zipEntry';
import { join, type Bytes, type ZipPart } from './dataBuilders';

/** The files of an archive, to be put together again with changes in them, where no checksum shields the reader. */
export async function partsOf(name: string, bytes: Bytes): Promise<(ZipPart & { readonly content: Bytes })[]> {
  const blob = new Blob([bytes]);
  const parts = [];
  for (const entry of await readDirectory(name, blob, {})) {
    const chunks: Bytes[] = [];
    for await (const chunk of entrySource(blobSource(name, blob), blob, entry).chunks({})) chunks.push(chunk);
    parts.push({ name: entry.name, content: join(...chunks), stored: true });
  }
  return parts;
}
