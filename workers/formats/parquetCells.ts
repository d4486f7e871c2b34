import type { ParquetParsers } from 'hyparquet';
import { entry } from '../../src/domain/at';
import type { ColumnMetaData } from 'hyparquet';
import type { Tools } from './parquetColumn';
import { asBroken, broken, chunkRange, type ParquetFile } from './parquetFile';
import { pageHeader } from './parquetPages';
import { readSlice, type Watch } from './source';

/** Rows that are handed over between two looks at whether to go on. */
const DEEPEST = 64;

/** Times as text of ISO 8601 in UTC, days as their date. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (time) => isoTime(Number(time)),
  timestampFromMicroseconds: (time) => isoTime(Number(time) / 1000),
  timestampFromNanoseconds: (time) => isoTime(Number(time) / 1_000_000),
  dateFromDays: (days) => isoTime(days * 86_400_000).slice(0, 10),
};

function isoTime(milliseconds: number): string {
  const date = new Date(Math.floor(milliseconds));
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}

/**
 * Every row as text, row group by row group: the rows of one are held at once. Columns that `instead` has a text for are not read. Throws
 * `FILE_BROKEN`.
 */
export async function readRows(
  file: ParquetFile,
  tools: Tools,
  instead: ReadonlyMap<number, string>,
  watch: Watch,
  row: (cells: readonly string[], line: number) => void,
): Promise<void> {
  const { path } = file;
  const { parquetRead } = await import('hyparquet');
  const read = file.columns.flatMap(({ name }, column) => (instead.has(column) ? [] : [{ name, column }]));
  const blank = file.columns.map((_, column) => instead.get(column) ?? '');
  let first = 0;
  for (const [index, { num_rows }] of file.metadata.row_groups.entries()) {
    const height = Number(num_rows);
    if (height === 0) continue;
    if (read.length === 0) {
      for (let i = 0; i < height; i++) row(blank, first + i + 1);
      first += height;
      continue;
    }
    const names = new Set(read.map(({ name }) => name));
    const parts = await groupBytes(file, index, names, tools, watch);
    let rows: unknown[][] = [];
    try {
      await parquetRead({
        file: {
          byteLength: file.blob.size,
          slice: async (start, end = file.blob.size) => {
            const part = parts.find((one) => one.start <= start && end <= one.start + one.bytes.length);
            if (part) return part.bytes.slice(start - part.start, end - part.start).buffer;
            return (await readSlice(path, file.blob, start, end, { signal: watch.signal })).buffer;
          },
        },
        metadata: file.metadata,
        ...(instead.size > 0 ? { columns: [...names] } : {}),
        rowStart: first,
        rowEnd: first + height,
        compressors: tools.decompressors,
        parsers: PARSERS,
        onComplete: (found) => {
          rows = found;
        },
      });
    } catch (error) {
      throw asBroken(path, error);
    }
    if (rows.length !== height) throw broken(path, 'a row group has more or fewer rows than it says');
    for (const [i, cells] of rows.entries()) {
      if (instead.size === 0) {
        row(Array.from(cells, cellText), first + i + 1);
        continue;
      }
      const all = [...blank];
      read.forEach(
        ({ column }, at) => (all[column] = cellText(cells.length === blank.length ? cells[column] : cells[at])),
      );
      row(all, first + i + 1);
    }
    first += height;
  }
}

/** The bytes of the named columns of a row group, whose pages have the sizes that they say. */
async function groupBytes(
  file: ParquetFile,
  group: number,
  names: ReadonlySet<string>,
  tools: Tools,
  watch: Watch,
): Promise<readonly { readonly bytes: Uint8Array<ArrayBuffer>; readonly start: number }[]> {
  const { path, blob } = file;
  const { columns, num_rows } = entry(file.metadata.row_groups, group);
  const height = Number(num_rows);
  const parts: { bytes: Uint8Array<ArrayBuffer>; start: number }[] = [];
  for (const chunk of columns) {
    const data = chunk.meta_data;
    if (!names.has(data?.path_in_schema[0] ?? '')) continue;
    const { start, end, values: expected } = chunkRange(path, chunk, blob.size);
    const bytes = await readSlice(path, blob, start, end, watch);
    let values = 0;
    for (let at = 0; at < bytes.length;) {
      const page = pageHeader(path, tools.readHeader, bytes, at, expected);
      if (!page || page.end + page.header.compressed_page_size > bytes.length) throw broken(path, 'a page is damaged');
      values += page.header.data_page_header?.num_values ?? page.header.data_page_header_v2?.num_values ?? 0;
      at = page.end + page.header.compressed_page_size;
    }
    if (values !== expected || (isFlat(data) && values !== height))
      throw broken(path, 'a column has more or fewer values than it says');
    parts.push({ bytes, start });
  }
  return parts;
}

/** A column by itself has a value for each row; those of lists and structures have names of several parts. */
const isFlat = (data: ColumnMetaData | undefined): boolean => data?.path_in_schema.length === 1;

/** A cell as text: nothing for a null, JSON for lists and structures. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Date) return isoTime(value.getTime());
  return typeof value === 'object' ? jsonText(value, 0) : String(value);
}

/** JSON with whole numbers of 64 bits in full. */
function jsonText(value: unknown, depth: number): string {
  if (value === null || value === undefined || depth > DEEPEST) return 'null';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (
    Array.isArray(value) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof Uint8Array))
  )
    return `[${Array.from(iterable(value), (item) => jsonText(item, depth + 1)).join()}]`;
  if (typeof value !== 'object' || value instanceof Uint8Array || value instanceof Date)
    return JSON.stringify(cellText(value));
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${jsonText(field, depth + 1)}`);
  return `{${fields.join()}}`;
}

function* iterable(value: object): Generator<unknown> {
  if (Symbol.iterator in value && typeof value[Symbol.iterator] === 'function')
    for (const item of Object.values(value)) yield item;
}
