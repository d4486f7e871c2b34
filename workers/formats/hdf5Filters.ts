import { entry } from '../../src/domain/at';
import type { Chunk } from './hdf5Chunks';
import type { Hdf5File } from './hdf5Reader';
import type { Filter } from './hdf5Types';
import { inflate } from './inflate';
import { baseName } from './source';

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const LZF = 32_000;
const NAMES: Readonly<Record<number, string>> = {
  4: 'szip',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'bitshuffle',
  32015: 'Zstandard',
  32026: 'Blosc2',
  307: 'bzip2',
};

/** Throws `FILE_UNSUPPORTED` for a filter that is not read. */
export function checkFilters(file: Hdf5File, filters: readonly Filter[]): void {
  for (const { id } of filters)
    if (![DEFLATE, SHUFFLE, FLETCHER32, LZF].includes(id))
      throw file.unsupported(`packs an array by ${NAMES[id] ?? `filter ${id}`}`);
}

/** The values of a chunk from its stored bytes. Throws `FILE_BROKEN`. */
export async function unfiltered(
  file: Hdf5File,
  filters: readonly Filter[],
  chunk: Chunk,
  stored: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let content = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (chunk.mask & (1 << i)) continue;
    const { id, values } = entry(filters, i);
    // The checksum may be packed with the values.
    const most = bytes + 4;
    if (id === DEFLATE) content = await inflated(file, content, most);
    else if (id === LZF) content = unpackLzf(file, content, most);
    else if (id === SHUFFLE) content = unshuffled(content, values[0] ?? 1);
    else content = content.subarray(0, Math.max(0, content.length - 4));
  }
  if (content.length < bytes) throw file.broken('a chunk ends early');
  return content;
}

async function inflated(
  file: Hdf5File,
  content: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    yield content;
  };
  const out = new Uint8Array(most);
  let filled = 0;
  const broken = (reason: string) => file.broken(`a chunk is damaged (${reason})`);
  for await (const part of inflate(baseName(file.path), stored(), 'deflate', most, undefined, broken)) {
    out.set(part, filled);
    filled += part.length;
  }
  return out.subarray(0, filled);
}

/** First bytes of all values, then the second ones, and so on: put together again. */
function unshuffled(content: Uint8Array, each: number): Uint8Array<ArrayBuffer> {
  const number = each > 0 ? Math.floor(content.length / each) : 0;
  const out = new Uint8Array(content);
  for (let part = 0; part < each && number > 0; part++)
    for (let i = 0; i < number; i++) out[i * each + part] = entry(content, part * number + i);
  return out;
}

/** LZF, h5py's quick compression: literal runs, and copies of what came before. */
function unpackLzf(file: Hdf5File, content: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(most);
  let filled = 0;
  for (let at = 0; at < content.length;) {
    const control = entry(content, at++);
    if (control < 32) {
      const part = content.subarray(at, at + control + 1);
      if (filled + part.length > most) throw file.broken('a chunk is damaged');
      out.set(part, filled);
      filled += part.length;
      at += control + 1;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += content[at++] ?? 0;
    const back = ((control & 31) << 8) + (content[at++] ?? 0) + 1;
    length += 2;
    if (back > filled || filled + length > most) throw file.broken('a chunk is damaged');
    for (let i = 0; i < length; i++, filled++) out[filled] = entry(out, filled - back);
  }
  return out.subarray(0, filled);
}
