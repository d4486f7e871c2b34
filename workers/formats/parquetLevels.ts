import { entry } from '../../src/domain/at';

/** Numbers of more bits would be the indices of a dictionary of more than sixteen million values. */
const MOST_BITS = 24;

/** What `readHybrid` throws on. */
export class DamagedPage extends Error {}

/**
 * Parquet's RLE and bit-packed hybrid: `count` numbers of `bits` bits each from `bytes`. Throws `DamagedPage` when the bytes end early.
 */
export function readHybrid(bytes: Uint8Array, bits: number, count: number): Int32Array {
  if (bits > MOST_BITS) throw new DamagedPage(`it has numbers of ${bits} bits`);
  const out = new Int32Array(count);
  if (bits === 0) return out;
  let filled = 0;
  let at = 0;
  while (filled < count) {
    const run = readVarint(bytes, at);
    at = run.end;
    if (run.value % 2 === 0) {
      const length = Math.min(run.value / 2, count - filled);
      const width = Math.ceil(bits / 8);
      if (length === 0 || at + width > bytes.length) throw new DamagedPage('its levels end early');
      let value = 0;
      for (let i = 0; i < width; i++) value |= entry(bytes, at + i) << (8 * i);
      out.fill(value, filled, filled + length);
      filled += length;
      at += width;
    } else {
      const groups = Math.floor(run.value / 2);
      if (groups === 0) throw new DamagedPage('its levels end early');
      const length = Math.min(8 * groups, count - filled);
      if (at + Math.ceil((length * bits) / 8) > bytes.length) throw new DamagedPage('its levels end early');
      unpack(bytes, at, bits, out, filled, length);
      filled += length;
      at += groups * bits;
    }
  }
  return out;
}

function unpack(bytes: Uint8Array, start: number, bits: number, out: Int32Array, first: number, length: number): void {
  const mask = (1 << bits) - 1;
  let at = start;
  let held = 0;
  let number = 0;
  for (let i = first; i < first + length; i++) {
    while (number < bits) {
      held |= (bytes[at++] ?? 0) << number;
      number += 8;
    }
    out[i] = held & mask;
    held >>>= bits;
    number -= bits;
  }
}

/** The same numbers as places in `dictionary`, whose values go to `out`: no list of places is made. */
export function lookHybrid(
  bytes: Uint8Array,
  bits: number,
  count: number,
  dictionary: Float32Array,
  out: Float32Array,
): void {
  if (bits > MOST_BITS) throw new DamagedPage(`it has numbers of ${bits} bits`);
  const { length: size } = dictionary;
  let filled = 0;
  let at = 0;
  while (filled < count) {
    const run = bits === 0 ? { value: 2 * count, end: at } : readVarint(bytes, at);
    at = run.end;
    if (run.value % 2 === 0) {
      const length = Math.min(run.value / 2, count - filled);
      const width = Math.ceil(bits / 8);
      if (length === 0 || at + width > bytes.length) throw new DamagedPage('its values end early');
      let place = 0;
      for (let i = 0; i < width; i++) place |= entry(bytes, at + i) << (8 * i);
      if (place >= size) throw new DamagedPage('a value is not in the dictionary');
      out.fill(dictionary[place] ?? 0, filled, filled + length);
      filled += length;
      at += width;
    } else {
      const groups = Math.floor(run.value / 2);
      const length = Math.min(8 * groups, count - filled);
      if (length === 0 || at + Math.ceil((length * bits) / 8) > bytes.length)
        throw new DamagedPage('its values end early');
      lookUp(bytes, at, bits, dictionary, out, filled, length);
      filled += length;
      at += groups * bits;
    }
  }
}

/** Values are looked up in pieces: two simple loops are faster than one that does both. */
const PIECE = 1024;
const places = new Int32Array(PIECE);

function lookUp(
  bytes: Uint8Array,
  start: number,
  bits: number,
  dictionary: Float32Array,
  out: Float32Array,
  first: number,
  length: number,
): void {
  // Pieces are multiples of eight, so each begins at a byte.
  for (let done = 0; done < length; done += PIECE) {
    const number = Math.min(PIECE, length - done);
    unpack(bytes, start + (done * bits) / 8, bits, places, 0, number);
    for (let i = 0; i < number; i++) {
      const value = dictionary[places[i] ?? 0];
      if (value === undefined) throw new DamagedPage('a value is not in the dictionary');
      out[first + done + i] = value;
    }
  }
}

/** The one number that all `count` are, where the first run says so; null otherwise. */
export function constantHybrid(bytes: Uint8Array, bits: number, count: number): number | null {
  if (bits === 0) return 0;
  const run = readVarint(bytes, 0);
  return run.value % 2 === 0 && run.value / 2 >= count && bits <= 8 && run.end < bytes.length
    ? entry(bytes, run.end)
    : null;
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length && scale <= 2 ** 35; at++, scale *= 128) {
    const byte = entry(bytes, at);
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new DamagedPage('its levels end early');
}

/** Bits of the numbers from 0 to `largest`. */
export const bitsOf = (largest: number): number => 32 - Math.clz32(largest);
