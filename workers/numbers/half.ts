import { entry } from '../../src/domain/at';

/** IEEE 754 binary16, by its 16 bits. */

let table: Float32Array | null = null;

/** The 65,536 values, by their bits. */
export const valuesOfHalves = (): Float32Array =>
  (table ??= Float32Array.from({ length: 65_536 }, (_, bits) => valueOf(bits)));

function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The largest finite value. */
export const MOST_HALF = 65_504;

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** The nearest of a single-precision value, ties to even; from 65,520 on ±∞. */
export function halfOf(value: number): number {
  single[0] = value;
  const all = entry(word, 0);
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below the smallest normal one: whole numbers of 2⁻²⁴.
    const units = Math.abs(single[0]) * 2 ** 24;
    const low = Math.floor(units);
    const rest = units - low;
    return sign | (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
