import type { FeatureInfo } from '../../src/domain/dataset';
import type { ColumnUse, FileReading, FileRole } from '../../src/domain/reading';
import { baseName } from '../formats/source';
import { amount, count } from '../formats/words';
import type { Content, OpenedFile } from './files';
import { bareName, featureName } from './names';
import type { Uses } from './tableGuess';

/** Vectors of single items, a file each, in one folder. */
export interface VectorFolder {
  readonly kind: 'folder';
  readonly columns: number;
  readonly files: readonly OpenedFile[];
}

/** A file, an array in one, or a folder of single vectors, with what it is taken for so far. */
export interface Entry {
  readonly path: string;
  readonly files: number;
  what: string;
  readonly file: OpenedFile;
  readonly content: Content | VectorFolder;
  role: FileRole;
  why: string;
  /** Why a person has to decide; null when nobody has. */
  question: string | null;
  /** A person has answered. */
  answered: boolean;
  uses: Uses;
  header: boolean;
  headerInDoubt: boolean;
  positives: readonly string[] | null;
  feature: Pick<FeatureInfo, 'key' | 'scope'> | null;
  /** What the check must say though the reading is certain. */
  warnings: readonly string[];
  /** Reads a table of numbers as lists of items instead. */
  asLists: boolean;
}

/** One entry per file or array, single vectors in one folder put together. Nothing is decided yet. */
export function entriesOf(opened: readonly OpenedFile[]): Entry[] {
  const folders = new Map<string, OpenedFile[]>();
  for (const file of opened) {
    if (vectorColumns(file.content) === null || file.array !== '') continue;
    const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
    const files = folders.get(folder);
    if (files) files.push(file);
    else folders.set(folder, [file]);
  }
  const folded = new Map<OpenedFile, readonly OpenedFile[]>();
  for (const files of folders.values()) {
    const widths = new Set(files.map(({ content }) => vectorColumns(content)));
    if (files.length >= FEWEST_IN_FOLDER && widths.size === 1) for (const file of files) folded.set(file, files);
  }
  return opened.flatMap((file) => {
    const files = folded.get(file);
    if (!files) return [fresh(file)];
    return files[0] === file ? [folderEntry(file, files)] : [];
  });
}

/** Two single vectors in a folder may be anything; three are a habit. */
const FEWEST_IN_FOLDER = 3;

/** The width of what could be the vector of one item; null for other contents. */
function vectorColumns(content: Content): number | null {
  if (content.kind === 'matrix') return content.matrix.rows === 1 ? content.matrix.columns : null;
  return content.kind === 'vector' ? (content.matrix?.columns ?? null) : null;
}

function fresh(file: OpenedFile): Entry {
  return {
    path: file.path,
    files: 1,
    what: file.what,
    file,
    content: file.content,
    role: 'unused',
    why: '',
    question: null,
    answered: false,
    uses: {},
    header: true,
    headerInDoubt: false,
    positives: null,
    feature: null,
    warnings: [],
    asLists: false,
  };
}

function folderEntry(file: OpenedFile, files: readonly OpenedFile[]): Entry {
  const columns = vectorColumns(file.content) ?? 0;
  const folder = file.path.slice(0, file.path.lastIndexOf('/'));
  return {
    ...fresh(file),
    path: `${folder}/*`,
    files: files.length,
    what: `${amount(files.length, 'file')} with a vector of ${count(columns)} numbers each`,
    content: { kind: 'folder', columns, files },
  };
}

/** What its name says of features: the array's, else the file's, else that of the nearest folder that says something. */
export function featureOfEntry(
  entry: Entry,
): (Pick<FeatureInfo, 'key' | 'scope'> & { readonly promised: boolean }) | null {
  const { array, source } = entry.file;
  const ofArray = array === '' ? null : featureName(bareName(array));
  if (ofArray && !GENERIC.test(ofArray.key)) return ofArray;
  const parts = source.path.split('/');
  if (entry.content.kind === 'folder') parts.pop();
  // A wrapper of a single array, and folders above, may carry the name.
  for (let at = parts.length - 1; at >= 0; at--) {
    const named = featureName(bareName(parts[at] ?? ''));
    if (named) return named;
    const speaks = entry.content.kind === 'folder' || /\.(npz|gz|zip|tgz|tar)$/i.test(parts[at - 1] ?? '');
    if (!speaks) break;
  }
  return ofArray;
}

/** Names of arrays that say nothing. */
const GENERIC =
  /^(arr|data|x|values?|tensor|feat|feature|features|emb|embedding|embeddings|vec|vector|vectors|block\d*)(_\d+)*$/;

/** The columns of an entry by their names, as a reading keeps them. */
export function namedUses(columns: readonly string[], uses: Uses, header: boolean): Partial<Record<ColumnUse, string>> {
  const named = Object.entries(uses).map(([use, column]) => {
    const name = columns[column]?.trim() ?? '';
    const unique = columns.filter((other) => other.trim() === name).length === 1;
    return [use, header && name !== '' && unique ? name : `#${column + 1}`];
  });
  return Object.fromEntries(named);
}

/** The reading of an entry. */
export function readingOfEntry(entry: Entry): FileReading {
  const { role, content, uses, header, positives, feature } = entry;
  const columns = content.kind === 'table' ? namedUses(content.table.columns, uses, header) : {};
  return {
    role,
    ...(Object.keys(columns).length > 0 ? { columns } : {}),
    ...(content.kind === 'table' && content.table.headerLine !== null && role !== 'unused' ? { header } : {}),
    ...(positives ? { positives } : {}),
    ...(role === 'features' && feature ? { feature: { key: feature.key, scope: feature.scope } } : {}),
  };
}

/** How messages call an entry. */
export function entryName({ files, path, file }: Entry): string {
  if (files > 1) return path.split('/').slice(-2).join('/');
  const inner = file.array !== '' && path !== file.source.path;
  return inner ? `${baseName(file.source.path)}/${file.array}` : baseName(path);
}
