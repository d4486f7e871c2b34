import type { ColumnChunk, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { elementOf, type ElementType } from './npyTypes';
import { baseName, readSlice, type Watch } from './source';

/** A column of numbers, or of lists of numbers, as it is stored. */
export interface Leaf {
  /** Its place among the chunks of a row group. */
  readonly index: number;
  readonly type: ElementType;
  readonly physical: string;
  /** The definition level of a value that is there; less is a null, on one of the levels. */
  readonly defined: number;
  /** 1 for lists, 0 for plain columns. */
  readonly repeated: number;
}

export interface Column {
  readonly name: string;
  /** Null for text, times, structures and anything else that is no number. */
  readonly leaf: Leaf | null;
}

export interface ParquetFile {
  readonly path: string;
  readonly blob: Blob;
  readonly metadata: FileMetaData;
  readonly rows: number;
  readonly columns: readonly Column[];
}

const MOST_COLUMNS = 100_000;
const MOST_ROWS = 2 ** 31;
/** The footer of a file of many row groups and columns. */
const LONGEST_FOOTER = 256 * 2 ** 20;

/** The footer of a file. Throws `FILE_BROKEN` or `FILE_UNSUPPORTED`. */
export async function readFile(path: string, blob: Blob, watch: Watch): Promise<ParquetFile> {
  const tail = await readSlice(path, blob, Math.max(0, blob.size - 8), blob.size, { signal: watch.signal });
  const end = new TextDecoder('latin1').decode(tail.subarray(4));
  if (end === 'PARE') throw unsupported(path, 'is encrypted');
  const length = tail.length < 8 ? 0 : new DataView(tail.buffer).getUint32(0, true);
  if (end !== 'PAR1' || length + 12 > blob.size || length > LONGEST_FOOTER) throw broken(path, 'its end is missing');
  const footer = await readSlice(path, blob, blob.size - 8 - length, blob.size, { signal: watch.signal });
  const { parquetMetadata, parquetSchema } = await import('hyparquet');
  return guarded(path, () => {
    const metadata = parquetMetadata(footer.buffer, { geoparquet: false });
    const rows = Number(metadata.num_rows);
    const tree = parquetSchema(metadata);
    const leaves: SchemaTree[] = [];
    collectLeaves(path, tree, leaves, 0);
    if (!(rows >= 0 && rows < MOST_ROWS)) throw broken(path, 'its number of rows is impossible');
    let total = 0;
    for (const group of metadata.row_groups) {
      const height = Number(group.num_rows);
      if (!(height >= 0) || group.columns.length !== leaves.length)
        throw broken(path, 'its row groups do not have its columns');
      for (const chunk of group.columns) chunkRange(path, chunk, blob.size);
      total += height;
    }
    if (total !== rows) throw broken(path, 'its row groups have more or fewer rows than it says');
    const columns = tree.children.map((child) => ({ name: child.element.name, leaf: leafOf(child, leaves) }));
    return { path, blob, metadata, rows, columns };
  });
}

function collectLeaves(path: string, tree: SchemaTree, leaves: SchemaTree[], depth: number): void {
  if (depth > 64 || leaves.length > MOST_COLUMNS)
    throw broken(path, 'its columns are nested too deeply or are too many');
  for (const child of tree.children) {
    if (child.children.length === 0) leaves.push(child);
    else collectLeaves(path, child, leaves, depth + 1);
  }
}

/** The numbers of a top-level column: plain ones, or one list of them. */
function leafOf(top: SchemaTree, leaves: readonly SchemaTree[]): Leaf | null {
  let defined = 0;
  let repeated = 0;
  let tree = top;
  for (;;) {
    const kind = tree.element.repetition_type;
    if (kind !== 'REQUIRED') defined++;
    if (kind === 'REPEATED') repeated++;
    const [child] = tree.children;
    if (!child) break;
    if (tree.children.length > 1) return null;
    tree = child;
  }
  const type = numberType(tree.element);
  // A structure of one field is no list.
  const isStructure = top.children.length > 0 && repeated === 0;
  return !type || repeated > 1 || isStructure
    ? null
    : { index: leaves.indexOf(tree), type, physical: tree.element.type ?? '', defined, repeated };
}

/** The element type of a column of numbers; null for dates, decimals, texts and so on. */
function numberType({ type, type_length, converted_type, logical_type }: SchemaElement): ElementType | null {
  if (logical_type?.type === 'FLOAT16')
    return type === 'FIXED_LEN_BYTE_ARRAY' && type_length === 2 ? elementOf('f2') : null;
  if (logical_type && logical_type.type !== 'INTEGER') return null;
  if (converted_type && !/^U?INT_/.test(converted_type)) return null;
  const unsigned = logical_type ? !logical_type.isSigned : converted_type?.startsWith('UINT_');
  if (type === 'INT32') return elementOf(unsigned ? 'u4' : 'i4');
  if (type === 'INT64') return elementOf(unsigned ? 'u8' : 'i8');
  if (type === 'BOOLEAN') return elementOf('b1');
  if (type === 'FLOAT') return elementOf('f4');
  return type === 'DOUBLE' ? elementOf('f8') : null;
}

/** Where the pages of a column's chunk lie. */
export function chunkRange(
  path: string,
  chunk: ColumnChunk,
  size: number,
): { start: number; end: number; values: number } {
  const data = chunk.meta_data;
  if (!data || chunk.file_path) throw unsupported(path, 'keeps its columns in other files');
  const dictionary = Number(data.dictionary_page_offset ?? 0n);
  const first = Number(data.data_page_offset);
  const start = dictionary > 0 && dictionary < first ? dictionary : first;
  const end = start + Number(data.total_compressed_size);
  const values = Number(data.num_values);
  if (!(start >= 4 && end >= start && end <= size && values >= 0 && values < 2 ** 40))
    throw broken(path, 'a column lies outside the file');
  return { start, end, values };
}

/** What the reader of the footer and the pages throws on damaged ones is not ours; it becomes `FILE_BROKEN`. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asBroken(path, error);
  }
}

export function asBroken(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return broken(path, reason.replace(/\.$/, '').slice(0, 200));
}

export const chunkOf = (file: ParquetFile, group: number, index: number): ColumnChunk =>
  entry(entry(file.metadata.row_groups, group).columns, index);

export const broken = (path: string, what: string): AppError =>
  new AppError(
    'FILE_BROKEN',
    `${baseName(path)} is not a readable Parquet file: ${what}.`,
    'Copy or download the file again, or write it again with pandas or pyarrow.',
    { path },
  );

export const unsupported = (path: string, what: string): AppError =>
  new AppError(
    'FILE_UNSUPPORTED',
    `${baseName(path)} ${what}, which is not read.`,
    'Write it again as one plain file: pandas.read_parquet(path).to_parquet("table.parquet").',
    { path },
  );
