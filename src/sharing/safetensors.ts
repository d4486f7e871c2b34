import type { AppError } from '../domain/errors';
import { parseJson } from './deflate';
import { z } from '../documents/schemas';

/** The safetensors layout: 8 bytes header length (little-endian), a JSON header, then the data. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Float64Array | Uint8Array;
}

const ALIGNMENT = 8;
const MOST_HEADER_BYTES = 2 ** 20;

type Type = 'F32' | 'I32' | 'F64' | 'U8';
const TYPES = {
  F32: (buffer: ArrayBuffer) => new Float32Array(buffer),
  I32: (buffer: ArrayBuffer) => new Int32Array(buffer),
  F64: (buffer: ArrayBuffer) => new Float64Array(buffer),
  U8: (buffer: ArrayBuffer) => new Uint8Array(buffer),
};

function typeOf(values: NamedArray['values']): Type {
  if (values instanceof Float32Array) return 'F32';
  if (values instanceof Int32Array) return 'I32';
  return values instanceof Float64Array ? 'F64' : 'U8';
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Encodes arrays in the order given; `metadata` holds text only, as the format asks. */
export function encodeSafetensors(
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const { name, shape, values } of arrays) {
    const size = sizeOf(shape);
    if (size !== values.length) throw new Error(`${name} has ${values.length} values, but its shape asks for ${size}.`);
    if (Object.hasOwn(header, name)) throw new Error(`Two arrays are named ${name}.`);
    header[name] = { dtype: typeOf(values), shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + padded);
  let place = 8 + padded;
  for (const { values } of arrays) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), place);
    place += values.byteLength;
  }
  return bytes;
}

const entry = z.strictObject({
  dtype: z.enum(['F32', 'I32', 'F64', 'U8']),
  shape: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(2 ** 40),
    )
    .max(8),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});
const headerSchema = z.record(
  z.string().max(300),
  z.union([entry, z.record(z.string().max(100), z.string().max(10_000))]),
);

/** Reads arrays of the four types above, which must follow each other without gaps; throws what `refuse` makes of the reason. */
export function decodeSafetensors(
  bytes: Uint8Array<ArrayBuffer>,
  refuse: (what: string) => AppError,
): { arrays: NamedArray[]; metadata: Readonly<Record<string, string>> } {
  const length = bytes.length < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length === 0 || length > MOST_HEADER_BYTES || 8 + length > bytes.length)
    throw refuse('its header is missing or too long');
  const found = headerSchema.safeParse(
    parseJson(new TextDecoder().decode(bytes.subarray(8, 8 + length)), () => refuse('its header is not JSON')),
  );
  if (!found.success) throw refuse('its header is not a safetensors header');
  const data = bytes.subarray(8 + length);
  const arrays: NamedArray[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  let end = 0;
  const entries = Object.entries(found.data).flatMap(([name, value]) => {
    const tensor = entry.safeParse(value);
    if (tensor.success) return [{ name, ...tensor.data }];
    const words = z.record(z.string(), z.string()).safeParse(value);
    if (name !== '__metadata__' || !words.success) throw refuse(`${name} is not an array`);
    metadata = words.data;
    return [];
  });
  for (const {
    name,
    dtype,
    shape,
    data_offsets: [from, to],
  } of entries.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])) {
    const bytesEach = dtype === 'F64' ? 8 : dtype === 'U8' ? 1 : 4;
    if (from !== end || to > data.length || to - from !== bytesEach * sizeOf(shape))
      throw refuse(`${name} is not where its header says`);
    end = to;
    arrays.push({ name, shape, values: TYPES[dtype](data.slice(from, to).buffer) });
  }
  if (end !== data.length) throw refuse('it has bytes after the last array');
  return { arrays, metadata };
}
