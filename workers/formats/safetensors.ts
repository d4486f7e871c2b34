import { AppError } from '../../src/domain/errors';
import { denseNumbers, describe } from './dense';
import type { Format, NamedArray } from './format';
import { elementOf } from './npyTypes';
import { refused } from './npz';
import { baseName, blobSource, readSlice, spool, type Watch } from './source';
import { count } from './words';

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;
const MOST_ARRAYS = 100_000;

/** The format's names of element types; those of 8 and fewer bits that are no whole numbers, and complex ones, are refused. */
const TYPES: Readonly<Record<string, string>> = {
  F64: 'f8',
  F32: 'f4',
  F16: 'f2',
  BF16: 'bf2',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U64: 'u8',
  U32: 'u4',
  U16: 'u2',
  U8: 'u1',
  BOOL: 'b1',
};

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** `.safetensors`: eight bytes of length, a JSON header, then the values of each tensor. */
export const safetensors: Format = {
  name: 'safetensors',
  match: (head) => head.length > 9 && headerLength(head) !== null && head[8] === 0x7b,
  open: async (source, watch) => {
    const { path } = source;
    const blob = await spool(source, { signal: watch.signal });
    const head = await readSlice(path, blob, 0, 8, { signal: watch.signal });
    const length = headerLength(head);
    if (length === null || 8 + length > blob.size) throw broken(path, 'it ends within its header');
    const { start, entries } = await readEntries(path, blob, length, watch);
    const arrays: NamedArray[] = [];
    for (const entry of entries) {
      arrays.push(await refused(entry.name, async () => arrayOf(path, blob, start, entry)));
    }
    if (arrays.length === 0) throw broken(path, 'it holds no tensor');
    return { kind: 'arrays', what: 'a safetensors file', arrays };
  },
};

/** The length of the header; null where the first eight bytes are no such length. */
function headerLength(head: Uint8Array): number | null {
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  return length >= 2 && length <= LONGEST_HEADER ? length : null;
}

async function readEntries(
  path: string,
  blob: Blob,
  length: number,
  watch: Watch,
): Promise<{ start: number; entries: Entry[] }> {
  const start = 8 + length;
  const bytes = await readSlice(path, blob, 8, start, { signal: watch.signal });
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw broken(path, 'its header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw broken(path, 'its header is not JSON');
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(path, name, value));
  if (entries.length > MOST_ARRAYS) throw broken(path, `it holds ${count(entries.length)} tensors`);
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) throw broken(path, `${entry.name.slice(0, 100)} is not where its header says`);
    end = entry.end;
  }
  if (start + end !== blob.size)
    throw broken(path, `its tensors take ${count(end)} bytes, and it has ${count(blob.size - start)}`);
  return { start, entries };
}

function entryOf(path: string, name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets } =
    typeof value === 'object' && value !== null ? { dtype: null, shape: null, data_offsets: null, ...value } : {};
  const lengths = wholeNumbers(shape);
  const offsets = wholeNumbers(data_offsets);
  const [start, end] = offsets ?? [];
  if (
    typeof dtype !== 'string' ||
    !lengths ||
    lengths.length > 32 ||
    offsets?.length !== 2 ||
    start === undefined ||
    end === undefined ||
    end < start
  )
    throw broken(path, `${name.slice(0, 100)} is described wrongly`);
  const type = elementOf(TYPES[dtype] ?? '');
  const bytes = lengths.reduce((product, length) => product * length, type?.bytes ?? 0);
  if (type && bytes !== end - start)
    throw broken(path, `${name.slice(0, 100)} has more or fewer bytes than its shape asks for`);
  return { name, type: dtype, shape: lengths, start, end };
}

function wholeNumbers(value: unknown): number[] | null {
  if (!Array.isArray(value)) return null;
  const found: number[] = [];
  for (const part of value) {
    if (typeof part !== 'number' || !Number.isSafeInteger(part) || part < 0) return null;
    found.push(part);
  }
  return found;
}

function arrayOf(path: string, blob: Blob, start: number, entry: Entry): NamedArray {
  const type = elementOf(TYPES[entry.type] ?? '');
  if (!type) {
    throw new AppError(
      'NPY_TYPE',
      `${describe(entry.name, path)} has elements of the type ${entry.type.slice(0, 20)}, which are not read.`,
      'Save it as float32: save_file({"features": features.float()}, path).',
      { path },
    );
  }
  const source = blobSource(path, blob.slice(start + entry.start, start + entry.end));
  return denseNumbers(entry.name, { source, offset: 0, shape: entry.shape }, type);
}

const broken = (path: string, what: string): AppError =>
  new AppError(
    'FILE_BROKEN',
    `${baseName(path)} is not a readable safetensors file: ${what}.`,
    'Copy or download the file again, or save it again with safetensors.',
    { path },
  );
