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
  /** Writes `count` elements of `bytes` (this machine's byte order, from its start) to `out`. */
  decode(bytes: ArrayBuffer, count: number, out: Float32Array): void;
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
};

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
  const known = DECODERS[kind === '?' ? 'b1' : `${kind}${parts?.[3] ?? ''}`];
  if (!known) {
    throw new AppError(
      'NPY_TYPE',
      `${file} has the element type ${description ?? 'of a structured array'}, which is not a real number.`,
      'Save it as float32, e.g. numpy.save(file, matrix.astype("float32")).',
      { path: file },
    );
  }
  const bytes = kind === '?' ? 1 : Number(parts?.[3]);
  const swapped = parts?.[1] === '>' && bytes > 1;
  return { label: swapped ? `big-endian ${known.name}` : known.name, bytes, swapped, decode: known.decode };
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

function decodeHalf(bytes: ArrayBuffer, count: number, out: Float32Array): void {
  const values = valuesOfHalves();
  const source = new Uint16Array(bytes, 0, count);
  for (let i = 0; i < count; i++) out[i] = at(values, entry(source, i));
}

/** 64-bit integers: the high words (signed or not) and the low ones. */
function decodeWide(bytes: ArrayBuffer, count: number, out: Float32Array, words: Int32Array | Uint32Array): void {
  const low = new Uint32Array(bytes, 0, 2 * count);
  for (let i = 0; i < count; i++) out[i] = entry(words, 2 * i + 1) * 2 ** 32 + entry(low, 2 * i);
}

function decodeBoolean(bytes: ArrayBuffer, count: number, out: Float32Array): void {
  const source = new Uint8Array(bytes, 0, count);
  for (let i = 0; i < count; i++) out[i] = source[i] === 0 ? 0 : 1;
}
