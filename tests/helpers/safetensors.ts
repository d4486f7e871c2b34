export interface ParsedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Reads a safetensors file as its format is written down, and refuses what it forbids: gaps, overlaps, a broken header. */
export function parseSafetensors(bytes: Uint8Array): {
  arrays: Map<string, ParsedArray>;
  metadata: Record<string, string>;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength));
  if (!text.startsWith('{')) throw new Error('The header does not begin with a brace.');
  const { __metadata__: metadata = {}, ...header } = JSON.parse(text) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  > & { __metadata__?: Record<string, string> };
  const data = 8 + headerLength;
  if (data % 8 !== 0) throw new Error('The data is not aligned.');
  const arrays = new Map<string, ParsedArray>();
  let end = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(header).sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )) {
    if (from !== end) throw new Error(`${name} leaves a gap or overlaps.`);
    end = to;
    const length = shape.reduce((product, size) => product * size, 1);
    if (to - from !== 4 * length) throw new Error(`${name} has another size than its shape.`);
    const read = (i: number): number =>
      dtype === 'F32' ? view.getFloat32(data + from + 4 * i, true) : view.getInt32(data + from + 4 * i, true);
    const values = Array.from({ length }, (_, i) => read(i));
    arrays.set(name, { dtype, shape, values: dtype === 'F32' ? Float32Array.from(values) : Int32Array.from(values) });
  }
  if (data + end !== bytes.byteLength) throw new Error('There are bytes after the last array.');
  return { arrays, metadata };
}
