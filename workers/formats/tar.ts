import { AppError } from '../../src/domain/errors';
import type { Format } from './format';
import { baseName, blobSource, type ByteSource, type Watch } from './source';
import { ByteReader } from './byteReader';
import { count } from './words';

const BLOCK = 512;
const MOST_ENTRIES = 100_000;
/** A name, or the fields of a pax header. */
const LONGEST_HEADER = 2 ** 20;

interface TarEntry {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

/** `.tar` as ustar, GNU tar and pax write it: an archive of its plain files. */
export const tar: Format = {
  name: 'tar',
  match: (head) => head.length >= BLOCK && latin1(head, 257, 5) === 'ustar',
  open: async (source, watch) => {
    const entries = await readEntries(source, watch);
    return { kind: 'archive', entries: entries.map((entry) => entrySource(source, entry)) };
  },
};

const decoder = new TextDecoder('latin1');
const latin1 = (bytes: Uint8Array, start: number, length: number): string =>
  decoder.decode(bytes.subarray(start, start + length));

function entrySource(archive: ByteSource, { name, start, size }: TarEntry): ByteSource {
  const path = `${archive.path}/${name}`;
  const depth = archive.depth + 1;
  if (archive.blob) return blobSource(path, archive.blob.slice(start, start + size), depth);
  return {
    path,
    storedBytes: size,
    size,
    blob: null,
    depth,
    async *chunks(watch) {
      // What is before the entry has to be unpacked again.
      const reader = new ByteReader(archive.chunks({ signal: watch.signal }));
      try {
        if ((await reader.skip(start)) < start) throw broken(archive.path, 'it ends early');
        for (let left = size; left > 0;) {
          const part = await reader.some(left);
          if (!part) throw broken(archive.path, `it ends within ${baseName(name)}`);
          left -= part.length;
          watch.onBytes?.(part.length);
          yield part;
        }
      } finally {
        await reader.close();
      }
    },
  };
}

/** The plain files of an archive. What is packed is read once to its end. Throws `FILE_BROKEN`. */
async function readEntries(archive: ByteSource, watch: Watch): Promise<TarEntry[]> {
  const reader = new ByteReader(archive.chunks({ signal: watch.signal }));
  const entries: TarEntry[] = [];
  let next: { name?: string; size?: number } = {};
  try {
    for (let at = 0; ;) {
      const header = await reader.exactly(BLOCK);
      at += BLOCK;
      if (!header || header.every((byte) => byte === 0)) return entries;
      checkSum(archive.path, header);
      const type = String.fromCharCode(header[156] ?? 0);
      const size = next.size ?? octal(archive.path, header, 124, 12);
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      if ('LKxg'.includes(type)) {
        const bytes = size <= LONGEST_HEADER ? await reader.exactly(padded) : null;
        if (!bytes) throw broken(archive.path, 'one of its names is too long or cut off');
        const text = utf8(bytes.subarray(0, size));
        if (type === 'L') next = { ...next, name: text.replace(/\0[^]*$/, '') };
        if (type === 'x') next = { ...next, ...paxFields(text) };
      } else {
        const name = (next.name ?? ustarName(header)).replaceAll('\\', '/').replace(/^(\.\/)+/, '');
        if (type === '\0' || type === '0' || type === '7') {
          checkName(archive.path, name);
          if (!name.endsWith('/')) entries.push({ name, start: at, size });
          if (entries.length > MOST_ENTRIES)
            throw broken(archive.path, `it holds more than ${count(MOST_ENTRIES)} files`);
        }
        next = {};
        if ((await reader.skip(padded)) < size) throw broken(archive.path, `it ends within ${baseName(name)}`);
      }
      at += padded;
    }
  } finally {
    await reader.close();
  }
}

/** Fields of a pax header: `length key=value\n` one after the other. */
function paxFields(text: string): { name?: string; size?: number } {
  const name = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
  const size = /(?:^|\n)\d+ size=(\d{1,15})\n/.exec(text)?.[1];
  return { ...(name !== undefined && { name }), ...(size !== undefined && { size: Number(size) }) };
}

function ustarName(header: Uint8Array): string {
  const text = (start: number, length: number): string =>
    utf8(header.subarray(start, start + length)).replace(/\0[^]*$/, '');
  // GNU tar keeps times where ustar has the beginning of a long name.
  const prefix = latin1(header, 257, 6) === 'ustar\0' ? text(345, 155) : '';
  return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A number in octal digits, or, from 8 GiB on, in bytes after one of 128. */
function octal(path: string, header: Uint8Array, start: number, length: number): number {
  const field = header.subarray(start, start + length);
  const value =
    field[0] === 0x80
      ? field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
      : Number.parseInt(
          decoder
            .decode(field)
            .replace(/\0[^]*$/, '')
            .trim() || '0',
          8,
        );
  if (!Number.isSafeInteger(value) || value < 0) throw broken(path, 'one of its sizes is impossible');
  return value;
}

/** The sum of a header's bytes, with blanks in place of the sum itself. */
function checkSum(path: string, header: Uint8Array): void {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(path, header, 148, 8)) throw broken(path, 'one of its headers is damaged');
}

function checkName(path: string, name: string): void {
  if (name !== '' && !name.startsWith('/') && !/^[a-z]:/i.test(name) && !name.split('/').includes('..')) return;
  throw broken(path, `the name "${name.slice(0, 80)}" points outside the archive`);
}

const broken = (path: string, what: string): AppError =>
  new AppError(
    'FILE_BROKEN',
    `${baseName(path)} is not a complete tar archive: ${what}.`,
    'Pack or download the archive again.',
    { path },
  );
