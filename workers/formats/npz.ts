import { AppError } from '../../src/domain/errors';
import type { NamedArray, Opened } from './format';
import { npyArray } from './npy';
import { npzSparse } from './npzSparse';
import type { ByteSource, Watch } from './source';

/** An archive of more `.npy` files than this is opened one by one. */
const MOST_ARRAYS = 4096;

/** What macOS puts beside every file that it packs. */
const isResourceFork = (path: string): boolean => path.includes('/__MACOSX/');

/**
 * The entries of a zip archive as the arrays of an `.npz`: where all of them are `.npy`, null otherwise. SciPy's sparse matrices,
 * which are several arrays, come as one.
 */
export async function npzArrays(
  archive: ByteSource,
  entries: readonly ByteSource[],
  watch: Watch,
): Promise<Opened | null> {
  const files = entries.filter(({ path }) => !isResourceFork(path));
  if (files.length === 0 || files.length > MOST_ARRAYS || !files.every(({ path }) => path.endsWith('.npy')))
    return null;
  const named = new Map(
    files.map((source) => [source.path.slice(archive.path.length + 1, -'.npy'.length), source] as const),
  );
  const sparse = await refused('', () => npzSparse(archive, named, watch));
  if (sparse) return { kind: 'arrays', what: 'a sparse matrix of SciPy', arrays: [sparse] };
  const arrays: NamedArray[] = [];
  for (const [name, source] of named) {
    arrays.push(await refused(name, async () => ({ ...(await npyArray('', source, watch)), name })));
  }
  return { kind: 'arrays', what: 'an NPZ file', arrays };
}

/** The array, or why it cannot be used. */
export async function refused<T>(name: string, open: () => Promise<T>): Promise<T | NamedArray> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
    return { name, kind: 'refused', error };
  }
}
