import { AppError } from '../../src/domain/errors';
import { turn } from '../../src/domain/turn';
import { ByteReader } from './byteReader';
import { gzipMembers } from './gzipMembers';
import { DeflateError, inflated, type DeflateFormat } from './inflater';
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
  format: DeflateFormat,
  limit: number,
  signal: AbortSignal | undefined,
  broken: (reason: string) => AppError,
): Chunks {
  const reader = new ByteReader(compressed);
  const content = format === 'gzip' ? gzipMembers(reader) : inflated(reader, format);
  let total = 0;
  let heard = performance.now();
  try {
    for await (const part of content) {
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

export function bomb(path: string, limit: number): AppError {
  const shown = limit < 2 ** 20 ? amount(limit, 'byte') : `${count(limit / 2 ** 20)} MiB`;
  return new AppError(
    'ZIP_BOMB',
    `${baseName(path)} unpacks to more than ${shown}, which is more than it declares or than data of its size should.`,
    'If you trust the file, unpack it yourself and drop its contents.',
    { path, limit },
  );
}
