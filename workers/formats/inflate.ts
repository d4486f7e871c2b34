import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { turn } from '../../src/domain/turn';
import { ByteReader } from './byteReader';
import { gzipMembers, taken } from './gzipMembers';
import { DeflateError, inflateRaw } from './inflateRaw';
import { baseName, throwIfCancelled } from './source';
import { amount, count } from './words';

type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** Below this nothing is called a bomb. */
const FREE_BYTES = 16 * 2 ** 20;
/** Text shrinks to a fifth and sparse features to a fiftieth; deflate can reach a thousandth only for one value repeated. */
const LARGEST_RATIO = 200;
/** For so long nobody else is heard, a cancel for one. */
const TURN_MS = 100;

/** Most bytes that `compressed` bytes may become. */
export function inflatedLimit(compressed: number): number {
  return Math.max(FREE_BYTES, compressed * LARGEST_RATIO);
}

/**
 * Inflates, the same way in the browser and in Node: their own `DecompressionStream`s differ in what may follow the end of the data, and
 * none tells where that is. Bytes behind the end of `deflate` (zlib) and `deflate-raw` are left out; for `gzip` see `gzipMembers`. Throws
 * `ZIP_BOMB` as soon as more than `limit` bytes have come out, and what `broken` makes when the data are damaged or end early.
 */
export async function* inflate(
  path: string,
  compressed: Chunks,
  format: 'gzip' | 'deflate' | 'deflate-raw',
  limit: number,
  signal: AbortSignal | undefined,
  broken: (reason: string) => AppError,
): Chunks {
  const reader = new ByteReader(compressed);
  const content = { gzip: gzipMembers, deflate: inflateZlib, 'deflate-raw': inflateRaw }[format];
  let total = 0;
  let heard = performance.now();
  try {
    for await (const part of content(reader)) {
      total += part.length;
      if (total > limit) throw bomb(path, limit);
      throwIfCancelled(signal);
      yield part;
      if (performance.now() - heard < TURN_MS) continue;
      await turn();
      heard = performance.now();
    }
  } catch (error) {
    throw error instanceof DeflateError ? broken(error.message) : error;
  } finally {
    await reader.close();
  }
}

/** Deflate in zlib's frame (RFC 1950), as HDF5 packs its chunks. */
async function* inflateZlib(reader: ByteReader): Chunks {
  const head = await taken(reader, 2);
  const [method, flags] = [at(head, 0), at(head, 1)];
  if ((method & 15) !== 8 || method >> 4 > 7 || (256 * method + flags) % 31 !== 0 || (flags & 32) !== 0)
    throw new DeflateError('its header is of no known kind');
  let sum = 1;
  for await (const part of inflateRaw(reader)) {
    sum = adler32(part, sum);
    yield part;
  }
  const trailer = await taken(reader, 4);
  if (new DataView(trailer.buffer, trailer.byteOffset, 4).getUint32(0) !== sum)
    throw new DeflateError('its checksum does not match');
}

/** So many bytes can be added up before the sums grow beyond 2³¹. */
const ADLER_BYTES = 3800;

/** Continues zlib's checksum over more bytes; the first call starts from 1. */
function adler32(bytes: Uint8Array, previous: number): number {
  let low = previous & 0xffff;
  let high = previous >>> 16;
  for (let start = 0; start < bytes.length; start += ADLER_BYTES) {
    const end = Math.min(bytes.length, start + ADLER_BYTES);
    for (let i = start; i < end; i++) {
      low += at(bytes, i);
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

export function bomb(path: string, limit: number): AppError {
  const shown = limit < 2 ** 20 ? amount(limit, 'byte') : `${count(limit / 2 ** 20)} MiB`;
  return new AppError(
    'ZIP_BOMB',
    `${baseName(path)} unpacks to more than ${shown}, which is more than it declares or than data of its size should.`,
    'If you trust the file, unpack it yourself and drop its contents.',
    { path, limit },
  );
}
