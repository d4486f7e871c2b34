import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { WIDEST_ROW } from './dense';
import type { Matrix } from './format';
import { ColumnCursor, type Tools } from './parquetColumn';
import type { Column, Leaf, ParquetFile } from './parquetFile';
import { READ_BYTES, baseName, type Watch } from './source';
import { count } from './words';

/** All columns together hold about this much of what is stored. */
const HELD_BYTES = 64 * 2 ** 20;
const LEAST_READ = 32 * 1024;
/** Rows that are copied column by column while they stay in the processor's cache. */
const TILE_ROWS = 32;

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
    blocks: (rowsPerBlock, watch) => blocks(file, chosen, columns, rowsPerBlock, tools, watch),
  };
}

async function* blocks(
  file: ParquetFile,
  chosen: readonly Chosen[],
  columns: number,
  rowsPerBlock: number,
  tools: Tools,
  watch: Watch,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const values = new Float32Array(Math.min(file.rows, rowsPerBlock) * columns);
  const readBytes = Math.max(LEAST_READ, Math.min(READ_BYTES, Math.floor(HELD_BYTES / chosen.length)));
  let filled = 0;
  let first = 0;
  for (const [group, { num_rows }] of file.metadata.row_groups.entries()) {
    const height = Number(num_rows);
    const cursors = chosen.map(
      ({ column, leaf, width }) => new ColumnCursor(file, column, leaf, group, width, first, readBytes, tools, watch),
    );
    for (let left = height; left > 0;) {
      await Promise.all(cursors.filter(({ rows }) => rows === 0).map((cursor) => cursor.fill()));
      const ready = cursors.reduce((least, { rows }) => Math.min(least, rows), Math.min(left, rowsPerBlock - filled));
      place(cursors, chosen, values, filled, ready, columns);
      filled += ready;
      left -= ready;
      if (filled < rowsPerBlock && !(left === 0 && first + height === file.rows)) continue;
      yield values.subarray(0, filled * columns);
      filled = 0;
    }
    for (const cursor of cursors) cursor.checkEnd();
    first += height;
  }
}

/** Copies the next rows of each column to where they stand in a row. */
function place(
  cursors: readonly ColumnCursor[],
  chosen: readonly Chosen[],
  out: Float32Array,
  firstRow: number,
  rows: number,
  columns: number,
): void {
  const [only] = cursors;
  if (only && cursors.length === 1) {
    const length = rows * columns;
    out.set(only.values.subarray(only.at, only.at + length), firstRow * columns);
    only.at += length;
    return;
  }
  for (let tile = 0; tile < rows; tile += TILE_ROWS) {
    const height = Math.min(TILE_ROWS, rows - tile);
    let column = (firstRow + tile) * columns;
    for (let i = 0; i < cursors.length; i++) {
      const cursor = entry(cursors, i);
      const { width } = entry(chosen, i);
      copy(cursor.values, cursor.at, width, height, out, column, columns);
      cursor.at += height * width;
      column += width;
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
