/** The safetensors layout: 8 bytes header length (little-endian), a JSON header, then the data. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const ALIGNMENT = 8;

/** Encodes arrays in the order given; `metadata` holds text only, as the format asks. */
export function encodeSafetensors(arrays: readonly NamedArray[], metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const { name, shape, values } of arrays) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (size !== values.length) throw new Error(`${name} has ${values.length} values, but its shape asks for ${size}.`);
    if (Object.hasOwn(header, name)) throw new Error(`Two arrays are named ${name}.`);
    header[name] = { dtype: values instanceof Float32Array ? 'F32' : 'I32', shape, data_offsets: [offset, offset + values.byteLength] };
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
