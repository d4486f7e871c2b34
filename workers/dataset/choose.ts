import type { SplitName } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { ColumnUse, DatasetReading, FileAnswer, FileRole } from '../../src/domain/reading';
import { COLUMN_USES, USES_OF } from '../../src/domain/reading';
import { isListsForm } from '../formats/table';
import { MOST_PLAIN_COLUMNS, type Candidate } from './classify';
import { entryName, featureOfEntry, type Entry } from './entries';
import { shortList } from './files';
import { splitOfName } from './names';
import { columnKind } from './sample';
import { guessByContent, type Uses } from './tableGuess';

const INTERACTION_ROLES: readonly FileRole[] = ['interactions', 'train', 'valid', 'test'];
export const holdsInteractions = (entry: Entry): boolean => INTERACTION_ROLES.includes(entry.role);

/** Decides between the files of a dataset: what a person answered first, then what is certain, then what must be asked. */
export function choose(entries: readonly Entry[], candidates: readonly Candidate[], answers: DatasetReading): void {
  applyAnswers(entries, answers);
  const said = entries.filter((entry) => entry.answered && holdsInteractions(entry));
  if (said.length > 0) return completeAnswers(said, candidates);
  const open = candidates.filter(({ entry }) => !entry.answered);
  if (takeSplits(open)) return;
  const [best, second] = [...open].sort((a, b) => b.score - a.score);
  if (!best) return askForColumns(entries);
  const rivals = open.filter(({ score }) => best.score - score < 2);
  if (second && rivals.length > 1) {
    for (const { entry, guess } of rivals) {
      entry.role = entry === best.entry ? 'interactions' : 'unused';
      entry.why = 'it has a user and an item column';
      entry.warnings = entry === best.entry ? guess.warnings : [];
      entry.question = [`Which of these holds the interactions: ${apart(rivals).join(', ')}?`]
        .concat(guess.doubts)
        .join(' ');
    }
  } else take(best, 'interactions', 'it has a user and an item column');
  for (const { entry, guess } of open) {
    entry.why = holdsInteractions(entry) ? entry.why : 'another file suits better as the interactions';
    // What was only a guess is not worth a warning.
    if (entry.role === 'unused' && entry.question === null && guess.doubts.length === 0)
      entry.warnings = [
        `${entryName(entry)} could hold interactions too and is not used: ${entryName(best.entry)} suits better.`,
      ];
  }
  if (splitOfName(best.entry.path) !== null && rivals.length === 1 && best.entry.uses.split === undefined)
    best.entry.warnings = [
      ...best.entry.warnings,
      `${entryName(best.entry)} is named like one part of a split, but no other part is here; its rows are split anew.`,
    ];
}

/** Of a split whose parts were answered in part, the other parts are found by their names. */
function completeAnswers(said: readonly Entry[], candidates: readonly Candidate[]): void {
  const roles = new Set(said.map(({ role }) => role));
  for (const candidate of candidates) {
    const { entry, guess } = candidate;
    if (said.includes(entry)) entry.warnings = guess.warnings;
    if (entry.answered) continue;
    const split = splitOfName(entry.path);
    if (split !== null && !roles.has('interactions') && !roles.has(split))
      take(candidate, split, `its name says ${split}`);
    else entry.why = 'another file holds the interactions';
  }
}

function take({ entry, guess }: Candidate, role: FileRole, why: string): void {
  entry.role = role;
  entry.why = why;
  entry.warnings = guess.warnings;
  const doubts = [...guess.doubts, ...(entry.headerInDoubt ? ['Its first line may be a header or data.'] : [])];
  entry.question = doubts.length > 0 ? doubts.join(' ') : null;
}

const SPLITS: readonly SplitName[] = ['train', 'valid', 'test'];

/** Files named train, valid and test (or two of them) are one split dataset. */
function takeSplits(candidates: readonly Candidate[]): boolean {
  const parts = SPLITS.map((split) =>
    candidates.filter(({ entry, guess }) => splitOfName(entry.path) === split && guess.uses.split === undefined),
  );
  const [train = [], valid = [], test = []] = parts;
  const [model] = train;
  if (!model || valid.length + test.length === 0) return false;
  if (candidates.some(({ guess }) => guess.uses.split !== undefined)) return false;
  // Folds beside the whole: MovieLens 100K.
  const whole = candidates.some(({ entry, guess }) => splitOfName(entry.path) === null && guess.doubts.length === 0);
  if (whole && parts.some((found) => found.length > 1)) return false;
  const lists = parts.flat().some(({ entry }) => isLists(entry));
  for (const [at, found] of parts.entries()) {
    for (const candidate of found) {
      const { entry, guess } = candidate;
      // Headers of parts that are named after splits are not asked for; of several folds the first is suggested.
      const doubts = entry.header ? guess.doubts : [];
      const role = candidate === found[0] ? (SPLITS[at] ?? 'train') : 'unused';
      take({ ...candidate, guess: { ...guess, doubts } }, role, `its name says ${SPLITS[at] ?? ''}`);
      if (found.length > 1)
        entry.question = `Which of these is the ${SPLITS[at] ?? ''} split: ${shortList(apart(found))}?`;
      // A part may be too short to tell its columns; the training part tells them.
      if (!entry.header && !model.entry.header && columnsOf(entry) === columnsOf(model.entry))
        entry.uses = model.guess.uses;
      entry.asLists = lists && entry.content.kind === 'table' && Boolean(entry.content.table.lists);
      if (entry.asLists) entry.uses = { user: 0, item: 1 };
    }
  }
  for (const { entry, guess } of candidates) {
    if (holdsInteractions(entry) || entry.question !== null) continue;
    entry.why = 'the files named train, valid and test hold the interactions';
    if (guess.doubts.length > 0) continue;
    entry.warnings = [
      `${entryName(entry)} could hold interactions too and is not used: the files named after splits are.`,
    ];
  }
  return true;
}

/** What messages call candidates among each other: paths where names are the same. */
function apart(candidates: readonly Candidate[]): string[] {
  const names = candidates.map(({ entry }) => entryName(entry));
  return new Set(names).size === names.length ? names : candidates.map(({ entry }) => entry.path);
}

const columnsOf = (entry: Entry): number => (entry.content.kind === 'table' ? entry.content.table.columns.length : 0);
/** More columns than a plain table has, all of them ids, in a file that is named after a split: lists of equal length. */
const isLists = ({ content }: Entry): boolean =>
  content.kind === 'table' &&
  (isListsForm(content.table) || (Boolean(content.table.lists) && content.table.columns.length > MOST_PLAIN_COLUMNS));

/** No header says what the columns are: the likeliest table is shown with a guess. */
function askForColumns(entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.content.kind !== 'table' || entry.role !== 'unused' || entry.answered) continue;
    const { table, sample } = entry.content;
    const guess = guessByContent(table.columns, sample, entry.header);
    if (!guess || isNoLog(entry, guess.uses)) continue;
    entry.role = 'interactions';
    entry.why = 'it has two columns of ids';
    entry.uses = guess.uses;
    entry.question =
      'No file names a user and an item column. Is this the table of interactions, and which columns are they?';
    return;
  }
}

/** A row for each user with something that no other row has is about users; many columns of small numbers are a matrix of ratings. */
function isNoLog({ content, header }: Entry, { user = 0, item = 1 }: Uses): boolean {
  if (content.kind !== 'table') return true;
  const { table, sample } = content;
  const kinds = table.columns.map((_, column) => columnKind(sample.rows, column));
  const matrix = !header && kinds.length > MOST_PLAIN_COLUMNS && kinds.every(({ scale }) => scale);
  return matrix || [user, item].every((column) => kinds[column]?.unique);
}

// ---------------------------------------------------------------- answers

/** Gives entries the roles and columns that a person said. */
export function applyAnswers(entries: readonly Entry[], answers: DatasetReading): void {
  for (const [path, answer] of Object.entries(answers.files)) {
    const entry = entryAt(entries, path);
    if (entry) applyAnswer(entry, answer, entries);
  }
}

/** The entry that a path, or the end of one, names; null when none or several have it: answers may be of another folder. */
export function entryAt(entries: readonly Entry[], path: string): Entry | null {
  const exact = entries.filter((entry) => entry.path === path);
  const ending = entries.filter((entry) => entry.path.endsWith(`/${path}`) || `/${path}`.endsWith(`/${entry.path}`));
  const [entry, other] = exact.length > 0 ? exact : ending;
  return entry && !other ? entry : null;
}

/** What a file of interactions is by its name: a part of a split where other parts are here too. */
function roleBySplit(entry: Entry, entries: readonly Entry[]): FileRole {
  const split = splitOfName(entry.path);
  const others = entries.some(({ path, content }) => {
    const other = content.kind === 'table' ? splitOfName(path) : null;
    return other !== null && other !== split;
  });
  return split !== null && others ? split : 'interactions';
}

function applyAnswer(entry: Entry, answer: FileAnswer, entries: readonly Entry[]): void {
  entry.answered = true;
  entry.question = null;
  entry.role = answer.role ?? roleBySplit(entry, entries);
  entry.why = 'as answered';
  if (answer.header !== undefined) entry.header = answer.header;
  entry.headerInDoubt = false;
  if (answer.feature) entry.feature = answer.feature;
  else if (entry.role === 'features' && !entry.feature) {
    const named = featureOfEntry(entry);
    entry.feature = { key: named?.key ?? 'features', scope: named?.scope ?? 'item' };
  }
  entry.positives = answer.positives ?? null;
  if (entry.content.kind !== 'table') return;
  const { columns } = entry.content.table;
  if (answer.columns) {
    entry.uses = usesOf(entry, columns, answer.columns);
    if (entry.uses.positive === undefined) entry.positives = null;
  }
  const allowed = new Set(USES_OF[entry.role]);
  entry.uses = Object.fromEntries(
    Object.entries(entry.uses).filter(([use]) => [...allowed].some((one) => one === use)),
  );
}

function usesOf(entry: Entry, columns: readonly string[], named: Readonly<Partial<Record<ColumnUse, string>>>): Uses {
  const uses: Partial<Record<ColumnUse, number>> = {};
  for (const use of COLUMN_USES) {
    const name = named[use];
    if (name === undefined) continue;
    const numbered = /^#(\d+)$/.exec(name)?.[1];
    const column =
      numbered === undefined ? columns.findIndex((other) => other.trim() === name.trim()) : Number(numbered) - 1;
    if (column < 0 || column >= columns.length) {
      throw new AppError(
        'TABLE_HEADER',
        `${entryName(entry)} has no column “${name}”.`,
        `Its columns are ${columns.map((other, at) => (other.trim() === '' ? `#${at + 1}` : other.trim())).join(', ')}.`,
        { path: entry.path },
      );
    }
    uses[use] = column;
  }
  return uses;
}
