import { Z_BUF_ERROR, Z_NEED_DICT, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import type { ByteReader } from './byteReader';

/** So many bytes are read at a time, and so many come out. */
const IN = 2 ** 20;
const OUT = 256 * 1024;

/** What zlib calls the frame: the window's size as a power of two, 16 more for gzip, negative for no frame. */
const WINDOW_BITS = { gzip: 31, deflate: 15, 'deflate-raw': -15 };
export type DeflateFormat = keyof typeof WINDOW_BITS;

/** Our sentences for what zlib finds; it has its own words for the rest, such as `invalid distances set`. */
const REASONS: Readonly<Record<string, string>> = {
  'incorrect header check': 'its header is of no known kind',
  'unknown compression method': 'its header is of no known kind',
  'unknown header flags set': 'its header is of no known kind',
  'invalid window size': 'its header is of no known kind',
  'header crc mismatch': 'its header is damaged',
  'invalid block type': 'a block is of no known kind',
  'incorrect data check': 'its checksum does not match',
  'incorrect length check': 'its length does not match',
};

/** Packed data that cannot be unpacked, and why. */
export class DeflateError extends Error {}

/**
 * Inflates deflated data in their frame (gzip: one member), checks the frame's checksum and length, and leaves the reader behind them.
 * `begin`: bytes of the data that were read before. Throws `DeflateError`.
 *
 * Calls zlib's own functions, not pako's `Inflate`: a single `push` of that gives out all that its input becomes, which can be a thousand
 * times as much, and goes on to the next gzip member by itself.
 */
export async function* inflated(
  reader: ByteReader,
  format: DeflateFormat,
  begin: Uint8Array<ArrayBuffer> = new Uint8Array(),
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const stream = new ZStream();
  stream.output = new Uint8Array(OUT);
  stream.avail_out = OUT;
  zlibInflateInit2(stream, WINDOW_BITS[format]);
  let input = begin;
  stream.input = input;
  stream.avail_in = input.length;
  for (let ended = false; !ended;) {
    ended = inflateMore(stream);
    if (ended || stream.avail_out === 0) {
      if (stream.next_out > 0) yield stream.output.slice(0, stream.next_out);
      stream.next_out = 0;
      stream.avail_out = OUT;
      continue;
    }
    const part = await reader.some(IN);
    if (!part) throw new DeflateError('it ends early');
    input = part;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
  }
  reader.unread(input.subarray(stream.next_in));
}

/** Works until the output is full, the input is used up or the data end; whether they do. Throws `DeflateError`. */
function inflateMore(stream: ZStream): boolean {
  const status = zlibInflate(stream, Z_NO_FLUSH);
  if (status === Z_OK || status === Z_BUF_ERROR) return false;
  if (status === Z_STREAM_END) return true;
  // No file may ask for a dictionary from elsewhere.
  const found = status === Z_NEED_DICT ? 'unknown header flags set' : stream.msg;
  throw new DeflateError(REASONS[found] ?? found);
}
