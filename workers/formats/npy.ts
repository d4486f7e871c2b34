import { AppError } from '../../src/domain/errors';
import type { Format, Matrix } from './format';
import { LONGEST_NPY_HEADER, NPY_MAGIC, parseNpyHeader, type NpyHeader } from './npyHeader';
import { swapBytes } from './npyTypes';
import { baseName, readHead, readSlice, spool, type ByteSource, type Watch } from './source';
import { count } from './words';

/** A row wider than this is no feature vector, but a matrix saved in another shape. */
const WIDEST_ROW = 2 ** 20;
/** Rows of a column-major matrix are gathered in panels of this many bytes, so that a slice of a column is worth its read. */
const PANEL_BYTES = 64 * 2 ** 20;
/** Column slices asked for at once. */
const PARALLEL_READS = 64;

/** NumPy's `.npy`. */
export const npy: Format = {
  name: 'npy',
  match: (head) => NPY_MAGIC.every((byte, i) => head[i] === byte),
  open: async (source, watch) => ({
    kind: 'arrays',
    what: 'a NumPy array',
    arrays: [{ name: '', kind: 'matrix', matrix: await openNpy(source, watch) }],
  }),
};

async function openNpy(source: ByteSource, watch: Watch): Promise<Matrix> {
  const name = baseName(source.path);
  const header = parseNpyHeader(name, await readHead(source, LONGEST_NPY_HEADER, watch));
  const [rows, columns] = header.shape;
  if (header.shape.length !== 2 || !rows || !columns || columns > WIDEST_ROW || rows >= 2 ** 31) {
    throw new AppError(
      'NPY_SHAPE',
      `${name} has the shape (${header.shape.map(count).join(' × ')}), but features must be a matrix of rows × columns.`,
      'Save one row of numbers per item, e.g. numpy.save(file, features.reshape(items, -1)).',
      { path: source.path },
    );
  }
  const needed = header.offset + rows * columns * header.type.bytes;
  if (source.size !== null && source.size < needed) throw truncated(source, rows, needed, source.size);
  return {
    rows,
    columns,
    sourceType: header.type.label,
    blocks: (rowsPerBlock, blockWatch) =>
      header.fortranOrder && rows > 1 && columns > 1
        ? columnMajor(source, header, rows, columns, rowsPerBlock, blockWatch)
        : rowMajor(source, header, rows, columns, rowsPerBlock, blockWatch),
  };
}

function truncated(source: ByteSource, rows: number, needed: number, found: number): AppError {
  return new AppError(
    'NPY_TRUNCATED',
    `${baseName(source.path)} ends early: ${count(rows)} rows need ${count(needed)} bytes, and it has ${count(found)}.`,
    'Copy or download the file again; it is probably truncated.',
    { path: source.path },
  );
}

/** Values in row order: one staging buffer that is filled from the stream and decoded when full. */
async function* rowMajor(
  source: ByteSource,
  header: NpyHeader,
  rows: number,
  columns: number,
  rowsPerBlock: number,
  watch: Watch,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const rowBytes = columns * header.type.bytes;
  const staging = new Uint8Array(Math.min(rows, rowsPerBlock) * rowBytes);
  const values = new Float32Array(Math.min(rows, rowsPerBlock) * columns);
  let skip = header.offset;
  let filled = 0;
  let left = rows * rowBytes;
  let seen = 0;
  for await (const chunk of source.chunks(watch)) {
    seen += chunk.length;
    let at = Math.min(skip, chunk.length);
    skip -= at;
    while (at < chunk.length && left > 0) {
      const target = Math.min(staging.length, filled + left);
      const part = chunk.subarray(at, at + target - filled);
      staging.set(part, filled);
      filled += part.length;
      left -= part.length;
      at += part.length;
      if (filled < staging.length && left > 0) continue;
      const elements = filled / header.type.bytes;
      if (header.type.swapped) swapBytes(staging.subarray(0, filled), header.type.bytes);
      header.type.decode(staging.buffer, elements, values);
      filled = 0;
      yield values.subarray(0, elements);
    }
  }
  // The stream is read to its end even when the matrix is complete, so that an archive's checksum is verified.
  if (left > 0) throw truncated(source, rows, header.offset + rows * rowBytes, seen);
}

/** Values in column order (Fortran): per panel of rows, a slice of every column. */
async function* columnMajor(
  source: ByteSource,
  header: NpyHeader,
  rows: number,
  columns: number,
  rowsPerBlock: number,
  watch: Watch,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const blob = await spool(source, watch);
  const { type, offset } = header;
  const needed = offset + rows * columns * type.bytes;
  if (blob.size < needed) throw truncated(source, rows, needed, blob.size);
  const panelRows = Math.max(rowsPerBlock, Math.floor(PANEL_BYTES / (4 * columns)));
  const panel = new Float32Array(Math.min(rows, panelRows) * columns);
  const column = new Float32Array(Math.min(rows, panelRows));
  // A spooled source has counted its bytes already.
  const reads: Watch = source.blob ? watch : { signal: watch.signal };

  for (let first = 0; first < rows; first += panelRows) {
    const height = Math.min(panelRows, rows - first);
    for (let c = 0; c < columns; c += PARALLEL_READS) {
      const group = Array.from({ length: Math.min(PARALLEL_READS, columns - c) }, (_, i) => {
        const start = offset + ((c + i) * rows + first) * type.bytes;
        return readSlice(source.path, blob, start, start + height * type.bytes, reads);
      });
      for (const [i, bytes] of (await Promise.all(group)).entries()) {
        if (type.swapped) swapBytes(bytes, type.bytes);
        type.decode(bytes.buffer, height, column);
        for (let r = 0; r < height; r++) panel[r * columns + c + i] = column[r] ?? 0;
      }
    }
    for (let r = 0; r < height; r += rowsPerBlock) {
      yield panel.subarray(r * columns, Math.min(height, r + rowsPerBlock) * columns);
    }
  }
}
