import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { Matrix, Table } from '../formats/format';
import { open } from '../formats/recognise';
import { baseName, blobSource, type ByteSource, type Watch } from '../formats/source';
import { amount } from '../formats/words';
import type { Findings } from './findings';
import { featureKey, isClutter, isPromising } from './names';

/** What was dropped, archives opened, each file recognised. */
export interface Dropped {
  readonly tables: readonly { readonly source: ByteSource; readonly table: Table }[];
  readonly matrices: readonly { readonly source: ByteSource; readonly matrix: Matrix }[];
}

/** An archive in an archive in an archive is no dataset. */
const DEEPEST = 2;

/** Opens every file. What cannot be opened is an error if its name promises data, else it is left out with a note. */
export async function openFiles(files: readonly NamedFile[], findings: Findings, watch: Watch): Promise<Dropped> {
  const tables: Dropped['tables'][number][] = [];
  const matrices: Dropped['matrices'][number][] = [];
  const leftOut: string[] = [];
  const queue = files.map(({ path, file }) => blobSource(path, file)).filter(({ path }) => !isClutter(path));
  const single = queue.length === 1;

  for (let source = queue.shift(); source; source = queue.shift()) {
    try {
      const opened = await open(source, watch);
      switch (opened.kind) {
        case 'table':
          tables.push({ source, table: opened.table });
          break;
        case 'arrays':
          for (const array of opened.arrays)
            if (array.kind === 'matrix') matrices.push({ source, matrix: array.matrix });
          break;
        case 'archive':
          if (source.depth >= DEEPEST) throw nested(source.path);
          queue.unshift(...opened.entries.filter(({ path }) => !isClutter(path)));
          break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
      if (error.code === 'NPY_OBJECT' && featureKey(source.path) === null && !single) noteObject(source.path, findings);
      else if ((single && source.depth === 0) || isPromising(source.path) || isArchiveError(error))
        findings.unreadable(source.path, error);
      else leftOut.push(source.path);
    }
  }
  const first = leftOut[0];
  if (first !== undefined) {
    findings.note({
      rule: 'unrecognised',
      file: first,
      row: null,
      message: `${amount(leftOut.length, 'file')} of other kinds ${leftOut.length === 1 ? 'was' : 'were'} skipped: ${shortList(leftOut)}.`,
      hint: 'Nothing to do unless one of them belongs to the dataset.',
    });
  }
  return { tables, matrices };
}

function nested(path: string): AppError {
  return new AppError(
    'ZIP_BOMB',
    `${baseName(path)} is nested in too many archives.`,
    'Unpack the outer archives and drop the files themselves.',
    { path },
  );
}

const isArchiveError = (error: AppError): boolean => error.code.startsWith('ZIP_') || error.code.startsWith('GZIP_');

function noteObject(path: string, findings: Findings): void {
  findings.note({
    rule: 'object-type',
    file: path,
    row: null,
    message: `${baseName(path)} holds Python objects and was skipped: objects are programs and are never run here.`,
    hint: 'Nothing to do: graphs are built from the training interactions.',
  });
}

/** The first few names of a list. */
export function shortList(paths: readonly string[]): string {
  const names = paths.slice(0, 5).map(baseName);
  return paths.length > names.length ? `${names.join(', ')} and ${paths.length - names.length} more` : names.join(', ');
}
