import type { ByteReader } from './byteReader';
import { DeflateError, inflated } from './inflater';

/**
 * The content of a gzip file (RFC 1952): one member, or several one after the other as `cat` and bgzip write them, with zeros between or
 * behind them. Each has its checksum and its length checked. Anything else behind a member is an error: it could be what damage has left
 * of another one. Throws `DeflateError`.
 */
export async function* gzipMembers(reader: ByteReader): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let members = 0; ; members++) {
    if (members > 0 && !(await skipZeros(reader))) return;
    const magic = await reader.exactly(2);
    if (!isGzip(magic) && members > 0) throw new DeflateError('bytes that are not gzip follow its end');
    if (!isGzip(magic)) throw new DeflateError('it does not begin as gzip does');
    yield* inflated(reader, 'gzip', magic);
  }
}

const isGzip = (head: Uint8Array<ArrayBuffer> | null): head is Uint8Array<ArrayBuffer> =>
  head !== null && head[0] === 0x1f && head[1] === 0x8b;

/** Passes over zeros; whether anything follows. */
async function skipZeros(reader: ByteReader): Promise<boolean> {
  for (;;) {
    const part = await reader.some(Infinity);
    if (!part) return false;
    const start = part.findIndex((byte) => byte !== 0);
    if (start < 0) continue;
    reader.unread(part.subarray(start));
    return true;
  }
}
