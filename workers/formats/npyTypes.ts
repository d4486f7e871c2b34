import { at, entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { valuesOfHalves } from '../numbers/half';

/** How elements of one NumPy type become float32. */
export interface ElementType {
  /** `float16`, `big-endian int32`, … */
  readonly label: string;
  readonly bytes: number;
  /** Elements of more than one byte stored most significant byte first. */
  readonly swapped: boolean;
  /** Whole numbers, which may be ids; booleans are not. */
  readonly whole: boolean;
  /** Writes `count` elements of `bytes` (this machine's byte order, from its start) to `out`. */
  decode(bytes: ArrayBuffer, count: number, out: Float32Array | Float64Array): void;
}

type Decoder = ElementType['decode'];

const DECODERS: Readonly<Record<string, { readonly name: string; readonly decode: Decoder }>> = {
  f2: { name: 'float16', decode: decodeHalf },
  f4: { name: 'float32', decode: (bytes, count, out) => out.set(new Float32Array(bytes, 0, count)) },
  f8: { name: 'float64', decode: (bytes, count, out) => out.set(new Float64Array(bytes, 0, count)) },
  i1: { name: 'int8', decode: (bytes, count, out) => out.set(new Int8Array(bytes, 0, count)) },
  i2: { name: 'int16', decode: (bytes, count, out) => out.set(new Int16Array(bytes, 0, count)) },
  i4: { name: 'int32', decode: (bytes, count, out) => out.set(new Int32Array(bytes, 0, count)) },
  i8: {
    name: 'int64',
    decode: (bytes, count, out) => decodeWide(bytes, count, out, new Int32Array(bytes, 0, 2 * count)),
  },
  u1: { name: 'uint8', decode: (bytes, count, out) => out.set(new Uint8Array(bytes, 0, count)) },
  u2: { name: 'uint16', decode: (bytes, count, out) => out.set(new Uint16Array(bytes, 0, count)) },
  u4: { name: 'uint32', decode: (bytes, count, out) => out.set(new Uint32Array(bytes, 0, count)) },
  u8: {
    name: 'uint64',
    decode: (bytes, count, out) => decodeWide(bytes, count, out, new Uint32Array(bytes, 0, 2 * count)),
  },
  b1: { name: 'bool', decode: decodeBoolean },
  // No type of NumPy's own, so no `descr` names it.
  bf2: { name: 'bfloat16', decode: decodeBrain },
};

/** The element type of a key such as `f4`, `i8` or `bf2`; null when there is none. */
export function elementOf(key: string, bigEndian = false): ElementType | null {
  const known = Object.hasOwn(DECODERS, key) ? DECODERS[key] : undefined;
  if (!known) return null;
  const bytes = Number(/\d+$/.exec(key)?.[0]);
  const swapped = bigEndian && bytes > 1;
  return {
    label: swapped ? `big-endian ${known.name}` : known.name,
    bytes,
    swapped,
    whole: /^[iu]/.test(key),
    decode: known.decode,
  };
}

/** The type that a `descr` names (null: a structured one). Throws `NPY_OBJECT` or `NPY_TYPE`. */
export function elementType(file: string, description: string | null): ElementType {
  const parts = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(description ?? '');
  const kind = parts?.[2] ?? '';
  if (kind === 'O') {
    throw new AppError(
      'NPY_OBJECT',
      `${file} holds Python objects (dtype object), which are programs rather than numbers and are never run here.`,
      'Save the matrix itself, e.g. numpy.save(file, numpy.stack(rows).astype("float32")).',
      { path: file },
    );
  }
  const known = elementOf(kind === '?' ? 'b1' : `${kind}${parts?.[3] ?? ''}`, parts?.[1] === '>');
  if (!known) {
    throw new AppError(
      'NPY_TYPE',
      `${file} has the element type ${description ?? 'of a structured array'}, which is not a real number.`,
      'Save it as float32, e.g. numpy.save(file, matrix.astype("float32")).',
      { path: file },
    );
  }
  return known;
}

/** Reverses the bytes of each element in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let start = 0; start < bytes.length; start += elementBytes) {
    for (let low = start, high = start + elementBytes - 1; low < high; low++, high--) {
      const byte = at(bytes, low);
      bytes[low] = at(bytes, high);
      bytes[high] = byte;
    }
  }
}

function decodeHalf(bytes: ArrayBuffer, count: number, out: Float32Array | Float64Array): void {
  const values = valuesOfHalves();
  const source = new Uint16Array(bytes, 0, count);
  for (let i = 0; i < count; i++) out[i] = at(values, entry(source, i));
}

/** 64-bit integers: the high words (signed or not) and the low ones. */
function decodeWide(
  bytes: ArrayBuffer,
  count: number,
  out: Float32Array | Float64Array,
  words: Int32Array | Uint32Array,
): void {
  const low = new Uint32Array(bytes, 0, 2 * count);
  for (let i = 0; i < count; i++) out[i] = entry(words, 2 * i + 1) * 2 ** 32 + entry(low, 2 * i);
}

/** The upper halves of float32. */
function decodeBrain(bytes: ArrayBuffer, count: number, out: Float32Array | Float64Array): void {
  const source = new Uint16Array(bytes, 0, count);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = entry(source, i) << 16;
  out.set(new Float32Array(words.buffer));
}

function decodeBoolean(bytes: ArrayBuffer, count: number, out: Float32Array | Float64Array): void {
  const source = new Uint8Array(bytes, 0, count);
  for (let i = 0; i < count; i++) out[i] = source[i] === 0 ? 0 : 1;
}
