import { AppError } from '../../src/domain/errors';
import type { Matrix } from './format';
import { swapBytes, type ElementType } from './npyTypes';
import { baseName, readSlice, type Watch } from './source';
import { count } from './words';

/** Rows whose values lie apart are gathered in panels of this many bytes, so that a slice of a column is worth its read. */
const PANEL_BYTES = 64 * 2 ** 20;
/** Slices asked for at once. */
const PARALLEL_READS = 64;
/** One read brings a span of rows when at least this share of it is wanted. */
const WORTH = 1 / 8;

/** A matrix whose value `[r, c]` is element `r * rowStride + c * columnStride` after `offset` (bytes). */
export interface Layout {
  readonly offset: number;
  readonly type: ElementType;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

type Blocks = AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined>;

/** Any layout in a file that can be read at any place. The caller has checked that it lies within the blob. */
export function stridedMatrix(path: string, blob: Blob, layout: Layout): Matrix {
  return {
    rows: layout.rows,
    columns: layout.columns,
    sourceType: layout.type.label,
    blocks: (rowsPerBlock, watch) => stridedBlocks(path, blob, layout, rowsPerBlock, watch),
  };
}

export const stridedBlocks = (path: string, blob: Blob, layout: Layout, rowsPerBlock: number, watch: Watch): Blocks =>
  layout.columnStride <= layout.rowStride || layout.columns === 1
    ? byRows(path, blob, layout, rowsPerBlock, watch)
    : byColumns(path, blob, layout, rowsPerBlock, watch);

/** Rows that lie one after the other, maybe with gaps, or over each other. */
async function* byRows(path: string, blob: Blob, layout: Layout, rowsPerBlock: number, watch: Watch): Blocks {
  const { rows, columns, rowStride, columnStride, offset, type } = layout;
  const values = new Float32Array(Math.min(rows, rowsPerBlock) * columns);
  const rowSpan = (columns - 1) * columnStride + 1;
  if (rowSpan * type.bytes > PANEL_BYTES) throw scattered(path, rowSpan * type.bytes);
  const together =
    rowSpan >= rowStride * WORTH ? Math.max(1, Math.floor(PANEL_BYTES / type.bytes / Math.max(rowStride, rowSpan))) : 1;
  const read = async (first: number, height: number): Promise<void> => {
    const span = (height - 1) * rowStride + rowSpan;
    const start = offset + first * rowStride * type.bytes;
    const elements = await slice(path, blob, start, span, type, watch);
    const base = (first % rowsPerBlock) * columns;
    for (let r = 0; r < height; r++)
      for (let c = 0; c < columns; c++)
        values[base + r * columns + c] = elements[r * rowStride + c * columnStride] ?? 0;
  };
  for (let first = 0; first < rows; first += rowsPerBlock) {
    const height = Math.min(rowsPerBlock, rows - first);
    const step = together * (together === 1 ? PARALLEL_READS : 1);
    for (let at = 0; at < height; at += step) {
      const reads = [];
      for (let row = at; row < Math.min(height, at + step); row += together)
        reads.push(read(first + row, Math.min(together, height - row)));
      await Promise.all(reads);
    }
    yield values.subarray(0, height * columns);
  }
}

/** Values in column order (Fortran): per panel of rows, a slice of every column. */
async function* byColumns(path: string, blob: Blob, layout: Layout, rowsPerBlock: number, watch: Watch): Blocks {
  const { rows, columns, rowStride, columnStride, offset, type } = layout;
  const panelRows =
    Math.ceil(Math.max(rowsPerBlock, Math.floor(PANEL_BYTES / (4 * columns))) / rowsPerBlock) * rowsPerBlock;
  const panel = new Float32Array(Math.min(rows, panelRows) * columns);
  for (let first = 0; first < rows; first += panelRows) {
    const height = Math.min(panelRows, rows - first);
    const span = (height - 1) * rowStride + 1;
    if (span * type.bytes > PANEL_BYTES * 4) throw scattered(path, span * type.bytes);
    for (let c = 0; c < columns; c += PARALLEL_READS) {
      const group = Array.from({ length: Math.min(PARALLEL_READS, columns - c) }, (_, i) =>
        slice(path, blob, offset + ((c + i) * columnStride + first * rowStride) * type.bytes, span, type, watch),
      );
      for (const [i, column] of (await Promise.all(group)).entries())
        for (let r = 0; r < height; r++) panel[r * columns + c + i] = column[r * rowStride] ?? 0;
    }
    for (let r = 0; r < height; r += rowsPerBlock) {
      yield panel.subarray(r * columns, Math.min(height, r + rowsPerBlock) * columns);
    }
  }
}

/** `length` elements from byte `start` on. */
async function slice(
  path: string,
  blob: Blob,
  start: number,
  length: number,
  type: ElementType,
  watch: Watch,
): Promise<Float32Array> {
  const bytes = await readSlice(path, blob, start, start + length * type.bytes, watch);
  if (type.swapped) swapBytes(bytes, type.bytes);
  const values = new Float32Array(length);
  type.decode(bytes.buffer, length, values);
  return values;
}

const scattered = (path: string, bytes: number): AppError =>
  new AppError(
    'NPY_SHAPE',
    `${baseName(path)} holds a view of a larger array whose neighbouring values lie ${count(bytes)} bytes apart.`,
    'Copy it before you save it: tensor.contiguous().clone(), or numpy.ascontiguousarray.',
    { path },
  );
