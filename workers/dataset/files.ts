import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { IdVector, Matrix, NamedArray, SparseMatrix, Table } from '../formats/format';
import { open } from '../formats/recognise';
import { baseName, blobSource, type ByteSource, type Watch } from '../formats/source';
import { amount, count } from '../formats/words';
import { bareName, featureName, isClutter } from './names';
import { sampleOf, type Sample } from './sample';
import { vectorWidths } from './vectorCells';

/** What a file, or an array in a file, holds. */
export type Content =
  /** `vectors`: numbers per cell of the columns of vectors, null for the others. */
  | {
      readonly kind: 'table';
      readonly table: Table;
      readonly sample: Sample;
      readonly vectors: readonly (number | null)[];
    }
  | { readonly kind: 'matrix'; readonly matrix: Matrix }
  | { readonly kind: 'vector'; readonly ids: IdVector | null; readonly matrix: Matrix | null }
  | { readonly kind: 'sparse'; readonly sparse: SparseMatrix }
  | { readonly kind: 'unread'; readonly error: AppError };

export type TableContent = Extract<Content, { kind: 'table' }>;

/** A file that was opened, or one array of a file that holds several. */
export interface OpenedFile {
  /** Of the file; of an array the file's with the array's name behind it. */
  readonly path: string;
  readonly source: ByteSource;
  /** The array's name in its file; `''` where a file is one thing. */
  readonly array: string;
  /** `a table, tab-separated, 4 columns`, `a matrix of 10 × 4, float32`. */
  readonly what: string;
  readonly content: Content;
}

/** An archive in an archive in an archive is no dataset. */
const DEEPEST = 2;

/** Opens every file, archives too; what cannot be opened comes with the reason. Throws `IMPORT_CANCELLED` only. */
export async function openFiles(files: readonly NamedFile[], watch: Watch): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  const queue = files.map(({ path, file }) => blobSource(path, file)).filter(({ path }) => !isClutter(path));
  queue.reverse();
  for (let source = queue.pop(); source; source = queue.pop()) {
    try {
      const found = await open(source, watch);
      switch (found.kind) {
        case 'table':
          opened.push(await tableFile(source, found.table));
          break;
        case 'arrays':
          // One by one: an archive may hold more than a call takes arguments.
          for (const array of found.arrays) opened.push(arrayFile(source, array, found.arrays.length));
          break;
        case 'archive':
          if (source.depth >= DEEPEST) throw nested(source.path);
          for (const entry of [...found.entries].reverse()) if (!isClutter(entry.path)) queue.push(entry);
          break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
      const { path } = source;
      opened.push({ path, source, array: '', what: 'unreadable', content: { kind: 'unread', error } });
    }
  }
  return opened;
}

function nested(path: string): AppError {
  return new AppError(
    'ZIP_BOMB',
    `${baseName(path)} is nested in too many archives.`,
    'Unpack the outer archives and drop the files themselves.',
    { path },
  );
}

async function tableFile(source: ByteSource, table: Table): Promise<OpenedFile> {
  const what = `${table.form}, ${amount(table.columns.length, 'column')}`;
  const sample = await sampleOf(table);
  const vectors = vectorWidths(table, sample.rows, featureName(bareName(source.path))?.promised === true);
  return { path: source.path, source, array: '', what, content: { kind: 'table', table, sample, vectors } };
}

function arrayFile(source: ByteSource, array: NamedArray, arrays: number): OpenedFile {
  const path = arrays > 1 && array.name !== '' ? `${source.path}/${array.name}` : source.path;
  const file = { path, source, array: array.name };
  switch (array.kind) {
    case 'matrix':
      return { ...file, what: matrixWords(array.matrix), content: { kind: 'matrix', matrix: array.matrix } };
    case 'vector': {
      const length = array.ids?.length ?? array.matrix?.columns ?? 0;
      const content = { kind: 'vector', ids: array.ids, matrix: array.matrix } as const;
      return { ...file, what: `a vector of ${count(length)} ${array.matrix ? 'numbers' : 'names'}`, content };
    }
    case 'sparse': {
      const { rows, columns, entries } = array.sparse;
      const what = `a sparse matrix of ${count(rows)} × ${count(columns)} with ${amount(entries, 'entry', 'entries')}`;
      return { ...file, what, content: { kind: 'sparse', sparse: array.sparse } };
    }
    case 'refused':
      return { ...file, what: 'unreadable', content: { kind: 'unread', error: array.error } };
  }
}

export const matrixWords = ({ rows, columns, sourceType }: Matrix): string =>
  `a matrix of ${count(rows)} × ${count(columns)}, ${sourceType}`;

/** The first few names of a list. */
export function shortList(paths: readonly string[]): string {
  const names = paths.slice(0, 5);
  return paths.length > names.length
    ? `${names.join(', ')} and ${count(paths.length - names.length)} more`
    : names.join(', ');
}
