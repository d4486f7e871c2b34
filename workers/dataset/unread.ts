import type { AppError } from '../../src/domain/errors';
import { baseName } from '../formats/source';
import { amount, count } from '../formats/words';
import { isWhat } from './ask';
import { holdsInteractions } from './choose';
import { BINARY, isTextInDisguise } from './classify';
import { entryName, featureOfEntry, type Entry } from './entries';
import { shortList, type TableContent } from './files';
import type { Findings } from './findings';
import { isGraphCache, isPromising } from './names';
import { FOR_ABBREVIATED, isAbbreviated, listsIn, SAME_LENGTH } from './vectorCells';

/**
 * Says what becomes of files that could not be read: an error where the file would have been used, a question where its name promises
 * features, a note otherwise.
 */
export function judgeUnread(entries: readonly Entry[], findings: Findings): void {
  const single = entries.length === 1;
  for (const entry of entries) {
    const { content, path, file } = entry;
    if (entry.answered) continue;
    notFeatures(entry, findings);
    if (content.kind !== 'unread') continue;
    const { error } = content;
    entry.what = looksLike(error, path);
    entry.why = 'it cannot be read';
    if (isGraphCache(path) && !single) {
      entry.why = 'a graph that a program has kept; graphs are built from the training interactions';
    } else if (single || isBroken(error, entry)) {
      findings.unreadable(path, error);
    } else if (promisesFeatures(entry)) {
      entry.question = `${entryName(entry)} has the name of features, but cannot be read: ${error.message} ${error.hint} Leave it out?`;
    } else if (isPromising(file.source.path) && error.code !== 'FILE_UNRECOGNISED' && error.code !== 'NPY_OBJECT') {
      findings.unreadable(path, error);
    }
  }
}

/** A word such as `feat` in its name, or a modality in the name of a file that data are kept in. */
const promisesFeatures = (entry: Entry): boolean =>
  featureOfEntry(entry)?.promised === true ||
  (featureOfEntry(entry) !== null && /\.(pkl|pickle|mat|joblib|tfrecord|mdb)$/i.test(entry.path));

/** A file whose name promises features, and that was opened as something else. */
function notFeatures(entry: Entry, findings: Findings): void {
  const { content, path, role } = entry;
  const { columns } = content.kind === 'vector' && content.matrix ? content.matrix : { columns: 0 };
  if (role !== 'unused' || !featureOfEntry(entry) || isGraphCache(path)) return;
  if (isTextInDisguise(entry)) {
    findings.error('FILE_UNRECOGNISED', {
      rule: 'unrecognised',
      file: path,
      row: null,
      message: `${entryName(entry)} is text, though its name is that of another format.`,
      hint: 'Copy it again if it is truncated, or write it again, e.g. with numpy.save.',
    });
  } else if (content.kind === 'vector' && entry.file.array === '') {
    findings.error('NPY_SHAPE', {
      rule: 'unrecognised',
      file: path,
      row: null,
      message: `${entryName(entry)} has the shape (${count(columns)}), but features must be a matrix of rows × columns.`,
      hint: 'Save one row of numbers per item, e.g. numpy.save(file, features.reshape(items, -1)).',
    });
  } else if (content.kind === 'table') tableWithoutFeatures(entry, content, findings);
}

/** A table with the name of features, in which none were found: vectors that are damaged stop the import, and only consent passes others over. */
function tableWithoutFeatures(entry: Entry, { table, sample }: TableContent, findings: Findings): void {
  const columns = [...table.columns.keys()];
  const abbreviated = columns.some((column) => isAbbreviated(sample.rows[0]?.[column] ?? ''));
  const lengths = columns.map((column) => listsIn(sample.rows, column).lengths).find(({ length }) => length > 1);
  if (abbreviated || (lengths && entry.question === null && featureOfEntry(entry)?.promised)) {
    findings.error('TABLE_VALUE', {
      rule: 'unrecognised',
      file: entry.path,
      row: null,
      message: abbreviated
        ? `${entryName(entry)} has vectors from which numbers were left out, with “...” in their place.`
        : `${entryName(entry)} has vectors of different lengths in one column: ${lengths?.slice(0, 4).map(count).join(' and ')} numbers.`,
      hint: abbreviated ? FOR_ABBREVIATED : SAME_LENGTH,
    });
  } else if (featureOfEntry(entry)?.promised && entry.question === null && entry.warnings.length === 0)
    entry.warnings = [
      `${entryName(entry)} has the name of features, but neither columns of numbers nor vectors, and is not used.`,
    ];
}

/** A file that is read here, but is damaged: only another copy helps. */
const isBroken = (error: AppError, entry: Entry): boolean =>
  error.code.startsWith('ZIP_') ||
  error.code.startsWith('GZIP_') ||
  error.code === 'FILE_UNREADABLE' ||
  (BINARY.test(entry.path) && featureOfEntry(entry) !== null) ||
  (error.code !== 'FILE_UNRECOGNISED' && error.code !== 'NPY_OBJECT' && isPromising(entry.path));

/** `image.pkl is a Python pickle, which …` → `a Python pickle, which …`. */
function looksLike(error: AppError, path: string): string {
  const name = baseName(path);
  const message = error.message.replace(/[,.] .*$|\.$/, '');
  return message.startsWith(`${name} is `) ? message.slice(name.length + 4) : message.replace(`${name} `, '');
}

/** No file holds interactions: each is named with what it looks like. */
export function noInteractions(entries: readonly Entry[], findings: Findings): void {
  if (entries.some(holdsInteractions) || findings.failure) return;
  // A table that cannot be decoded could not be told either.
  for (const { content, path } of entries) {
    if (content.kind !== 'table' || content.sample.error?.code !== 'TABLE_ENCODING') continue;
    findings.unreadable(path, content.sample.error);
    return;
  }
  const table = entries.find(
    ({ content, path }) => content.kind === 'table' && /\.(inter|csv|tsv)(\.gz)?$/i.test(path),
  );
  if (table?.content.kind === 'table' && entries.filter(({ content }) => content.kind === 'table').length === 1) {
    const { columns, headerLine } = table.content.table;
    const shown = columns.slice(0, 8).map((column) => `"${column.slice(0, 40).trim()}"`);
    findings.error('TABLE_HEADER', {
      rule: 'no-interactions',
      file: table.path,
      row: headerLine,
      message: `The first line of ${baseName(table.path)} names no user and item columns, but ${shown.join(', ')}.`,
      hint: 'Start the file with a header such as userID, itemID, rating, timestamp, x_label.',
    });
    return;
  }
  const first = entries[0];
  const seen = entries.slice(0, MOST_NAMED).map((entry) => `${entryName(entry)} ${isWhat(entry.what)}`);
  const more = entries.length > MOST_NAMED ? `; and ${amount(entries.length - MOST_NAMED, 'more file')}` : '';
  findings.error('DATA_NO_INTERACTIONS', {
    rule: 'no-interactions',
    file: first?.path ?? '',
    row: null,
    message: first
      ? `None of these files holds interactions: ${seen.join('; ')}${more}.`
      : 'There is no interaction file in what you dropped.',
    hint: howToWrite(entries),
  });
}

/** How to make a table of what is there. */
function howToWrite(entries: readonly Entry[]): string {
  const objects = entries.filter(({ content }) => content.kind === 'unread' && content.error.code === 'NPY_OBJECT');
  if (objects.length > 0)
    return `Write the interactions as a table, e.g. for ${shortList(objects.map(entryName))}: rows = [(r[0], i) for r in numpy.load(file, allow_pickle=True) for i in r[1:]]; pandas.DataFrame(rows, columns=["userID", "itemID"]).to_csv("train.csv", index=False).`;
  if (entries.some(({ what }) => /pickle/i.test(what)))
    return 'Pickles are programs and are never run here. Save a sparse matrix with scipy.sparse.save_npz("train.npz", matrix), a table with to_csv("train.csv", index=False).';
  const hints = new Set(entries.map(({ content }) => (content.kind === 'unread' ? content.error.hint : null)));
  const [same = null] = hints;
  if (hints.size === 1 && same !== null) return same;
  return 'Add a table with a header such as userID, itemID, rating, timestamp, x_label.';
}

const MOST_NAMED = 8;

/** What was certain but must be agreed to, and what was passed over. */
export function reportEntries(entries: readonly Entry[], findings: Findings): void {
  for (const entry of entries) {
    for (const message of entry.warnings) {
      findings.warning({
        rule: 'left-out',
        file: entry.path,
        row: null,
        message,
        hint: 'Accept it, or read the files differently.',
      });
    }
  }
  const left = entries.filter((entry) => entry.role === 'unused');
  const promised = left.filter((entry) => featureOfEntry(entry) !== null && entry.answered);
  for (const entry of promised) {
    findings.warning({
      rule: 'left-out',
      file: entry.path,
      row: null,
      message: `${entryName(entry)} was left out, as answered.`,
      hint: 'Models train without it.',
    });
  }
  const others = left.filter(
    (entry) => !promised.includes(entry) && entry.warnings.length === 0 && !findings.blames(entry.path),
  );
  const first = others[0];
  if (!first) return;
  findings.note({
    rule: 'unrecognised',
    file: first.path,
    row: null,
    message: `${amount(others.length, 'file')} ${others.length === 1 ? 'is' : 'are'} not used: ${shortList(others.map(entryName))}.`,
    hint: 'The list of files says what each was taken for.',
  });
}
