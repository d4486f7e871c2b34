import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { Matrix } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import type { OpenedFile } from './files';

/** Rows are gathered in panels of this many bytes; a matrix in another order is read once per panel. */
const PANEL_BYTES = 256 * 2 ** 20;

/** The rows of a matrix in another order: row i is row `order[i]` of it, or zeros where that is −1. */
export function ordered(matrix: Matrix, order: Int32Array): Matrix {
  const { columns } = matrix;
  const panelRows = Math.max(1, Math.floor(PANEL_BYTES / (4 * columns)));
  return {
    rows: order.length,
    columns,
    sourceType: matrix.sourceType,
    async *blocks(rowsPerBlock, watch) {
      for (let first = 0; first < order.length; first += panelRows) {
        const part = order.subarray(first, first + panelRows);
        const panel = await gather(matrix, part, rowsPerBlock, first === 0 ? watch : { signal: watch.signal });
        for (let row = 0; row < part.length; row += rowsPerBlock)
          yield panel.subarray(row * columns, Math.min(part.length, row + rowsPerBlock) * columns);
      }
    },
  };
}

async function gather(
  matrix: Matrix,
  order: Int32Array,
  rowsPerBlock: number,
  watch: Watch,
): Promise<Float32Array<ArrayBuffer>> {
  const { columns } = matrix;
  const panel = new Float32Array(order.length * columns);
  const places = new Map<number, number[]>();
  order.forEach((source, row) => {
    const rows = places.get(source);
    if (rows) rows.push(row);
    else if (source >= 0) places.set(source, [row]);
  });
  let source = 0;
  for await (const block of matrix.blocks(rowsPerBlock, watch)) {
    for (let at = 0; at < block.length; at += columns, source++)
      for (const row of places.get(source) ?? []) panel.set(block.subarray(at, at + columns), row * columns);
  }
  return panel;
}

/** Vectors of single items, a file each, as a matrix in the order of `order` (−1: zeros). */
export function folderMatrix(files: readonly OpenedFile[], columns: number, order: Int32Array): Matrix {
  return {
    rows: order.length,
    columns,
    sourceType: `${typeOf(files[0])}, a file per item`,
    async *blocks(rowsPerBlock, watch) {
      const block = new Float32Array(Math.min(rowsPerBlock, order.length) * columns);
      for (let first = 0; first < order.length; first += rowsPerBlock) {
        const part = order.subarray(first, first + rowsPerBlock);
        for (const [row, source] of part.entries()) {
          const place = block.subarray(row * columns, (row + 1) * columns);
          if (source < 0) place.fill(0);
          else place.set(await vectorOf(entry(files, source), watch));
        }
        yield block.subarray(0, part.length * columns);
      }
    },
  };
}

const matrixIn = (file: OpenedFile | undefined): Matrix | null =>
  file?.content.kind === 'matrix' || file?.content.kind === 'vector' ? file.content.matrix : null;
const typeOf = (file: OpenedFile | undefined): string => matrixIn(file)?.sourceType ?? '';

async function vectorOf(file: OpenedFile, watch: Watch): Promise<Float32Array> {
  for await (const block of matrixIn(file)?.blocks(1, watch) ?? []) return block.slice();
  throw new AppError('NPY_SHAPE', `${baseName(file.path)} holds no vector.`, 'Write it again.', { path: file.path });
}
