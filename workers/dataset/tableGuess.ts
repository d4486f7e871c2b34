import { entry } from '../../src/domain/at';
import type { ColumnUse } from '../../src/domain/reading';
import type { Table } from '../formats/format';
import {
  bare,
  categoryRank,
  isFlag,
  isHeaderWord,
  isKind,
  isMeasure,
  isOutcome,
  isVariant,
  knownRole,
  likelyRole,
  nameRank,
  type ColumnRole,
} from './columnNames';
import { columnKind, type ColumnKind, type Sample } from './sample';
import { vectorOf } from './vectorCells';

/** Columns by their use, as numbers from 0. */
export type Uses = Readonly<Partial<Record<ColumnUse, number>>>;

/** What a table's columns are taken for. */
export interface TableGuess {
  readonly uses: Uses;
  /** What is not certain, as a sentence; empty when all is. */
  readonly doubts: readonly string[];
  /** Remarks on columns that are left unused though they could matter. */
  readonly warnings: readonly string[];
  /** The values of the column `positive` that are taken to be interactions. */
  readonly positives: readonly string[] | null;
}

export const SPLIT_WORDS: Readonly<Record<string, 0 | 1 | 2>> = {
  '0': 0,
  '1': 1,
  '2': 2,
  train: 0,
  training: 0,
  tr: 0,
  valid: 1,
  validation: 1,
  val: 1,
  vali: 1,
  dev: 1,
  test: 2,
  testing: 2,
  te: 2,
  tst: 2,
};

/**
 * Whether the first line names the columns: not with a vector where the lines below have vectors. `doubt`: all its cells are words, and so
 * are those below.
 */
export function headerOf(
  table: Table,
  sample: Sample,
  vectors: readonly (number | null)[],
): { readonly header: boolean; readonly doubt: boolean } {
  if (table.headerLine === null) return { header: true, doubt: false };
  const vector = vectors.findIndex((width) => width !== null);
  if (vector >= 0) return { header: vectorOf(entry(table.columns, vector)) === null, doubt: false };
  if (table.columns.some(isHeaderWord)) return { header: true, doubt: false };
  if (sample.rows.length === 0) return { header: true, doubt: false };
  const kinds = table.columns.map((_, column) => columnKind(sample.rows, column));
  const own = table.columns.map((_, column) => columnKind([table.columns], column));
  const breaks = kinds.some(
    (kind, column) => kind.numeric && !entry(own, column).numeric && table.columns[column] !== '',
  );
  if (breaks) return { header: true, doubt: false };
  const doubt = !kinds.some((kind) => kind.numeric || kind.time);
  // A name of a column does not come again among its values.
  const again = table.columns.some((cell, column) => sample.rows.some((row) => row[column]?.trim() === cell.trim()));
  return { header: doubt && !again && table.columns.length > 1, doubt };
}

/** The columns of a table whose header names a user and an item; null when no known or likely word does. */
export function guessByHeader(columns: readonly string[], sample: Sample): TableGuess | null {
  const doubts: string[] = [];
  const warnings: string[] = [];
  const kinds = columns.map((_, column) => columnKind(sample.rows, column));
  const found = (role: ColumnRole): number[] =>
    columns
      .flatMap((header, column) => {
        const known = knownRole(header);
        return known?.role === role ? [{ column, rank: known.rank }] : [];
      })
      .sort((a, b) => a.rank - b.rank)
      .map(({ column }) => column);

  const uses: Partial<Record<ColumnUse, number>> = {};
  for (const role of ['user', 'item'] as const) {
    const [first, second] = found(role);
    const likely = columns.findIndex((header) => likelyRole(header) === role);
    const chosen = first ?? (likely < 0 ? undefined : likely);
    if (chosen === undefined) return null;
    uses[role] = chosen;
    const other = entry(kinds, chosen).filled ? undefined : spare(columns, kinds, role, chosen);
    if (other !== undefined) {
      uses[role] = other;
      doubts.push(
        `“${entry(columns, chosen)}” is empty in some rows; “${entry(columns, other)}” is perhaps the ${role}.`,
      );
    } else if (first === undefined) doubts.push(`“${entry(columns, chosen)}” is perhaps the ${role}.`);
    else if (second !== undefined && !isVariant(entry(columns, first), entry(columns, second)))
      doubts.push(`Both “${entry(columns, first)}” and “${entry(columns, second)}” could be the ${role}.`);
  }
  const [rating, otherRating] = found('rating');
  if (rating !== undefined) uses.rating = rating;
  if (rating !== undefined && otherRating !== undefined)
    doubts.push(`Both “${entry(columns, rating)}” and “${entry(columns, otherRating)}” could be the rating.`);
  const marks = rating === undefined ? [] : marksOf(entry(kinds, rating));
  if (rating !== undefined && marks.length > 0)
    warnings.push(
      `“${entry(columns, rating)}” is ${marks.join(' or ')} in some rows, which often says that there is no rating; it is read as a rating.`,
    );
  const time = found('timestamp').find((column) => entry(kinds, column).time) ?? found('timestamp')[0];
  if (time !== undefined) uses.timestamp = time;

  splitColumn(columns, kinds, found('split'), uses, doubts, warnings);
  const positives = outcome(columns, kinds, uses, doubts, warnings);
  return { uses, doubts, warnings, positives };
}

/** Another column that can be the user (item), with an id in every row: the session, where the user is often unknown. */
function spare(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  role: 'user' | 'item',
  chosen: number,
): number | undefined {
  const fits = (header: string, column: number): boolean =>
    column !== chosen && likelyRole(header) === role && entry(kinds, column).filled && entry(kinds, column).idLike;
  const found = columns.findIndex(fits);
  return found < 0 ? undefined : found;
}

/** Negative whole numbers beside ratings above 0: −1 for `watched, but not rated`. */
function marksOf({ numeric, values }: ColumnKind): string[] {
  const negative = [...values].filter((value) => Number(value) < 0);
  const scale = [...values].filter((value) => Number(value) > 0).length > 1;
  return numeric && scale && negative.length === 1 ? negative : [];
}

function splitColumn(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  candidates: readonly number[],
  uses: Partial<Record<ColumnUse, number>>,
  doubts: string[],
  warnings: string[],
): void {
  for (const column of candidates) {
    const header = entry(columns, column);
    const values = [...entry(kinds, column).values];
    const isSplit = values.length > 0 && values.every((value) => SPLIT_WORDS[value.toLowerCase()] !== undefined);
    const sure = ['xlabel', 'split'].includes(bare(header));
    if (uses.split !== undefined) warnings.push(`Column “${header}” could be a split as well; it is not used.`);
    else if (sure || (isSplit && values.some((value) => /[a-z]/i.test(value)))) uses.split = column;
    else if (isSplit && values.length > 1) {
      uses.split = column;
      doubts.push(`“${header}” has the values ${values.sort().join(', ')} and is perhaps the split.`);
    } else warnings.push(`Column “${header}” is perhaps a split, but its values are not; it is not used.`);
  }
}

const NEGATIVE = /^(0|0\.0*|-1|-1\.0*|false|no|n|f|negative|neg|dislike)$/i;

/** A column of outcomes (0: shown, not clicked), of flags, or of kinds of events. */
function outcome(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  uses: Partial<Record<ColumnUse, number>>,
  doubts: string[],
  warnings: string[],
): readonly string[] | null {
  for (const [column, header] of columns.entries()) {
    if (Object.values(uses).includes(column)) continue;
    const values = [...entry(kinds, column).values].sort();
    const negative = values.filter((value) => NEGATIVE.test(value));
    const binary = negative.length > 0 && values.length <= 3 && values.length > negative.length;
    if (isOutcome(header) && values.length > 1) {
      if (binary || negative.length > 0) {
        uses.positive = column;
        doubts.push(
          `“${header}” is ${values.join(' or ')}: rows with ${negative.join(', ')} are perhaps no interactions.`,
        );
        return values.filter((value) => !negative.includes(value));
      }
      if (entry(kinds, column).scale && uses.rating === undefined) {
        uses.rating = column;
        doubts.push(`“${header}” is perhaps the rating.`);
      }
    } else if (isFlag(header) && binary)
      warnings.push(`Rows whose “${header}” is ${negative.join(', ')} count as interactions too.`);
    else if (isKind(header) && values.length > 1)
      warnings.push(`Rows of all kinds in “${header}” (${values.slice(0, 6).join(', ')}) count as interactions.`);
  }
  return null;
}

/** Columns that no header names, or not all: the first two ids, then a rating on a scale and a time. Null when there are no two ids. */
export function guessByContent(columns: readonly string[], sample: Sample, header: boolean): TableGuess | null {
  const rows = header ? sample.rows : [columns, ...sample.rows];
  const kinds = columns.map((_, column) => columnKind(rows, column));
  // A column whose values never repeat numbers the rows, unless nothing else could be a user.
  const isId = (kind: ColumnKind, column: number): boolean =>
    kind.idLike && !kind.time && !(header && isMeasure(entry(columns, column)));
  const ids = kinds.flatMap((kind, column) => (isId(kind, column) ? [column] : []));
  const repeating = ids.filter((column) => !entry(kinds, column).unique || column > 0);
  const likely = repeating.filter((column) => !isScale(entry(kinds, column))).length >= 2 ? repeating : ids;
  const named = (role: ColumnRole): number | undefined => {
    const column = header ? columns.findIndex((name) => knownRole(name)?.role === role) : -1;
    return column < 0 ? undefined : column;
  };
  const asin = header ? -1 : (likely.find((column) => isAsin(rows, column)) ?? -1);
  const user = named('user') ?? likely.find((column) => column !== named('item') && column !== asin);
  const item = named('item') ?? (asin >= 0 ? asin : likely.find((column) => column !== user));
  if (user === undefined || item === undefined) return null;
  const rest = [...kinds.entries()].filter(([column]) => column !== user && column !== item);
  const isRating = ([column, kind]: readonly [number, ColumnKind]): boolean =>
    kind.scale &&
    kind.values.size > 1 &&
    column !== named('timestamp') &&
    !(header && isOutcome(entry(columns, column)));
  const rating = named('rating') ?? rest.find(isRating)?.[0];
  const time = named('timestamp') ?? rest.find(([, kind]) => kind.time)?.[0];
  const more = { ...(rating === undefined ? {} : { rating }), ...(time === undefined ? {} : { timestamp: time }) };
  return { uses: { user, item, ...more }, doubts: [], warnings: [], positives: null };
}

/** Product numbers of Amazon: `B00005N7P0`, or an ISBN of ten digits. Some of its files have them before the user, others behind. */
function isAsin(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.flatMap((row) => row[column]?.trim() || []);
  return (
    cells.length > 0 &&
    cells.every((cell) => /^(B[0-9A-Z]{9}|\d{9}[\dX])$/.test(cell)) &&
    cells.some((cell) => /^B\d/.test(cell) || cell.endsWith('X'))
  );
}

/** A rating rather than an id: fractions, or a handful of small numbers that come again and again. */
const isScale = (kind: ColumnKind): boolean => kind.scale && kind.values.size <= 11 && !kind.unique && !kind.whole;

/** The columns of a table about items: ids, names, categories; null when it names no item or has nothing to say of it. */
export function guessNames(columns: readonly string[]): Uses | null {
  const best = (rank: (header: string) => number): number | undefined =>
    columns
      .map((header, column) => ({ column, rank: rank(header) }))
      .filter((found) => found.rank >= 0)
      .sort((a, b) => a.rank - b.rank)[0]?.column;
  const item = best((header) => (knownRole(header)?.role === 'item' ? (knownRole(header)?.rank ?? -1) : -1));
  const name = best((header) => (columns.indexOf(header) === item ? -1 : nameRank(header)));
  const category = best(categoryRank);
  if (item === undefined || (name === undefined && category === undefined)) return null;
  return { item, ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }) };
}
