import { deflateRawSync, gzipSync } from 'node:zlib';
import { crc32 } from '../../workers/formats/crc32';

export type Bytes = Uint8Array<ArrayBuffer>;

export const text = (content: string): Bytes => new TextEncoder().encode(content);
export const gzipped = (bytes: Uint8Array): Bytes => new Uint8Array(gzipSync(bytes));

export function join(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** An `.npy` file with any header text. */
export function npyOf(
  header: string,
  data: Uint8Array,
  version: readonly [number, number] = [1, 0],
  length = header.length,
): Bytes {
  const sizeBytes = version[0] === 1 ? 2 : 4;
  const size = Array.from({ length: sizeBytes }, (_, i) => Math.floor(length / 256 ** i) % 256);
  return join(Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version, ...size]), text(header), data);
}

export function npyHeader(descr: string, shape: string, fortran = false): string {
  return (
    `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`.padEnd(117) + '\n'
  );
}

const ARRAYS = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  b1: Uint8Array,
} as const;

/** The bytes of values in a NumPy type, e.g. `>i8`, `<f2`. */
export function elements(descr: string, values: readonly number[]): Bytes {
  const kind = descr.slice(1);
  const size = Number(kind.slice(1));
  let bytes: Bytes;
  if (kind === 'i8' || kind === 'u8') bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  else if (kind === 'f2') bytes = new Uint8Array(Uint16Array.from(values, halfBits).buffer);
  else bytes = new Uint8Array(ARRAYS[kind as keyof typeof ARRAYS].from(values).buffer);
  if (descr.startsWith('>')) for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}

/** Exact for values float16 has; infinities and NaN too. */
function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | Math.round((size / 2 ** exponent - 1) * 1024);
}

/** A matrix of `rows × columns` whose entry is `value(row, column)`. */
export function npy(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number = (r, c) => r + c / 4,
  { descr = '<f4', fortran = false, version = [1, 0] as readonly [number, number] } = {},
): Bytes {
  const values = Array.from({ length: rows * columns }, (_, i) =>
    fortran ? value(i % rows, Math.floor(i / rows)) : value(Math.floor(i / columns), i % columns),
  );
  return npyOf(npyHeader(descr, `(${rows}, ${columns})`, fortran), elements(descr, values), version);
}

export interface ZipPart {
  readonly name: string;
  readonly content: Uint8Array;
  readonly stored?: boolean;
  /** Lies of the directory. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly zip64?: boolean;
}

/** A zip archive; `share` lets every entry point at the first one's bytes. */
export function zipOf(parts: readonly ZipPart[], { share = false, comment = '' } = {}): Bytes {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = text(part.name);
    const data = part.stored ? part.content : deflateRawSync(part.content);
    const method = part.method ?? (part.stored ? 0 : 8);
    const crc = part.crc ?? crc32(part.content);
    const size = part.size ?? part.content.length;
    const at = share ? 0 : offset;
    const narrow = (value: number): number => (part.zip64 ? 0xffffffff : value);
    const common = [
      ...u16(20),
      ...u16(part.flags ?? 0),
      ...u16(method),
      ...u32(0),
      ...u32(crc),
      ...u32(narrow(data.length)),
      ...u32(narrow(size)),
      ...u16(name.length),
    ];
    const wide = part.zip64 ? [...u16(1), ...u16(24), ...u64(size), ...u64(data.length), ...u64(at)] : [];
    const local = join(Uint8Array.from([...u32(0x04034b50), ...common, ...u16(0)]), name, data);
    directory.push(
      join(
        Uint8Array.from([
          ...u32(0x02014b50),
          ...u16(20),
          ...common,
          ...u16(wide.length),
          ...u16(0),
          ...u16(0),
          ...u16(0),
          ...u32(0),
          ...u32(narrow(at)),
        ]),
        name,
        Uint8Array.from(wide),
      ),
    );
    if (share && locals.length > 0) continue;
    locals.push(local);
    offset += local.length;
  }
  const central = join(...directory);
  const wide = parts.some((part) => part.zip64);
  const end64 = wide
    ? Uint8Array.from([
        ...u32(0x06064b50),
        ...u64(44),
        ...u16(45),
        ...u16(45),
        ...u32(0),
        ...u32(0),
        ...u64(parts.length),
        ...u64(parts.length),
        ...u64(central.length),
        ...u64(offset),
        ...u32(0x07064b50),
        ...u32(0),
        ...u64(offset + central.length),
        ...u32(1),
      ])
    : new Uint8Array();
  const end = Uint8Array.from([
    ...u32(0x06054b50),
    ...u16(0),
    ...u16(0),
    ...u16(parts.length),
    ...u16(parts.length),
    ...u32(wide ? 0xffffffff : central.length),
    ...u32(wide ? 0xffffffff : offset),
    ...u16(comment.length),
  ]);
  return join(...locals, central, end64, end, text(comment));
}

const u16 = (value: number): number[] => [value & 255, (value >>> 8) & 255];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: number): number[] => [...u32(value >>> 0), ...u32(Math.floor(value / 2 ** 32))];

/** A whole interaction table: `users` users who each met `each` items of `items`, all splits filled. */
export function interactionsText({
  users = 6,
  items = 8,
  each = 4,
  header = 'userID\titemID\trating\ttimestamp\tx_label',
  separator = '\t',
  end = '\n',
} = {}): string {
  const lines = [header];
  for (let user = 0; user < users; user++) {
    for (let at = 0; at < each; at++) {
      const label = at === each - 1 ? 2 : at === each - 2 ? 1 : 0;
      lines.push(
        [user, (user + at * 2 + (at === 1 ? 1 : 0)) % items, 1 + ((user + at) % 5), 1000 + at, label].join(separator),
      );
    }
  }
  return lines.join(end) + end;
}
