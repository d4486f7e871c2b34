import type { Format, Table } from './format';
import { readRows } from './parquetCells';
import { ColumnCursor, type Tools } from './parquetColumn';
import { readFile, type ParquetFile } from './parquetFile';
import { parquetMatrix } from './parquetMatrix';
import { decompressorsFor } from './parquetPages';
import { spool, type Watch } from './source';

/** As much of a column as tells how long its lists are. */
const FIRST_READ = 64 * 1024;

/** Apache Parquet: a table whose columns of numbers, and of lists of numbers, can be read as a matrix. */
export const parquet: Format = {
  name: 'parquet',
  match: (head) => head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && (head[3] === 0x31 || head[3] === 0x45),
  open: async (source, watch) => {
    const blob = await spool(source, { signal: watch.signal });
    const file = await readFile(source.path, blob, watch);
    return { kind: 'table', table: await tableOf(file, await toolsFor(file), watch) };
  },
};

/** Loads what the file needs. */
export async function toolsFor(file: ParquetFile): Promise<Tools> {
  const [{ parquetHeader }, { deltaBinaryUnpack }, decompressors] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/delta.js'),
    decompressorsFor(file),
  ]);
  return { decompressors, readHeader: parquetHeader, unpackDeltas: deltaBinaryUnpack };
}

async function tableOf(file: ParquetFile, tools: Tools, watch: Watch): Promise<Table> {
  const widths = await widthsOf(file, tools, watch);
  return {
    columns: file.columns.map(({ name }) => name),
    headerLine: null,
    form: 'a Parquet table',
    widths,
    matrix: async (columns) => parquetMatrix(file, widths, columns, tools),
    read: (rowsWatch, row) => readRows(file, tools, numberColumns(file, widths), rowsWatch, row),
  };
}

/** Lists of more numbers than this are vectors. */
const LONGEST_LIST = 16;
/** More columns of numbers than this are the values of a vector, but for those that are named like ids. */
const MOST_NUMBERS = 64;

/** What stands in the place of columns that are read as a matrix only: as text they would take many times their bytes. */
function numberColumns(file: ParquetFile, widths: readonly (number | null)[]): ReadonlyMap<number, string> {
  const many = widths.filter((width) => width === 1).length > MOST_NUMBERS;
  const found = widths.flatMap((width, column): [number, string][] => {
    if (width !== null && width > LONGEST_LIST) return [[column, `[${width} numbers]`]];
    const isId = /id|idx|index|asin|item|user/i.test(file.columns[column]?.name ?? '');
    return many && width === 1 && !isId ? [[column, '…']] : [];
  });
  return new Map(found);
}

/** The first row says how long the lists of a column are. */
async function widthsOf(file: ParquetFile, tools: Tools, watch: Watch): Promise<(number | null)[]> {
  const group = file.metadata.row_groups.findIndex(({ num_rows }) => num_rows > 0n);
  const widths: (number | null)[] = [];
  for (const column of file.columns) {
    const { leaf } = column;
    if (leaf && leaf.repeated > 0 && group >= 0) {
      const quiet = { signal: watch.signal };
      widths.push(await new ColumnCursor(file, column, leaf, group, null, 0, FIRST_READ, tools, quiet).firstWidth());
    } else widths.push(leaf && leaf.repeated === 0 ? 1 : null);
  }
  return widths;
}
