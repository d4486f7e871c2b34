import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { AppError } from '../../src/domain/errors';
import { z } from '../../src/documents/schemas';
import { writeWholeBy } from './files';

/**
 * Values under keys in one file: what an entry of the page’s database is, on a disk. Values stand one after the other, then comes an index with their places and
 * digests, its length and a mark. A file that is cut off has no mark, and a value that is not what was written is refused.
 */

const MARK = 'lodepack';
/** Length of the index, and the mark. */
const TAIL = 12;

const indexSchema = z.strictObject({
  form: z.literal(1),
  entries: z.array(z.tuple([z.string(), z.number().int().min(0), z.number().int().min(0), z.string()])),
});

/** Writes a pack whole or not at all. Values are asked for one by one. */
export async function writePack(
  path: string,
  entries: Iterable<readonly [key: string, value: () => unknown]>,
): Promise<void> {
  await writeWholeBy(path, async (file) => {
    const index: [string, number, number, string][] = [];
    let offset = 0;
    for (const [key, value] of entries) {
      const bytes = serialize(await value());
      await writeAll(file, bytes);
      index.push([key, offset, bytes.length, digestOf(bytes)]);
      offset += bytes.length;
    }
    const text = Buffer.from(JSON.stringify({ form: 1, entries: index }));
    const tail = Buffer.alloc(TAIL);
    tail.writeUInt32LE(text.length);
    tail.write(MARK, 4, 'latin1');
    await writeAll(file, Buffer.concat([text, tail]));
  });
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
}

/** A pack that is open for reading. It stays what it was opened as, also when another takes its name. */
export class Pack {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(path: string, file: FileHandle, places: ReadonlyMap<string, Place>) {
    this.#path = path;
    this.#file = file;
    this.#places = places;
  }

  /** Throws `STORE_DAMAGED` where the file is no whole pack, and what the file system throws. */
  static async open(path: string): Promise<Pack> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const tail = size < TAIL ? null : await read(file, size - TAIL, TAIL);
      const length = tail?.readUInt32LE(0) ?? 0;
      if (tail?.toString('latin1', 4) !== MARK || length > size - TAIL) throw damaged(path);
      const found = indexSchema.safeParse(jsonOf(await read(file, size - TAIL - length, length)));
      if (!found.success) throw damaged(path);
      const places = found.data.entries.map(
        ([key, offset, bytes, digest]) => [key, { offset, length: bytes, digest }] as const,
      );
      return new Pack(path, file, new Map(places));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** In ascending order. */
  keys(prefix = ''): string[] {
    return [...this.#places.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** undefined where there is no such key. Throws `STORE_DAMAGED`. */
  async get(key: string): Promise<unknown> {
    const place = this.#places.get(key);
    if (!place) return undefined;
    const bytes = await read(this.#file, place.offset, place.length);
    if (bytes.length !== place.length || digestOf(bytes) !== place.digest) throw damaged(this.#path);
    const value: unknown = deserialize(bytes);
    return value;
  }

  /** Reads all of it. Throws `STORE_DAMAGED`. */
  async verify(): Promise<void> {
    for (const key of this.#places.keys()) await this.get(key);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

const damaged = (path: string): AppError =>
  new AppError('STORE_DAMAGED', `${path} is not what was written.`, 'Delete the file; what it held is made again.');
