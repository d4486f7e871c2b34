import { entry } from '../../src/domain/at';
import type { Leaf } from './parquetFile';
import { DamagedPage, lookHybrid, readHybrid } from './parquetLevels';

export interface Decoding {
  readonly encoding: string;
  readonly bytes: Uint8Array;
  readonly count: number;
}

type UnpackDeltas = (
  reader: { view: DataView; offset: number },
  count: number,
  output: Int32Array | BigInt64Array,
) => void;

/** The numbers of a page, maybe in an array that `scratch` gives; null for an encoding that its type does not have. Throws `DamagedPage`, and what `unpackDeltas` throws. */
export function decodePage(
  leaf: Leaf,
  dictionary: Float32Array | null,
  { encoding, bytes, count }: Decoding,
  unpackDeltas: UnpackDeltas,
  scratch: (length: number) => Float32Array,
): Float32Array | null {
  switch (encoding) {
    case 'PLAIN':
      return leaf.physical === 'BOOLEAN' ? bits(bytes, count) : plain(leaf, bytes, count);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return looked(dictionary, bytes, count, scratch(count));
    case 'RLE':
      return leaf.physical === 'BOOLEAN' ? Float32Array.from(readHybrid(bytes.subarray(4), 1, count)) : null;
    case 'BYTE_STREAM_SPLIT':
      return plain(leaf, joined(leaf, bytes, count), count);
    case 'DELTA_BINARY_PACKED':
      return deltas(leaf, bytes, count, unpackDeltas);
    default:
      return null;
  }
}

function plain({ type }: Leaf, bytes: Uint8Array, count: number): Float32Array {
  const length = count * type.bytes;
  if (bytes.length < length) throw new DamagedPage('the values of a page end early');
  // Unpacked pages have a buffer of their own, which then needs no copy.
  if (type.label === 'float32' && bytes.byteOffset % 4 === 0 && bytes.buffer instanceof ArrayBuffer)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  const values = new Float32Array(count);
  type.decode(bytes.slice(0, length).buffer, count, values);
  return values;
}

function bits(bytes: Uint8Array, count: number): Float32Array {
  if (8 * bytes.length < count) throw new DamagedPage('the values of a page end early');
  return Float32Array.from({ length: count }, (_, i) => (entry(bytes, i >> 3) >> (i & 7)) & 1);
}

function looked(dictionary: Float32Array | null, bytes: Uint8Array, count: number, out: Float32Array): Float32Array {
  const width = bytes[0];
  if (!dictionary || width === undefined) throw new DamagedPage('a page has no dictionary');
  lookHybrid(bytes.subarray(1), width, count, dictionary, out);
  return out;
}

/** The first bytes of all values, then the second ones, and so on: put together again. */
function joined({ type }: Leaf, bytes: Uint8Array, count: number): Uint8Array {
  if (bytes.length < count * type.bytes) throw new DamagedPage('the values of a page end early');
  const out = new Uint8Array(count * type.bytes);
  for (let part = 0; part < type.bytes; part++)
    for (let i = 0; i < count; i++) out[i * type.bytes + part] = entry(bytes, part * count + i);
  return out;
}

function deltas(
  { physical, type }: Leaf,
  bytes: Uint8Array,
  count: number,
  unpackDeltas: UnpackDeltas,
): Float32Array | null {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const output = physical === 'INT32' ? new Int32Array(count) : physical === 'INT64' ? new BigInt64Array(count) : null;
  if (!output) return null;
  if (count > 0) unpackDeltas(reader, count, output);
  const values = new Float32Array(count);
  type.decode(output.buffer, count, values);
  return values;
}
