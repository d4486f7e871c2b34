import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { checkShape, describe, denseNumbers, matrixAxes } from './dense';
import type { IdVector, Matrix, NamedArray } from './format';
import { bomb, inflatedLimit } from './inflate';
import { swapBytes, type ElementType } from './npyTypes';
import { READ_BYTES, baseName, blobSource, readSlice, type Watch } from './source';
import { stridedMatrix, type Layout } from './strided';

/** The bytes that tensors are views of. */
export interface Storage {
  readonly blob: Blob;
  readonly bytes: number;
  /** Where it begins; in a zip archive, where its local header does. */
  readonly from: number;
  /** Most bytes of that header; 0 where there is none. */
  readonly header: number;
  /** Where the bytes begin, read from the header where there is one. */
  start(watch: Watch): Promise<number>;
  /** The same from bytes that begin with the header; null when they do not tell. */
  startWithin(head: DataView): number | null;
}

/** A tensor: a view of a storage. Offset and strides count elements. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly storage: Storage;
}

/** Throws `FILE_BROKEN` unless all values of a tensor that has some lie in its storage. */
export function checkExtent(path: string, name: string, tensor: Tensor): void {
  const last = tensor.shape.reduce((sum, length, i) => sum + (length - 1) * entry(tensor.strides, i), tensor.offset);
  const bytes = tensor.shape.reduce((product, length) => product * length, tensor.type.bytes);
  // A view may repeat what is stored, but not without end.
  if (bytes > inflatedLimit(tensor.storage.bytes)) throw bomb(path, inflatedLimit(tensor.storage.bytes));
  if (tensor.shape.includes(0) || (last + 1) * tensor.type.bytes <= tensor.storage.bytes) return;
  throw new AppError(
    'FILE_BROKEN',
    `${describe(name, path)} has the shape (${tensor.shape.join(' × ')}), which is more than the file stores of it.`,
    'Copy or download the file again, or save it again with torch.save.',
    { path },
  );
}

/** A tensor as an array of its name. Throws `NPY_SHAPE` or `FILE_BROKEN`. */
export async function tensorArray(path: string, name: string, tensor: Tensor, watch: Watch): Promise<NamedArray> {
  const { type, shape, strides, storage, offset } = tensor;
  checkShape(path, describe(name, path), shape);
  checkExtent(path, name, tensor);
  const axes = matrixAxes(shape);
  const [rows = 1, columns] = axes.map((axis) => entry(shape, axis));
  const begin = (await storage.start(watch)) + offset * type.bytes;
  const [rowStride = 1, columnStride = 1] = axes.map((axis) => entry(strides, axis));
  const dense =
    columns === undefined
      ? rowStride === 1 || rows === 1
      : (columnStride === 1 || columns === 1) && (rowStride === columns || rows === 1);
  if (dense) {
    const bytes = rows * (columns ?? 1) * type.bytes;
    const source = blobSource(path, storage.blob.slice(begin, begin + bytes));
    return denseNumbers(name, { source, offset: 0, shape }, type);
  }
  if (columns !== undefined) {
    const layout = { offset: begin, type, rows, columns, rowStride, columnStride };
    return { name, kind: 'matrix', matrix: stridedMatrix(path, storage.blob, layout) };
  }
  // A column of a matrix, say: each value is a row of its own, and the vector their one row.
  const layout = { offset: begin, type, rows: 1, columns: rows, rowStride: 0, columnStride: rowStride };
  const matrix = stridedMatrix(path, storage.blob, layout);
  return { name, kind: 'vector', ids: type.whole ? stridedIds(path, storage.blob, layout) : null, matrix };
}

/** The whole numbers of such a vector; those of 64 bits are exact to 2⁵³. */
function stridedIds(path: string, blob: Blob, layout: Layout): IdVector {
  const { type, offset, columns, columnStride } = layout;
  return {
    length: columns,
    async read(watch) {
      const length = (columns - 1) * columnStride + 1;
      const bytes = await readSlice(path, blob, offset, offset + length * type.bytes, watch);
      if (type.swapped) swapBytes(bytes, type.bytes);
      const values = new Float64Array(length);
      type.decode(bytes.buffer, length, values);
      return Array.from({ length: columns }, (_, i) => String(entry(values, i * columnStride)));
    },
  };
}

/** A vector per row: what a dict of ids or a list holds, one tensor of `columns` values each. The caller has checked their extents. */
export function rowsMatrix(path: string, tensors: readonly Tensor[], columns: number): Matrix {
  return {
    rows: tensors.length,
    columns,
    sourceType: tensors[0]?.type.label ?? '',
    async *blocks(rowsPerBlock, watch) {
      const values = new Float32Array(Math.min(tensors.length, rowsPerBlock) * columns);
      for (let first = 0; first < tensors.length; first += rowsPerBlock) {
        const last = Math.min(tensors.length, first + rowsPerBlock);
        for (let at = first; at < last;) {
          const run = runFrom(tensors, at, last, columns);
          await readRun(path, run, columns, values.subarray((at - first) * columns), watch);
          at += run.length;
        }
        yield values.subarray(0, (last - first) * columns);
      }
    },
  };
}

/** The bytes that a row may lie in: with the header of its storage where that is near. */
function extentOf({ storage, type, offset, strides }: Tensor, columns: number): { low: number; high: number } {
  const begin = offset * type.bytes;
  const bytes = ((columns - 1) * (strides.at(-1) ?? 1) + 1) * type.bytes;
  const near = storage.header > 0 && begin < READ_BYTES / 4;
  return { low: storage.from + (near ? 0 : begin), high: storage.from + storage.header + begin + bytes };
}

/** Tensors from `at` on that one read brings: those that lie close together. */
function runFrom(tensors: readonly Tensor[], at: number, last: number, columns: number): readonly Tensor[] {
  const first = entry(tensors, at);
  let { low, high } = extentOf(first, columns);
  let end = at + 1;
  for (; end < last; end++) {
    const tensor = entry(tensors, end);
    const extent = extentOf(tensor, columns);
    const [from, to] = [Math.min(low, extent.low), Math.max(high, extent.high)];
    if (tensor.storage.blob !== first.storage.blob || to - from > READ_BYTES) break;
    low = from;
    high = to;
  }
  return tensors.slice(at, end);
}

async function readRun(
  path: string,
  run: readonly Tensor[],
  columns: number,
  out: Float32Array,
  watch: Watch,
): Promise<void> {
  const blob = entry(run, 0).storage.blob;
  const extents = run.map((tensor) => extentOf(tensor, columns));
  const low = extents.reduce((least, extent) => Math.min(least, extent.low), Infinity);
  const high = extents.reduce((most, extent) => Math.max(most, extent.high), 0);
  const span = await readSlice(path, blob, low, Math.min(high, blob.size), watch);
  for (const [i, tensor] of run.entries()) {
    const { storage, type, offset, strides } = tensor;
    const stride = strides.at(-1) ?? 1;
    const bytes = ((columns - 1) * stride + 1) * type.bytes;
    const head = storage.from >= low && storage.from <= low + span.length ? storage.from - low : null;
    const within = head === null ? null : storage.startWithin(new DataView(span.buffer, head));
    const begin = (within ?? (await storage.start(watch))) + offset * type.bytes;
    const found =
      begin >= low && begin - low + bytes <= span.length
        ? span.slice(begin - low, begin - low + bytes)
        : await readSlice(path, blob, begin, begin + bytes, watch);
    if (found.length < bytes) throw shortRow(path);
    if (type.swapped) swapBytes(found, type.bytes);
    const elements = new Float32Array(bytes / type.bytes);
    type.decode(found.buffer, elements.length, elements);
    for (let c = 0; c < columns; c++) out[i * columns + c] = entry(elements, c * stride);
  }
}

const shortRow = (path: string): AppError =>
  new AppError('FILE_BROKEN', `${baseName(path)} ends early.`, 'Copy or download the file again.', { path });
