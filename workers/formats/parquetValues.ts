import { entry } from '../../src/domain/at';
import type { Leaf } from './parquetFile';
import { DamagedPage, readHybrid } from './parquetLevels';

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

/** The numbers of a page; null for an encoding that its type does not have. Throws `DamagedPage`, and what `unpackDeltas` throws. */
export function decodePage(
  leaf: Leaf,
  dictionary: Float32Array | null,
  { encoding, bytes, count }: Decoding,
  unpackDeltas: UnpackDeltas,
): Float32Array | null {
  switch (encoding) {
    case 'PLAIN':
      return leaf.physical === 'BOOLEAN' ? bits(bytes, count) : plain(leaf, bytes, count);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return looked(dictionary, bytes, count);
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
  const values = new Float32Array(count);
  type.decode(bytes.slice(0, length).buffer, count, values);
  return values;
}

function bits(bytes: Uint8Array, count: number): Float32Array {
  if (8 * bytes.length < count) throw new DamagedPage('the values of a page end early');
  return Float32Array.from({ length: count }, (_, i) => (entry(bytes, i >> 3) >> (i & 7)) & 1);
}

function looked(dictionary: Float32Array | null, bytes: Uint8Array, count: number): Float32Array {
  const width = bytes[0];
  if (!dictionary || width === undefined) throw new DamagedPage('a page has no dictionary');
  const indices = readHybrid(bytes.subarray(1), width, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = dictionary[entry(indices, i)];
    if (value === undefined) throw new DamagedPage('a value is not in the dictionary');
    values[i] = value;
  }
  return values;
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
