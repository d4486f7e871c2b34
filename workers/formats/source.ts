import { AppError } from '../../src/domain/errors';

/** What a reader reports to and listens to while it works. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file on disk (compressed ones, where it is compressed) consumed since the last call. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** Bytes that can be read from the start any number of times: a file, or an entry of an archive. */
export interface ByteSource {
  /** Relative to what was dropped; an entry's path continues its archive's. */
  readonly path: string;
  /** Bytes it takes on disk: the unit of progress. */
  readonly storedBytes: number;
  /** Bytes it yields, where that is known beforehand. */
  readonly size: number | null;
  /** The content for random access; null where it must be inflated first. */
  readonly blob: Blob | null;
  /** How many archives it lies in. */
  readonly depth: number;
  chunks(watch: Watch): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

/** One read. Everything that streams holds a few of these, whatever the file's size. */
export const READ_BYTES = 2 * 2 ** 20;

/** A file of the machine, or the uncompressed part of one. */
export function blobSource(path: string, blob: Blob, depth = 0): ByteSource {
  return {
    path,
    storedBytes: blob.size,
    size: blob.size,
    blob,
    depth,
    async *chunks(watch) {
      for (let start = 0; start < blob.size; start += READ_BYTES) {
        const bytes = await readSlice(path, blob, start, Math.min(blob.size, start + READ_BYTES), watch);
        yield bytes;
      }
    },
  };
}

/** Bytes `[start, end)`; throws `FILE_UNREADABLE` when the system refuses, `IMPORT_CANCELLED` when asked to stop. */
export async function readSlice(
  path: string,
  blob: Blob,
  start: number,
  end: number,
  watch: Watch,
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfCancelled(watch.signal);
  let buffer: ArrayBuffer;
  try {
    buffer = await blob.slice(start, end).arrayBuffer();
  } catch (error) {
    throw new AppError(
      'FILE_UNREADABLE',
      `${path} could not be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Check that the file still exists and has not changed since it was chosen, then choose it again.',
      { path },
    );
  }
  throwIfCancelled(watch.signal);
  watch.onBytes?.(end - start);
  return new Uint8Array(buffer);
}

/** The first `count` bytes, or all when there are fewer. */
export async function readHead(source: ByteSource, count: number, watch: Watch): Promise<Uint8Array<ArrayBuffer>> {
  const head = new Uint8Array(count);
  let filled = 0;
  for await (const chunk of source.chunks({ signal: watch.signal })) {
    const part = chunk.subarray(0, count - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === count) break;
  }
  return head.slice(0, filled);
}

/** All bytes as a Blob, which the browser may keep on disk: for readers that need random access. */
export async function spool(source: ByteSource, watch: Watch): Promise<Blob> {
  if (source.blob) return source.blob;
  const kept = keepCause(source.chunks(watch));
  try {
    return await new Response(streamOf(kept.chunks)).blob();
  } catch (error) {
    throw kept.cause() ?? error;
  }
}

type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** The same chunks, and the error that ended them: a stream they are piped through may hand on another one. */
export function keepCause(chunks: Chunks): { readonly chunks: Chunks; cause(): AppError | null } {
  let cause: AppError | null = null;
  const guarded = async function* (): Chunks {
    try {
      yield* chunks;
    } catch (error) {
      if (error instanceof AppError) cause = error;
      throw error;
    }
  };
  return { chunks: guarded(), cause: () => cause };
}

/** The chunks as a stream that asks for one when it has room for one. */
export function streamOf(chunks: Chunks): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

export const cancelled = (): AppError =>
  new AppError(
    'IMPORT_CANCELLED',
    'The import was cancelled.',
    'Nothing was stored. Drop the files again to start over.',
  );

/** The last component of a path: what messages call a file. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
