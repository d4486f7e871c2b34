import { at } from '../../src/domain/at';

/** Codes of up to so many bits are looked up at once. */
const ROOT_BITS = 10;
export const ROOT_MASK = (1 << ROOT_BITS) - 1;
/** A symbol that no code has. */
export const NO_SYMBOL = 0xffff;
const MOST_BITS = 15;

/** A canonical Huffman code of deflate. */
export interface Code {
  /** By the next `ROOT_BITS` bits: `symbol << 4 | bits`; 0 where the code is longer, or there is none. */
  readonly root: Int32Array;
  /** How many codes have each number of bits. */
  readonly counts: Int32Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Int32Array;
}

/**
 * The code with these lengths by symbol, 0 where a symbol has none; null where no such code is. `single`: one code of one bit, which
 * leaves another unused, will do.
 */
export function codeOf(lengths: Uint8Array, single = true): Code | null {
  const counts = new Int32Array(MOST_BITS + 1);
  for (const length of lengths) counts[length] = at(counts, length) + 1;
  const used = lengths.length - at(counts, 0);
  counts[0] = 0;
  let left = 1;
  for (let bits = 1; bits <= MOST_BITS; bits++) {
    left = 2 * left - at(counts, bits);
    if (left < 0) return null;
  }
  if (left > 0 && used > 0 && !(single && used === 1 && at(counts, 1) === 1)) return null;
  const offsets = new Int32Array(MOST_BITS + 2);
  const codes = new Int32Array(MOST_BITS + 2);
  for (let bits = 1; bits <= MOST_BITS; bits++) {
    offsets[bits + 1] = at(offsets, bits) + at(counts, bits);
    codes[bits + 1] = (at(codes, bits) + at(counts, bits)) << 1;
  }
  const symbols = new Int32Array(used);
  const root = new Int32Array(1 << ROOT_BITS);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const place = at(offsets, length);
    symbols[place] = symbol;
    offsets[length] = place + 1;
    const code = at(codes, length);
    codes[length] = code + 1;
    if (length > ROOT_BITS) return;
    for (let i = reversed(code, length); i < root.length; i += 1 << length) root[i] = (symbol << 4) | length;
  });
  return { root, counts, symbols };
}

/** A code that the root does not have, bit by bit: `symbol << 4 | bits`, of `NO_SYMBOL` where there is no such code. */
export function longSymbol({ counts, symbols }: Code, hold: number): number {
  let code = 0;
  let first = 0;
  let place = 0;
  for (let length = 1; length <= MOST_BITS; length++) {
    code |= (hold >>> (length - 1)) & 1;
    const count = at(counts, length);
    if (code - count < first) return (at(symbols, place + code - first) << 4) | length;
    place += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return NO_SYMBOL << 4;
}

/** Codes are sent from their highest bit on, and looked up from their lowest. */
function reversed(code: number, length: number): number {
  let value = 0;
  for (let bit = 0; bit < length; bit++) value |= ((code >> bit) & 1) << (length - 1 - bit);
  return value;
}

function fixed(lengths: Uint8Array): Code {
  const code = codeOf(lengths);
  if (!code) throw new Error('the fixed code is impossible');
  return code;
}

/** The codes of blocks that bring none. */
export const FIXED_LITERALS = fixed(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
);
export const FIXED_DISTANCES = fixed(new Uint8Array(32).fill(5));
