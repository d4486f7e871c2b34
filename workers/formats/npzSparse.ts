import { AppError } from '../../src/domain/errors';
import { entry } from '../../src/domain/at';
import { records } from './dense';
import type { NamedArray, SparseMatrix } from './format';
import { readNpyHeader } from './npy';
import { swapBytes, type ElementType } from './npyTypes';
import { baseName, type ByteSource, type Watch } from './source';
import { amount, count } from './words';

/** Entries that are read at once. */
const ENTRIES_PER_BLOCK = 2 ** 16;

/** One of the arrays that a sparse matrix consists of. */
interface Part {
  readonly source: ByteSource;
  readonly offset: number;
  readonly type: ElementType;
  readonly length: number;
}

/** What `scipy.sparse.save_npz` wrote: CSR, CSC or COO. Null when the arrays are something else. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export async function npzSparse(
  archive: ByteSource,
  named: ReadonlyMap<string, ByteSource>,
  watch: Watch,
): Promise<NamedArray | null> {
  const of = (name: string): ByteSource | undefined => named.get(name);
  const format = of('format');
  const shape = of('shape');
  const data = of('data');
  if (!format || !shape || !data) return null;
  const form = await readText(format, watch);
  const broken = (what: string): AppError =>
    new AppError(
      'FILE_BROKEN',
      `${baseName(archive.path)} is not a readable sparse matrix: ${what}.`,
      'Save it again with scipy.sparse.save_npz.',
      { path: archive.path },
    );
  const lengths = await values(await part(shape, broken, watch), watch);
  const [rows, columns] = lengths;
  if (lengths.length !== 2 || !isLength(rows) || !isLength(columns)) throw broken('its shape is not rows × columns');
  const first = of(form === 'coo' ? 'row' : 'indices');
  const second = of(form === 'coo' ? 'col' : 'indptr');
  if (!['csr', 'csc', 'coo'].includes(form) || !first || !second) {
    throw new AppError(
      'FILE_UNSUPPORTED',
      `${baseName(archive.path)} is a sparse matrix in the form ${form.slice(0, 20)}, which is not read.`,
      'Save it as CSR: scipy.sparse.save_npz(file, matrix.tocsr()).',
      { path: archive.path },
    );
  }
  const parts = {
    data: await part(data, broken, watch),
    first: await part(first, broken, watch),
    second: await part(second, broken, watch),
  };
  const sparse =
    form === 'coo'
      ? coordinates(rows, columns, parts, broken)
      : compressed(rows, columns, form === 'csc', parts, broken);
  return { name: '', kind: 'sparse', sparse };
}

const isLength = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value > 0 && value < 2 ** 31;

type Broken = (what: string) => AppError;
type Parts = Readonly<Record<'data' | 'first' | 'second', Part>>;

async function part(source: ByteSource, broken: Broken, watch: Watch): Promise<Part> {
  const { type, offset, shape } = await readNpyHeader(source, watch);
  const length = shape.length === 1 ? shape[0] : undefined;
  if ('text' in type || length === undefined || length > 2 ** 40)
    throw broken(`${baseName(source.path)} is not a list of numbers`);
  if (source.size !== null && source.size < offset + length * type.bytes)
    throw broken(`${baseName(source.path)} ends early`);
  return { source, offset, type, length };
}

/** The text of an array without dimensions: `format`. */
async function readText(source: ByteSource, watch: Watch): Promise<string> {
  const { type, offset } = await readNpyHeader(source, watch);
  if (!('text' in type)) return '';
  for await (const element of records(source, offset, type.bytes, 1, 1, watch)) return type.text(element);
  return '';
}

/** The numbers of an array, block by block; a block is reused for the next one. */
async function* blocks(
  { source, offset, type, length }: Part,
  watch: Watch,
): AsyncGenerator<Float64Array, void, undefined> {
  const decoded = new Float64Array(Math.min(length, ENTRIES_PER_BLOCK));
  for await (const bytes of records(source, offset, type.bytes, length, ENTRIES_PER_BLOCK, watch)) {
    if (type.swapped) swapBytes(bytes, type.bytes);
    type.decode(bytes.buffer, bytes.length / type.bytes, decoded);
    yield decoded.subarray(0, bytes.length / type.bytes);
  }
}

async function values(of: Part, watch: Watch): Promise<Float64Array> {
  if (of.length > 2 ** 31) return new Float64Array();
  const all = new Float64Array(of.length);
  let at = 0;
  for await (const block of blocks(of, watch)) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** CSR or, by columns, CSC: `first` holds the indices, `second` where each row's entries begin. */
function compressed(rows: number, columns: number, byColumns: boolean, parts: Parts, broken: Broken): SparseMatrix {
  const { data, first: indices, second: starts } = parts;
  const [major, minor] = byColumns ? [columns, rows] : [rows, columns];
  if (starts.length !== major + 1)
    throw broken(`indptr has ${count(starts.length)} entries for ${amount(major, byColumns ? 'column' : 'row')}`);
  if (indices.length !== data.length)
    throw broken(`it has ${count(indices.length)} indices for ${amount(data.length, 'value')}`);
  return {
    rows,
    columns,
    entries: data.length,
    async read(watch, take) {
      const pointers = await values(starts, watch);
      if (entry(pointers, 0) !== 0 || entry(pointers, major) !== data.length)
        throw broken('indptr does not count its entries');
      let line = 0;
      let at = 0;
      await inStep([indices, data], watch, (index, value) => {
        while (line < major && at >= entry(pointers, line + 1)) line++;
        if (at < entry(pointers, line)) throw broken('indptr runs backwards');
        if (!(index >= 0 && index < minor && Number.isInteger(index)))
          throw broken(`it has an entry at ${index} of ${count(minor)}`);
        if (byColumns) take(index, line, value);
        else take(line, index, value);
        at++;
      });
    },
  };
}

/** COO: `first` holds the rows, `second` the columns. */
function coordinates(rows: number, columns: number, { data, first, second }: Parts, broken: Broken): SparseMatrix {
  if (first.length !== data.length || second.length !== data.length)
    throw broken('its rows, columns and values differ in number');
  return {
    rows,
    columns,
    entries: data.length,
    read: (watch, take) =>
      inStep([first, second, data], watch, (row, column, value) => {
        const inside = row >= 0 && row < rows && column >= 0 && column < columns;
        if (!inside || !Number.isInteger(row) || !Number.isInteger(column))
          throw broken(`it has an entry at ${row}, ${column}`);
        take(row, column, value);
      }),
  };
}

/** Reads arrays of equal length side by side. */
async function inStep(
  parts: readonly Part[],
  watch: Watch,
  take: (a: number, b: number, c: number) => void,
): Promise<void> {
  const streams = parts.map((of) => blocks(of, watch));
  try {
    for (;;) {
      const found = await Promise.all(streams.map((stream) => stream.next()));
      const [a, b, c] = found.map(({ value }) => value ?? null);
      if (!a || !b) return;
      for (let i = 0; i < a.length; i++) take(entry(a, i), entry(b, i), c ? entry(c, i) : 0);
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return()));
  }
}
