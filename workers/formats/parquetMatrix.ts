import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { WIDEST_ROW } from './dense';
import type { Matrix } from './format';
import { ColumnCursor, type Tools } from './parquetColumn';
import type { Column, Leaf, ParquetFile } from './parquetFile';
import { READ_BYTES, baseName, type Watch } from './source';
import { count } from './words';

/** How much memory the reading takes, in bytes. */
export interface Limits {
  /** Of the columns that are read side by side, at most. */
  readonly panel: number;
  /** Of the rows that are made of one panel of columns after the other. */
  readonly rows: number;
  /** Of what all columns keep between, stored bytes and numbers, about. */
  readonly kept: number;
}

const LIMITS: Limits = { panel: 128 * 2 ** 20, rows: 128 * 2 ** 20, kept: 64 * 2 ** 20 };
const LEAST_READ = 32 * 1024;
/** Rows that are copied column by column while they stay in the processor's cache. */
const TILE_ROWS = 16;

interface Chosen {
  readonly column: Column;
  readonly leaf: Leaf;
  readonly width: number;
}

/** Columns of numbers side by side. Throws `TABLE_VALUE` when one is no number, and while reading when a row has none, or not as many. */
export function parquetMatrix(
  file: ParquetFile,
  widths: readonly (number | null)[],
  places: readonly number[],
  tools: Tools,
  limits = LIMITS,
): Matrix {
  const chosen = places.map((place): Chosen => {
    const column = entry(file.columns, place);
    const width = entry(widths, place);
    if (column.leaf && width !== null) return { column, leaf: column.leaf, width };
    throw new AppError(
      'TABLE_VALUE',
      column.leaf
        ? `${column.name} of ${baseName(file.path)} has an empty list in row 1.`
        : `${column.name} of ${baseName(file.path)} holds no numbers and no lists of numbers.`,
      'Choose columns of numbers, or convert it before writing the file.',
      { path: file.path },
    );
  });
  const columns = chosen.reduce((sum, { width }) => sum + width, 0);
  if (columns === 0 || columns > WIDEST_ROW || file.rows === 0) {
    throw new AppError(
      'NPY_SHAPE',
      `The chosen columns of ${baseName(file.path)} have the shape (${count(file.rows)} × ${count(columns)}), but features must be a matrix of rows × columns.`,
      'Choose columns that hold the numbers of each item.',
      { path: file.path },
    );
  }
  const labels = new Set(chosen.map(({ leaf }) => leaf.type.label));
  return {
    rows: file.rows,
    columns,
    sourceType: [...labels].join(', '),
    blocks: (rowsPerBlock, watch) => blocks(file, chosen, columns, rowsPerBlock, tools, limits, watch),
  };
}

/**
 * Rows from the first to the last. All columns are read side by side where that takes little memory; else so many at a time as may be held,
 * for many rows, and what a column keeps between is read again.
 */
async function* blocks(
  file: ParquetFile,
  chosen: readonly Chosen[],
  columns: number,
  rowsPerBlock: number,
  tools: Tools,
  limits: Limits,
  watch: Watch,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const abreast = Math.min(chosen.length, Math.max(1, Math.floor(limits.panel / heldByColumn(file, chosen))));
  const isPaneled = abreast < chosen.length;
  // Who asks for single rows wants the first.
  const tall = isPaneled && rowsPerBlock > 1 ? Math.floor(limits.rows / (4 * columns)) : 0;
  const height = Math.min(file.rows, Math.max(rowsPerBlock, tall));
  const values = new Float32Array(height * columns);
  const readBytes = Math.max(LEAST_READ, Math.min(READ_BYTES, Math.floor(limits.kept / abreast)));
  let filled = 0;
  let first = 0;
  for (const [group, { num_rows }] of file.metadata.row_groups.entries()) {
    const end = first + Number(num_rows);
    const panels = panelsOf(
      chosen.map(({ column, leaf, width }) => ({
        cursor: new ColumnCursor(file, column, leaf, group, width, first, readBytes, tools, watch),
        width,
      })),
      abreast,
    );
    while (first < end) {
      const rows = Math.min(end - first, height - filled);
      for (const panel of panels) {
        await fill(panel, rows, values, filled, columns);
        if (isPaneled) for (const { cursor } of panel.parts) cursor.suspend(Math.floor(limits.kept / chosen.length));
      }
      filled += rows;
      first += rows;
      if (filled < height && first < file.rows) continue;
      for (let row = 0; row < filled; row += rowsPerBlock)
        yield values.subarray(row * columns, Math.min(filled, row + rowsPerBlock) * columns);
      filled = 0;
    }
    for (const { parts } of panels) for (const { cursor } of parts) cursor.checkEnd();
  }
}

/** The most that one of the columns holds of a row group, if it is one page: its dictionary, what is stored, and the numbers. */
function heldByColumn(file: ParquetFile, chosen: readonly Chosen[]): number {
  let most = 1;
  for (const { columns } of file.metadata.row_groups)
    for (const { leaf } of chosen) {
      const data = entry(columns, leaf.index).meta_data;
      most = Math.max(most, Number(data?.total_uncompressed_size ?? 0n) + 4 * Number(data?.num_values ?? 0n));
    }
  return most;
}

/** Columns that are read side by side, and where the first of them stands in a row. */
interface Panel {
  readonly parts: readonly Part[];
  readonly offset: number;
}

interface Part {
  readonly cursor: ColumnCursor;
  readonly width: number;
}

function panelsOf(parts: readonly Part[], abreast: number): Panel[] {
  const panels: Panel[] = [];
  let offset = 0;
  for (let start = 0; start < parts.length; start += abreast) {
    const some = parts.slice(start, start + abreast);
    panels.push({ parts: some, offset });
    offset += some.reduce((sum, { width }) => sum + width, 0);
  }
  return panels;
}

/** Writes the next rows of a panel to where they stand in `out`, from row `firstRow` on. */
async function fill(
  { parts, offset }: Panel,
  rows: number,
  out: Float32Array,
  firstRow: number,
  columns: number,
): Promise<void> {
  for (let done = 0; done < rows;) {
    await Promise.all(parts.flatMap(({ cursor }) => (cursor.rows === 0 ? cursor.fill() : [])));
    const ready = parts.reduce((least, { cursor }) => Math.min(least, cursor.rows), rows - done);
    place(parts, out, (firstRow + done) * columns + offset, ready, columns);
    done += ready;
  }
}

/** Copies the next rows of each column to `out`, whose rows have `columns` numbers, from `start` on. */
function place(parts: readonly Part[], out: Float32Array, start: number, rows: number, columns: number): void {
  const [only] = parts;
  if (only?.width === columns) {
    const { cursor } = only;
    const length = rows * columns;
    out.set(cursor.values.subarray(cursor.at, cursor.at + length), start);
    cursor.at += length;
    return;
  }
  for (let tile = 0; tile < rows; tile += TILE_ROWS) {
    const height = Math.min(TILE_ROWS, rows - tile);
    let target = start + tile * columns;
    for (let i = 0; i < parts.length; i++) {
      const { cursor, width } = entry(parts, i);
      copy(cursor.values, cursor.at, width, height, out, target, columns);
      cursor.at += height * width;
      target += width;
    }
  }
}

function copy(
  from: Float32Array,
  start: number,
  width: number,
  height: number,
  out: Float32Array,
  target: number,
  columns: number,
): void {
  if (width === 1) {
    for (let r = 0, to = target; r < height; r++, to += columns) out[to] = from[start + r] ?? 0;
    return;
  }
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++) out[target + r * columns + c] = from[start + r * width + c] ?? 0;
}
