import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { IdVector, Matrix, NamedArray } from './format';
import { swapBytes, type ElementType } from './npyTypes';
import { baseName, type ByteSource, type Watch } from './source';
import { count } from './words';

/** A row wider than this is no feature vector, but a matrix saved in another shape. */
export const WIDEST_ROW = 2 ** 20;
/** Ids that are turned into text at once. */
const IDS_PER_BLOCK = 2 ** 16;

/** Text of a fixed number of bytes: NumPy's `<U12` and `|S8`, HDF5's fixed strings. */
export interface TextType {
  readonly label: string;
  readonly bytes: number;
  /** The text of one element, without its padding. */
  text(element: Uint8Array): string;
}

/** Values that lie row after row in `source`, from `offset` on. */
export interface Dense {
  readonly source: ByteSource;
  readonly offset: number;
  readonly shape: readonly number[];
}

/**
 * The axes of a matrix or a vector. Of three and more, those longer than 1, if they are at most two: `(items, 1, 768)` and
 * `(items, 2048, 1, 1)` are matrices, and `(1, 1, 768)` is one of a single row.
 */
export function matrixAxes(shape: readonly number[]): readonly number[] {
  const all = [...shape.keys()];
  const long = all.filter((axis) => shape[axis] !== 1);
  if (shape.length <= 2 || long.length > 2) return all;
  if (long.length === 2) return long;
  return long[0] === 0 || long[0] === undefined ? [0, 1] : [0, long[0]];
}

/** Throws `NPY_SHAPE` unless the shape is that of a matrix of features or of a vector; a vector's has one length. */
export function checkShape(path: string, what: string, shape: readonly number[]): void {
  const axes = matrixAxes(shape);
  const [rows, columns] = axes.map((axis) => entry(shape, axis));
  const usable = axes.length === 1 ? rows : axes.length === 2 && columns && columns <= WIDEST_ROW && rows;
  if (usable && usable < 2 ** 31) return;
  throw new AppError(
    'NPY_SHAPE',
    `${what} has the shape (${shape.map(count).join(' × ')}), but features must be a matrix of rows × columns.`,
    'Save one row of numbers per item, e.g. numpy.save(file, features.reshape(items, -1)).',
    { path },
  );
}

/** Numbers as a matrix, or as a vector where they have one dimension. Throws `NPY_SHAPE` and `NPY_TRUNCATED`. */
export function denseNumbers(name: string, { source, offset, shape }: Dense, type: ElementType): NamedArray {
  checkShape(source.path, describe(name, source.path), shape);
  const [rows = 0, columns] = matrixAxes(shape).map((axis) => entry(shape, axis));
  checkLength(source, offset, rows, (columns ?? 1) * type.bytes);
  if (columns !== undefined)
    return { name, kind: 'matrix', matrix: rowMajorMatrix(source, offset, type, rows, columns) };
  return {
    name,
    kind: 'vector',
    ids: type.whole ? numberIds(source, offset, type, rows) : null,
    matrix: rows <= WIDEST_ROW ? rowMajorMatrix(source, offset, type, 1, rows) : null,
  };
}

/** Text of one dimension as ids. Throws `NPY_TRUNCATED`. */
export function denseTexts(name: string, { source, offset, shape }: Dense, type: TextType): NamedArray {
  const [length = 0] = shape;
  checkLength(source, offset, length, type.bytes);
  return { name, kind: 'vector', ids: textIds(source, offset, type, length), matrix: null };
}

/** How messages call an array: by its name, and the file it lies in. */
export const describe = (name: string, path: string): string =>
  name === '' ? baseName(path) : `${name} in ${baseName(path)}`;

export function rowMajorMatrix(
  source: ByteSource,
  offset: number,
  type: ElementType,
  rows: number,
  columns: number,
): Matrix {
  return {
    rows,
    columns,
    sourceType: type.label,
    async *blocks(rowsPerBlock, watch) {
      const values = new Float32Array(Math.min(rows, rowsPerBlock) * columns);
      for await (const bytes of records(source, offset, columns * type.bytes, rows, rowsPerBlock, watch)) {
        const elements = bytes.length / type.bytes;
        if (type.swapped) swapBytes(bytes, type.bytes);
        type.decode(bytes.buffer, elements, values);
        yield values.subarray(0, elements);
      }
    },
  };
}

/** Whole numbers as ids: exact up to 64 bits. */
function numberIds(source: ByteSource, offset: number, type: ElementType, length: number): IdVector {
  return {
    length,
    async read(watch) {
      const ids: string[] = [];
      for await (const bytes of records(source, offset, type.bytes, length, IDS_PER_BLOCK, watch)) {
        if (type.swapped) swapBytes(bytes, type.bytes);
        for (const number of wholeNumbers(bytes, type)) ids.push(String(number));
      }
      return ids;
    },
  };
}

/** Whole numbers of this machine's byte order: as bigints where they have 64 bits. */
function wholeNumbers(bytes: Uint8Array<ArrayBuffer>, type: ElementType): Iterable<number | bigint> {
  const length = bytes.length / type.bytes;
  if (type.bytes === 8) {
    return type.label.endsWith('uint64')
      ? new BigUint64Array(bytes.buffer, 0, length)
      : new BigInt64Array(bytes.buffer, 0, length);
  }
  const values = new Float64Array(length);
  type.decode(bytes.buffer, length, values);
  return values;
}

function textIds(source: ByteSource, offset: number, type: TextType, length: number): IdVector {
  return {
    length,
    async read(watch) {
      const ids: string[] = [];
      for await (const bytes of records(source, offset, type.bytes, length, IDS_PER_BLOCK, watch))
        for (let at = 0; at < bytes.length; at += type.bytes) ids.push(type.text(bytes.subarray(at, at + type.bytes)));
      return ids;
    },
  };
}

/**
 * Records of equal length, from byte `offset` on, in blocks of at most `perBlock`: one staging buffer that is filled from the
 * stream. Each block starts at its buffer's start. The stream is read to its end even when the records are complete, so that an
 * archive's checksum is verified. Throws `NPY_TRUNCATED`.
 */
export async function* records(
  source: ByteSource,
  offset: number,
  recordBytes: number,
  length: number,
  perBlock: number,
  watch: Watch,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const staging = new Uint8Array(Math.min(length, perBlock) * recordBytes);
  let skip = offset;
  let filled = 0;
  let left = length * recordBytes;
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
      const block = staging.subarray(0, filled);
      filled = 0;
      yield block;
    }
  }
  if (left > 0) throw truncated(source, length, offset + length * recordBytes, seen);
}

function checkLength(source: ByteSource, offset: number, rows: number, rowBytes: number): void {
  const needed = offset + rows * rowBytes;
  if (source.size !== null && source.size < needed) throw truncated(source, rows, needed, source.size);
}

export function truncated(source: ByteSource, rows: number, needed: number, found: number): AppError {
  return new AppError(
    'NPY_TRUNCATED',
    `${baseName(source.path)} ends early: ${count(rows)} rows need ${count(needed)} bytes, and it has ${count(found)}.`,
    'Copy or download the file again; it is probably truncated.',
    { path: source.path },
  );
}
