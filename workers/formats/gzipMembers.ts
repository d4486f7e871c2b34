import { at } from '../../src/domain/at';
import type { ByteReader } from './byteReader';
import { crc32 } from './crc32';
import { DeflateError, endsEarly, inflateRaw } from './inflateRaw';

type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

const HEADER_CHECK = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/**
 * The content of a gzip file (RFC 1952): one member, or several one after the other as `cat` and bgzip write them, with zeros between or
 * behind them. Each has its checksum and its length checked. Anything else behind a member is an error: it could be what damage has left
 * of another one. Throws `DeflateError`.
 */
export async function* gzipMembers(reader: ByteReader): Chunks {
  for (let members = 0; ; members++) {
    if (members > 0 && !(await skipZeros(reader))) return;
    const magic = await reader.exactly(2);
    if (!isGzip(magic) && members > 0) throw new DeflateError('bytes that are not gzip follow its end');
    if (!isGzip(magic)) throw new DeflateError('it does not begin as gzip does');
    await skipHeader(reader, magic);
    let crc = 0;
    let length = 0;
    for await (const part of inflateRaw(reader)) {
      crc = crc32(part, crc);
      length += part.length;
      yield part;
    }
    const trailer = await taken(reader, 8);
    const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
    if (view.getUint32(0, true) !== crc) throw new DeflateError('its checksum does not match');
    if (view.getUint32(4, true) !== length % 2 ** 32) throw new DeflateError('its length does not match');
  }
}

const isGzip = (head: Uint8Array | null): head is Uint8Array => head !== null && head[0] === 0x1f && head[1] === 0x8b;

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

async function skipHeader(reader: ByteReader, magic: Uint8Array): Promise<void> {
  const head = await taken(reader, 8);
  const flags = at(head, 1);
  if (at(head, 0) !== 8 || (flags & RESERVED) !== 0) throw new DeflateError('its header is of no known kind');
  let crc = crc32(head, crc32(magic));
  if (flags & EXTRA) {
    const size = await taken(reader, 2);
    const field = await taken(reader, at(size, 0) + 256 * at(size, 1));
    crc = crc32(field, crc32(size, crc));
  }
  for (const flag of [NAME, COMMENT]) {
    if (!(flags & flag)) continue;
    for (let ended = false; !ended;) {
      const part = await reader.some(Infinity);
      if (!part) throw endsEarly();
      const end = part.indexOf(0);
      ended = end >= 0;
      const text = ended ? part.subarray(0, end + 1) : part;
      reader.unread(part.subarray(text.length));
      crc = crc32(text, crc);
    }
  }
  if (!(flags & HEADER_CHECK)) return;
  const check = await taken(reader, 2);
  if (at(check, 0) + 256 * at(check, 1) !== (crc & 0xffff)) throw new DeflateError('its header is damaged');
}

/** So many bytes. Throws `DeflateError` where there are fewer. */
export async function taken(reader: ByteReader, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await reader.exactly(count);
  if (!bytes) throw endsEarly();
  return bytes;
}
