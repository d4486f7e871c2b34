import { AppError } from '../../src/domain/errors';
import { crc32 } from './crc32';
import { bomb, inflate, inflatedLimit } from './inflate';
import { blobSource, baseName, readSlice, type ByteSource, type Watch } from './source';
import { brokenZip, type ZipEntry } from './zipDirectory';

/** An entry as bytes that can be read from the start any number of times. */
export function entrySource(archive: ByteSource, blob: Blob, entry: ZipEntry): ByteSource {
  const path = `${archive.path}/${entry.name}`;
  return {
    path,
    storedBytes: entry.compressedSize,
    size: entry.size,
    blob: null,
    depth: archive.depth + 1,
    chunks: (watch) => readEntry(archive.path, path, blob, entry, watch),
  };
}

/** The content of an entry; its size and checksum are verified at its end. */
async function* readEntry(
  archivePath: string,
  path: string,
  blob: Blob,
  entry: ZipEntry,
  watch: Watch,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const damaged = (what: string): AppError => brokenZip(archivePath, `${baseName(path)} ${what}`);
  if (entry.encrypted || (entry.method !== 0 && entry.method !== 8)) {
    throw new AppError(
      'ZIP_UNSUPPORTED',
      `${baseName(path)} in ${baseName(archivePath)} is ${entry.encrypted ? 'encrypted' : `packed by method ${entry.method}`}.`,
      'Pack it again with deflate (the usual method) and no password, or unpack it.',
      { path, method: entry.method, encrypted: entry.encrypted },
    );
  }
  const limit = inflatedLimit(entry.compressedSize);
  if (entry.size > limit) throw bomb(path, limit);
  const start = await entryStart(archivePath, blob, entry, watch);
  const stored = blobSource(path, blob.slice(start, start + entry.compressedSize)).chunks(watch);
  const chunks =
    entry.method === 0
      ? stored
      : inflate(path, stored, 'deflate-raw', Math.min(limit, entry.size), watch.signal, (reason) =>
          damaged(`is damaged (${reason})`),
        );
  let crc = 0;
  let size = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (size !== entry.size) throw damaged('is not as long as the directory says');
  if (crc !== entry.crc) throw damaged('does not match its checksum');
}

/** Where the bytes of an entry begin in the archive. Throws `ZIP_BROKEN`. */
export async function entryStart(archivePath: string, blob: Blob, entry: ZipEntry, watch: Watch): Promise<number> {
  const header = await readSlice(archivePath, blob, entry.headerOffset, entry.headerOffset + 30, {
    signal: watch.signal,
  });
  const view = new DataView(header.buffer);
  if (header.length < 30 || view.getUint32(0, true) !== 0x04034b50)
    throw brokenZip(archivePath, `${baseName(entry.name)} does not start where the directory says`);
  return entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}
