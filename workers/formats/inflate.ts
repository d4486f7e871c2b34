import { AppError } from '../../src/domain/errors';
import { baseName, keepCause, streamOf, throwIfCancelled } from './source';
import { amount, count } from './words';

type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** Below this nothing is called a bomb. */
const FREE_BYTES = 16 * 2 ** 20;
/** Text shrinks to a fifth and sparse features to a fiftieth; deflate can reach a thousandth only for one value repeated. */
const LARGEST_RATIO = 200;

/** Most bytes that `compressed` bytes may become. */
export function inflatedLimit(compressed: number): number {
  return Math.max(FREE_BYTES, compressed * LARGEST_RATIO);
}

/**
 * Inflates through the browser's own `DecompressionStream`. Throws `ZIP_BOMB` as soon as more than `limit` bytes have come out, and what
 * `broken` makes when the data are damaged or end early.
 */
export async function* inflate(
  path: string,
  compressed: Chunks,
  format: 'gzip' | 'deflate' | 'deflate-raw',
  limit: number,
  signal: AbortSignal | undefined,
  broken: (reason: string) => AppError,
): Chunks {
  const kept = keepCause(compressed);
  const reader = streamOf(kept.chunks).pipeThrough(new DecompressionStream(format)).getReader();
  let total = 0;
  try {
    for (;;) {
      let next: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
      try {
        next = await reader.read();
      } catch (error) {
        throw kept.cause() ?? broken((error instanceof Error ? error.message : String(error)).replace(/\.$/, ''));
      }
      if (next.done) return;
      total += next.value.length;
      if (total > limit) throw bomb(path, limit);
      throwIfCancelled(signal);
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
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
