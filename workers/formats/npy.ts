import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { checkShape, denseNumbers, denseTexts, matrixAxes, truncated } from './dense';
import type { Format, NamedArray } from './format';
import { LONGEST_NPY_HEADER, NPY_MAGIC, parseNpyHeader, type NpyHeader } from './npyHeader';
import type { ElementType } from './npyTypes';
import { baseName, readHead, spool, type ByteSource, type Watch } from './source';
import { stridedBlocks } from './strided';

const isNpy = (head: Uint8Array): boolean => NPY_MAGIC.every((byte, i) => head[i] === byte);

/** NumPy's `.npy`. */
export const npy: Format = {
  name: 'npy',
  match: isNpy,
  open: async (source, watch) => ({
    kind: 'arrays',
    what: 'a NumPy array',
    arrays: [await npyArray('', source, watch)],
  }),
};

/** The header of a `.npy`, read from its start. Throws `NPY_HEADER`, `NPY_OBJECT` or `NPY_TYPE`. */
export async function readNpyHeader(source: ByteSource, watch: Watch): Promise<NpyHeader> {
  const head = await readHead(source, LONGEST_NPY_HEADER, watch);
  const name = baseName(source.path);
  if (!isNpy(head)) {
    throw new AppError(
      'NPY_HEADER',
      `${name} is not a NumPy file, though its name says so.`,
      'Save it again with numpy.save.',
      { path: source.path },
    );
  }
  return parseNpyHeader(name, head);
}

/** The array of a `.npy`. Throws `NPY_HEADER`, `NPY_OBJECT`, `NPY_TYPE`, `NPY_SHAPE` or `NPY_TRUNCATED`. */
export async function npyArray(name: string, source: ByteSource, watch: Watch): Promise<NamedArray> {
  const { type, offset, fortranOrder, shape } = await readNpyHeader(source, watch);
  if ('text' in type) {
    if (shape.length === 1 && shape[0]) return denseTexts(name, { source, offset, shape }, type);
    throw textShape(source, type.label);
  }
  const [rows = 0, columns = 0] = matrixAxes(shape).map((axis) => entry(shape, axis));
  if (!fortranOrder || rows <= 1 || columns <= 1) return denseNumbers(name, { source, offset, shape }, type);
  checkShape(source.path, baseName(source.path), shape);
  return columnMajor(name, source, offset, type, rows, columns);
}

/** Values in column order (Fortran), which needs random access. */
function columnMajor(
  name: string,
  source: ByteSource,
  offset: number,
  type: ElementType,
  rows: number,
  columns: number,
): NamedArray {
  const needed = offset + rows * columns * type.bytes;
  if (source.size !== null && source.size < needed) throw truncated(source, rows, needed, source.size);
  const layout = { offset, type, rows, columns, rowStride: 1, columnStride: rows };
  return {
    name,
    kind: 'matrix',
    matrix: {
      rows,
      columns,
      sourceType: type.label,
      async *blocks(rowsPerBlock, watch) {
        const blob = await spool(source, watch);
        if (blob.size < needed) throw truncated(source, rows, needed, blob.size);
        // A spooled source has counted its bytes already.
        yield* stridedBlocks(source.path, blob, layout, rowsPerBlock, source.blob ? watch : { signal: watch.signal });
      },
    },
  };
}

const textShape = (source: ByteSource, label: string): AppError =>
  new AppError(
    'NPY_TYPE',
    `${baseName(source.path)} has the element type ${label}, which is not a real number.`,
    'Save features as float32, e.g. numpy.save(file, matrix.astype("float32")), and ids as one dimension of text.',
    { path: source.path },
  );
