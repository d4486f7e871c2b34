import { entry as of } from '../../src/domain/at';
import type { Table } from '../formats/format';
import { baseName } from '../formats/source';
import type { SparseMatrix } from '../formats/format';
import { count } from '../formats/words';
import { columnRole, isItemList, withoutType } from './columnNames';
import { COUNTED_LISTS_FORM, isListsForm } from '../formats/table';
import { entryName, featureOfEntry, type Entry } from './entries';
import type { TableContent } from './files';
import { bareName, featureName, idListScope, isGraphCache, splitOfName } from './names';
import { columnKind, type ColumnKind } from './sample';
import { guessByContent, guessByHeader, guessNames, headerOf, type TableGuess, type Uses } from './tableGuess';

/** A table that could hold the interactions. */
export interface Candidate {
  readonly entry: Entry;
  readonly guess: TableGuess;
  /** How well it suits; the best by two or more is taken without a question. */
  readonly score: number;
}

/** Header-less tables of more columns are interactions only if one is a time. */
export const MOST_PLAIN_COLUMNS = 4;
/** Tables of MovieLens, which have no header and are known all the same. */
const KNOWN_PLAIN = /^(u\.data|u\d\.(base|test)|u[ab]\.(base|test)|ratings\.dat)$/;

/** Says of each entry what it is by itself, and returns the tables that could hold the interactions. */
export function classify(entries: readonly Entry[]): Candidate[] {
  return entries.flatMap((entry) => {
    switch (entry.content.kind) {
      case 'table':
        return classifyTable(entry, entry.content);
      case 'matrix':
      case 'folder':
        classifyMatrix(entry);
        return [];
      case 'vector':
        classifyVector(entry);
        return [];
      case 'sparse':
        return classifySparse(entry, entry.content.sparse);
      case 'unread':
        return [];
    }
  });
}

/** A sparse matrix of users × items is interactions; a square one is a graph. */
function classifySparse(entry: Entry, { rows, columns }: SparseMatrix): Candidate[] {
  const features = featureOfEntry(entry);
  if (isGraphCache(entry.path) || rows === columns) {
    entry.why = 'a graph that a program has kept; graphs are built from the training interactions';
    return [];
  }
  if (features?.promised) {
    entry.role = 'features';
    entry.feature = { key: features.key, scope: features.scope };
    entry.why = 'its name says that it holds features';
    return [];
  }
  entry.uses = { user: 0, item: 1, rating: 2 };
  const doubts =
    splitOfName(entry.path) !== null
      ? []
      : [`Are its ${count(rows)} rows users, and its ${count(columns)} columns items?`];
  return [{ entry, guess: { uses: entry.uses, doubts, warnings: [], positives: null }, score: 0 }];
}

function classifyTable(entry: Entry, content: TableContent): Candidate[] {
  const { table, sample } = content;
  const { header, doubt } = headerOf(table, sample, content.vectors);
  entry.header = header;
  entry.headerInDoubt = doubt;
  const scope = idListScope(entry.file.source.path);
  const guess = header ? counted(entry, table, guessByHeader(table.columns, sample)) : null;
  if (scope !== null && !guess && table.columns.length <= 3) {
    entry.role = scope === 'item' ? 'itemIds' : 'userIds';
    entry.why = 'its name says that it lists ids';
    entry.uses = table.columns.length > 1 ? { original: 0, index: 1 } : { original: 0 };
    return [];
  }
  if (guess && columnRole(table.columns[guess.uses.user ?? -1] ?? '') !== 'user' && isAboutItems(entry, content))
    return [];
  if (guess) {
    entry.uses = guess.uses;
    entry.positives = guess.positives;
    return [{ entry, guess, score: scoreOf(entry, guess) - (namesBoth(table.columns, guess) ? 0 : 2) }];
  }
  if (isTextInDisguise(entry)) {
    entry.why = 'its name is that of another format, but it is text';
    return [];
  }
  if (asFeatures(entry, content)) return [];
  if (header) {
    const names = guessNames(table.columns);
    if (names) {
      takeNames(entry, names);
      return [];
    }
    entry.why = 'a table without a user and an item column';
    return [];
  }
  const plain = table.columns.length <= MOST_PLAIN_COLUMNS || (splitOfName(entry.path) !== null && table.lists);
  const byContent = guessByContent(table.columns, sample, false);
  entry.why = 'a table without a header';
  if (!byContent || !(plain || byContent.uses.timestamp !== undefined)) return [];
  const known = KNOWN_PLAIN.test(baseName(entry.path));
  entry.uses = byContent.uses;
  const doubts = known ? [] : ['It has no header, so that its columns are guessed from their values.'];
  return [{ entry, guess: { ...byContent, doubts }, score: scoreOf(entry, byContent) - (known ? 0 : 3) }];
}

const namesBoth = (columns: readonly string[], { uses }: TableGuess): boolean =>
  (['user', 'item'] as const).every((role) => columnRole(columns[uses[role] ?? -1] ?? '') === role);

function takeNames(entry: Entry, names: Uses): void {
  entry.role = 'itemNames';
  entry.uses = names;
  entry.why = 'it has a column of item ids and one of names or categories';
}

/** A table with names in which no item comes twice is about items, even when a column is perhaps a user. */
function isAboutItems(entry: Entry, { table, sample }: TableContent): boolean {
  const names = guessNames(table.columns);
  if (names?.item === undefined || !columnKind(sample.rows, names.item).unique) return false;
  takeNames(entry, names);
  return true;
}

/** Users that are numbered by their lines must be agreed to. */
function counted(entry: Entry, { form }: Table, guess: TableGuess | null): TableGuess | null {
  if (!guess || form !== COUNTED_LISTS_FORM) return guess;
  const said = `Every line of ${entryName(entry)} begins with how many items it has; users are numbered by their lines, from 0.`;
  return { ...guess, warnings: [...guess.warnings, said] };
}

function scoreOf(entry: Entry, { uses }: TableGuess): number {
  const name = baseName(entry.file.source.path).toLowerCase();
  const says = (words: RegExp, points: number): number => (words.test(name) ? points : 0);
  return (
    says(/\.inter(\.|$)/, 4) +
    says(/(^|[^a-z])(inter|interactions?|ratings?|pairs|transactions|events|clicks|feedback)([^a-z]|$)/, 1) +
    says(/(^|[^a-z])(tags?|reviews?|dict|social|trusts?|friends?|edges?|titles?|movies|links)([^a-z]|$)/, -2) +
    (entry.content.kind === 'table' && isListsForm(entry.content.table) && splitOfName(entry.path) === null ? -2 : 0) +
    (uses.rating === undefined ? 0 : 2) +
    (uses.timestamp === undefined ? 0 : 1) +
    (uses.split === undefined ? 0 : 2)
  );
}

/** A text table under the name of another format, e.g. what a failed download leaves. */
export const isTextInDisguise = ({ content, file }: Entry): boolean =>
  content.kind === 'table' && !content.table.widths && BINARY.test(file.source.path);

/** Names of formats that are not text. */
export const BINARY = /\.(npy|npz|pt|pth|safetensors|h5|hdf5|parquet)$/i;

/** A column of vectors, or many columns of numbers, is features. */
function asFeatures(entry: Entry, content: TableContent): boolean {
  const { table, sample, vectors } = content;
  const named = featureOfEntry(entry) ?? nameOfVectors(content);
  const rows = entry.header ? sample.rows : [table.columns, ...sample.rows];
  const kinds = table.columns.map((_, column) => columnKind(rows, column));
  const isNumbers = table.columns.map((_, column) =>
    table.widths
      ? (table.widths[column] ?? null) !== null
      : (vectors[column] ?? null) !== null || of(kinds, column).numeric,
  );
  const numbers = isNumbers.filter(Boolean).length;
  const hasVectors = vectors.some((width) => width !== null);
  const likely = named?.promised ? numbers > 0 : hasVectors || numbers >= FEWEST_COLUMNS;
  if (!likely || table.columns.some(isItemList)) return false;
  const words = table.columns.length - numbers;
  const isNumberedId = (header: string, column: number): boolean => isIdName(header) && of(kinds, column).numeric;
  if (!hasVectors && words > 0 && (words > 1 || table.columns.some(isNumberedId))) {
    entry.warnings = [`${entryName(entry)} has columns of text, and is not used as features.`];
    return false;
  }
  const column = idColumn(entry, table.columns, kinds, isNumbers, vectors);
  const ofUsers = column !== null && entry.header && columnRole(of(table.columns, column)) === 'user';
  entry.role = 'features';
  entry.feature = {
    key: named?.key ?? (bareName(entry.path).toLowerCase() || 'features'),
    scope: ofUsers ? 'user' : (named?.scope ?? 'item'),
  };
  entry.why = named ? 'its name says that it holds features' : 'it has vectors of numbers';
  if (!named) entry.question = `${entry.what}: these are perhaps features.`;
  entry.uses = column === null ? {} : { [entry.feature.scope]: column };
  return true;
}

/** What the only column of vectors is called, where its name says what it holds. */
function nameOfVectors({ table, vectors }: TableContent): ReturnType<typeof featureOfEntry> {
  const found = table.columns.filter((_, column) => (vectors[column] ?? null) !== null);
  const [header = ''] = found;
  return found.length === 1 ? featureName(withoutType(header)) : null;
}

/**
 * The column that says whose row it is: one that is called an item or a user, else one of text, else a first one of different whole numbers
 * that is named like an id or, without a header, stands before fractions. Null when rows are counted.
 */
function idColumn(
  entry: Entry,
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  isNumbers: readonly boolean[],
  vectors: readonly (number | null)[],
): number | null {
  const [first, ...others] = kinds;
  const byName = columns.findIndex(
    (header, at) => isIdName(header) && of(kinds, at).unique && of(vectors, at) === null,
  );
  if (entry.header && byName >= 0) return byName;
  const text = isNumbers.indexOf(false);
  if (text >= 0) return text;
  if (!first?.whole || !first.unique || of(vectors, 0) !== null) return null;
  const isId = entry.header
    ? /id|idx|index|asin|item|user/i.test(of(columns, 0))
    : others.length > 1 && others.every((kind, at) => !kind.whole || of(vectors, at + 1) !== null);
  return isId ? 0 : null;
}

const isIdName = (header: string): boolean => ['user', 'item'].includes(columnRole(header) ?? '');

/** Fewer columns of numbers, without a word in the name, are properties rather than a vector. */
const FEWEST_COLUMNS = 16;

function classifyMatrix(entry: Entry): void {
  if (isGraphCache(entry.path)) {
    entry.why = 'a graph that a program has kept; graphs are built from the training interactions';
    return;
  }
  const named = featureOfEntry(entry);
  if (!named) {
    entry.why = 'a matrix whose name does not say what it holds';
    return;
  }
  entry.role = 'features';
  entry.feature = { key: named.key, scope: named.scope };
  entry.why = 'its name says that it holds features';
}

function classifyVector(entry: Entry): void {
  const content = entry.content;
  const name = entry.file.array === '' ? entry.path : entry.file.array;
  const scope = idListScope(name);
  const ids = content.kind === 'vector' ? content.ids : null;
  if (ids && (scope !== null || /(^|_)(ids?|asins?|keys|index|axis1)$/i.test(bareName(name)))) {
    entry.role = scope === 'user' ? 'userIds' : 'itemIds';
    entry.why = `the ids of ${count(ids.length)} rows`;
  } else entry.why = 'a vector whose name does not say what it holds';
}
