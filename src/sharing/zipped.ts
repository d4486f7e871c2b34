import { makeZip } from 'client-zip';

const PART_BYTES = 16 * 2 ** 20;

/** A file for a zip archive. */
export interface ZippedFile {
  readonly name: string;
  readonly input: string | Uint8Array | Blob | AsyncIterable<string | Uint8Array>;
  readonly lastModified: Date;
}

/** The files in an archive, not compressed: features hardly shrink. */
export const zipped = (files: AsyncIterable<ZippedFile>): Promise<Blob> => gathered(makeZip(files));

/** The same of files that are all there. */
export const zippedFiles = (files: readonly Omit<ZippedFile, 'lastModified'>[], lastModified: Date): Promise<Blob> =>
  gathered(makeZip(files.map((file) => ({ ...file, lastModified }))));

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
