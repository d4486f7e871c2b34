import { at } from '../../src/domain/at';
import { Bits } from './inflaterBits';
import { codeOf, FIXED_DISTANCES, FIXED_LITERALS, type Code } from './inflaterCodes';

/** How far back a copy may reach. */
const WINDOW = 32 * 1024;
/** What comes out at a time. */
const OUT = 256 * 1024;
const LONGEST_COPY = 258;

const LENGTH_BASE = Int32Array.of(
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
); // prettier-ignore
const LENGTH_BITS = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0); // prettier-ignore
const DISTANCE_BASE = Int32Array.of(
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
); // prettier-ignore
const DISTANCE_BITS = Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13); // prettier-ignore
/** The order in which a block lists the lengths of the code of its lengths. */
const ORDER = Int32Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** The most bytes that the head of a block takes, and one symbol with all its bits. */
const HEAD_BYTES = 600;
const SYMBOL_BYTES = 16;

/** Packed data that cannot be unpacked, and why. */
export class DeflateError extends Error {}

export const endsEarly = (): DeflateError => new DeflateError('it ends early');

/**
 * Inflates raw deflate (RFC 1951) and knows where it ends, which the browser's `DecompressionStream` does not tell. Memory is one window
 * and what was fed last.
 */
export class Inflater {
  readonly #bits = new Bits();
  readonly #out = new Uint8Array(WINDOW + OUT + LONGEST_COPY);
  /** Where the next byte goes, and from where on bytes were not taken. */
  #to = WINDOW;
  #total = 0;
  #state: 'head' | 'stored' | 'codes' | 'end' = 'head';
  #last = false;
  #left = 0;
  #literals: Code = FIXED_LITERALS;
  #distances: Code = FIXED_DISTANCES;

  /** More input; the bytes are kept until they are used up. */
  feed(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bits.feed(bytes);
  }

  /**
   * Works until there is output to take (`full`), input is needed (`more`) or the data end (`end`). `final`: no input will follow. Throws
   * `DeflateError`.
   */
  run(final: boolean): 'full' | 'more' | 'end' {
    const bits = this.#bits;
    if (final) bits.finish();
    for (;;) {
      if (this.#state === 'end') return 'end';
      if (this.#to >= WINDOW + OUT) return 'full';
      if (this.#state === 'head') {
        if (!final && bits.bytesLeft < HEAD_BYTES) return 'more';
        this.#readHead();
      } else if (this.#state === 'stored') {
        if (!this.#copyStored()) {
          if (final) throw endsEarly();
          return 'more';
        }
      } else {
        if (!final && bits.bytesLeft < SYMBOL_BYTES) return 'more';
        this.#readSymbols();
      }
      if (bits.overrun) throw endsEarly();
    }
  }

  /** The output since the last call; its own copy. */
  take(): Uint8Array<ArrayBuffer> {
    const part = this.#out.slice(WINDOW, this.#to);
    this.#out.copyWithin(0, this.#to - WINDOW, this.#to);
    this.#to = WINDOW;
    return part;
  }

  /** The input behind the end of the data. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#bits.rest();
  }

  #endBlock(): void {
    this.#state = this.#last ? 'end' : 'head';
  }

  #readHead(): void {
    const bits = this.#bits;
    this.#last = bits.take(1) === 1;
    const kind = bits.take(2);
    if (kind === 0) {
      bits.align();
      const length = bits.take(16);
      if ((bits.take(16) ^ length) !== 0xffff) throw new DeflateError('a stored block has a wrong length');
      this.#left = length;
      this.#state = 'stored';
    } else if (kind === 3) throw new DeflateError('a block is of no known kind');
    else {
      if (kind === 1) [this.#literals, this.#distances] = [FIXED_LITERALS, FIXED_DISTANCES];
      else this.#readCodes();
      this.#state = 'codes';
    }
  }

  #readCodes(): void {
    const bits = this.#bits;
    const literals = bits.take(5) + 257;
    const distances = bits.take(5) + 1;
    const listed = bits.take(4) + 4;
    if (literals > 286 || distances > 30) throw new DeflateError('a block has too many codes');
    const own = new Uint8Array(19);
    for (let i = 0; i < listed; i++) own[at(ORDER, i)] = bits.take(3);
    const code = wanted(codeOf(own, false), 'lengths');
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length;) {
      const symbol = bits.symbol(code);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol > 18 || (symbol === 16 && i === 0)) throw new DeflateError('the length of a code is impossible');
      const value = symbol === 16 ? at(lengths, i - 1) : 0;
      const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
      if (i + times > lengths.length) throw new DeflateError('a block has too many codes');
      lengths.fill(value, i, (i += times));
      if (bits.overrun) throw endsEarly();
    }
    if (lengths[256] === 0) throw new DeflateError('a block has no end');
    this.#literals = wanted(codeOf(lengths.subarray(0, literals)), 'symbols');
    this.#distances = wanted(codeOf(lengths.subarray(literals)), 'distances');
  }

  /** False where input is needed. */
  #copyStored(): boolean {
    const room = this.#out.length - this.#to;
    const part = this.#bits.whole(Math.min(this.#left, room));
    this.#out.set(part, this.#to);
    this.#to += part.length;
    this.#total += part.length;
    this.#left -= part.length;
    if (this.#left === 0) this.#endBlock();
    return part.length > 0 || this.#left === 0;
  }

  /** Symbols until the block ends, the output is full or little input is left. */
  #readSymbols(): void {
    const out = this.#out;
    const bits = this.#bits;
    const [literals, distances] = [this.#literals, this.#distances];
    const from = this.#to;
    const limit = WINDOW + OUT;
    let to = from;
    do {
      const symbol = bits.symbol(literals);
      if (symbol < 256) {
        out[to++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.#endBlock();
        break;
      }
      if (symbol > 285) throw new DeflateError('a symbol is of no known kind');
      const length = at(LENGTH_BASE, symbol - 257) + bits.take(at(LENGTH_BITS, symbol - 257));
      const place = bits.symbol(distances);
      if (place > 29) throw new DeflateError('a distance is of no known kind');
      const distance = at(DISTANCE_BASE, place) + bits.take(at(DISTANCE_BITS, place));
      if (distance > this.#total + to - from) throw new DeflateError('a copy reaches before the beginning');
      for (const end = to + length; to < end; to++) out[to] = at(out, to - distance);
    } while (to < limit && bits.bytesLeft >= SYMBOL_BYTES);
    this.#total += to - from;
    this.#to = to;
  }
}

function wanted(code: Code | null, what: string): Code {
  if (!code) throw new DeflateError(`the code of its ${what} is impossible`);
  return code;
}
