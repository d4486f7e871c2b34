import { AppError } from '../../src/domain/errors';
import { crc32 } from './crc32';
import type { Format } from './format';
import { bomb, inflate, inflatedLimit } from './inflate';
import { blobSource, baseName, readSlice, spool, type ByteSource, type Watch } from './source';
import { brokenZip, readDirectory, type ZipEntry } from './zipDirectory';

/** `.zip` and `.npz`: entries stored or deflated, also beyond 4 GiB. */
export const zip: Format = {
  name: 'zip',
  match: (head) =>
    head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6)),
  open: async (source, watch) => {
    const blob = await spool(source, { signal: watch.signal });
    const entries = await readDirectory(source.path, blob, watch);
    return { kind: 'archive', entries: entries.map((entry) => entrySource(source, blob, entry)) };
  },
};

function entrySource(archive: ByteSource, blob: Blob, entry: ZipEntry): ByteSource {
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
  const header = await readSlice(archivePath, blob, entry.headerOffset, entry.headerOffset + 30, {
    signal: watch.signal,
  });
  const view = new DataView(header.buffer);
  if (header.length < 30 || view.getUint32(0, true) !== 0x04034b50)
    throw damaged('does not start where the directory says');
  const start = entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
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
