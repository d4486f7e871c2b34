import { AppError } from '../../src/domain/errors';
import { bomb } from './inflate';
import { baseName, readSlice, type Watch } from './source';
import { count } from './words';

/** One file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate, others are not read. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

const LARGEST_DIRECTORY = 64 * 2 ** 20;
const NO_VALUE_32 = 0xffffffff;
const NO_VALUE_16 = 0xffff;

export function brokenZip(path: string, what: string): AppError {
  return new AppError(
    'ZIP_BROKEN',
    `${baseName(path)} is not a complete zip archive: ${what}.`,
    'Pack or download the archive again.',
    { path },
  );
}

/** The files listed in the central directory, zip64 included. Throws `ZIP_BROKEN`, `ZIP_UNSUPPORTED` or `ZIP_BOMB`. */
export async function readDirectory(path: string, blob: Blob, watch: Watch): Promise<ZipEntry[]> {
  const end = await findEnd(path, blob, watch);
  if (end.size > LARGEST_DIRECTORY) throw brokenZip(path, `its directory claims ${count(end.size)} bytes`);
  if (end.offset + end.size > blob.size) throw brokenZip(path, 'its directory lies outside the file');
  const bytes = await readSlice(path, blob, end.offset, end.offset + end.size, { signal: watch.signal });
  const view = new DataView(bytes.buffer);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw brokenZip(path, 'its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw brokenZip(path, 'its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)).replaceAll('\\', '/');
    const extra = new DataView(bytes.buffer, at + 46 + nameLength, extraLength);
    const wide = wideValues(path, extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.split('/').includes('..')) {
      throw brokenZip(path, `the name "${name.slice(0, 80)}" points outside the archive`);
    }
    if (!name.endsWith('/')) {
      entries.push({
        name,
        method: view.getUint16(at + 10, true),
        encrypted: (view.getUint16(at + 8, true) & 1) === 1,
        crc: view.getUint32(at + 16, true),
        size: wide[0],
        compressedSize: wide[1],
        headerOffset: wide[2],
      });
    }
    at = next;
  }
  checkExtents(path, entries, blob.size);
  return entries;
}

/** Entries lie beside each other. Entries that share their bytes are how a small file becomes a huge one. */
function checkExtents(path: string, entries: readonly ZipEntry[], fileSize: number): void {
  let total = 0;
  for (const entry of entries) {
    if (entry.headerOffset + 30 + entry.compressedSize > fileSize)
      throw brokenZip(path, `${entry.name} lies outside the file`);
    total += 30 + entry.compressedSize;
  }
  if (total > fileSize) throw bomb(path, fileSize);
}

/** Offset and size of the central directory. */
async function findEnd(path: string, blob: Blob, watch: Watch): Promise<{ offset: number; size: number }> {
  const tailStart = Math.max(0, blob.size - 22 - 0xffff - 20);
  const tail = await readSlice(path, blob, tailStart, blob.size, { signal: watch.signal });
  const view = new DataView(tail.buffer);
  let at = tail.length - 22;
  while (at >= 0 && (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) > tail.length))
    at--;
  if (at < 0) throw brokenZip(path, 'its end is missing');
  const disks = view.getUint16(at + 4, true);
  if (disks !== 0 && disks !== NO_VALUE_16) {
    throw new AppError(
      'ZIP_UNSUPPORTED',
      `${baseName(path)} is one part of a multi-file archive.`,
      'Join the parts into one archive, or unpack them.',
      { path },
    );
  }
  const end = { offset: view.getUint32(at + 16, true), size: view.getUint32(at + 12, true) };
  const isWide =
    end.offset === NO_VALUE_32 || end.size === NO_VALUE_32 || view.getUint16(at + 10, true) === NO_VALUE_16;
  if (!isWide || at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return end;
  const offset = bigValue(path, view, at - 20 + 8);
  if (offset + 56 > blob.size) throw brokenZip(path, 'its zip64 end lies outside the file');
  const wide = new DataView((await readSlice(path, blob, offset, offset + 56, { signal: watch.signal })).buffer);
  if (wide.getUint32(0, true) !== 0x06064b50) throw brokenZip(path, 'its zip64 end is damaged');
  return { offset: bigValue(path, wide, 48), size: bigValue(path, wide, 40) };
}

/** Values of 32 bits, replaced by those of the zip64 extra field where they did not fit; in the field's order. */
function wideValues(
  path: string,
  extra: DataView,
  narrow: readonly [number, number, number],
): [number, number, number] {
  const result: [number, number, number] = [...narrow];
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let field = at + 4;
    for (const place of [0, 1, 2] as const) {
      if (narrow[place] !== NO_VALUE_32) continue;
      if (field + 8 > end) throw brokenZip(path, 'a zip64 field is truncated');
      result[place] = bigValue(path, extra, field);
      field += 8;
    }
  }
  return result;
}

function bigValue(path: string, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw brokenZip(path, 'one of its sizes is impossible');
  return value;
}
