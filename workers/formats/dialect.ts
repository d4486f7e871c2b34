import { entry } from '../../src/domain/at';
import { plainCells, scanCells } from './cells';

/** How a text table is written, found from its first lines. */
export interface Dialect {
  /** 1-based number of the first line of cells. */
  readonly headerLine: number;
  readonly columns: readonly string[];
  /** Between the cells of the lines below. */
  readonly separator: string;
  /** Every cell of the first line stands between single quotes, which are then taken off everywhere. */
  readonly singleQuotes: boolean;
  /** What a line begins with that is a comment; null when no line is one. */
  readonly comment: string | null;
  /** Every line is a user and the items of that user: ids, more of them in one line than in another. */
  readonly lists: 'no' | 'possible' | 'surely';
  /** Lists that begin with how many items there are, instead of a user. */
  readonly counted: boolean;
}

/** Asked in this order where several fit equally well. */
const SEPARATORS = ['\t', '::', ',', ';', '|', '\u0001', '\u001f'];
/** Lines looked at. */
const SAMPLE = 200;
/** More columns of nothing but whole numbers are a list rather than user, item, rating and time. */
const WIDEST_PLAIN_TABLE = 4;

/** The dialect of the text at the beginning of a file; its last line may be cut. Null when there is no line with content. */
export function dialectOf(text: string, whole: boolean): Dialect | null {
  const all = text.split(/\r\n|\r|\n/);
  if (!whole && all.length > 1) all.pop();
  let first = all.findIndex((line) => line.trim() !== '');
  if (first < 0) return null;
  const declared = /^"?sep=(.+?)"?$/i.exec(entry(all, first).trim())?.[1] ?? null;
  if (declared !== null) first = nextContent(all, first + 1);
  if (isSizeLine(all, first)) first = nextContent(all, first + 1);
  const comment = commentMark(all, first);
  while (comment !== null && first >= 0 && entry(all, first).startsWith(comment)) first = nextContent(all, first + 1);
  if (first < 0) return null;

  const header = entry(all, first);
  const below = all
    .slice(first + 1)
    .filter((line) => line.trim() !== '' && (comment === null || !line.startsWith(comment)))
    .slice(0, SAMPLE);
  const headerSeparator = declared ?? separatorOf(header, below);
  const cells = cellsOf(header, headerSeparator).map((cell) => cell.trim());
  const singleQuotes = cells.every(isSingleQuoted);
  const columns = singleQuotes ? cells.map(withoutSingleQuotes) : cells;
  return {
    headerLine: first + 1,
    columns,
    separator: separatorBelow(headerSeparator, columns.length, below),
    comment,
    singleQuotes,
    ...listsOf([header, ...below].map(listCells)),
  };
}

const isSingleQuoted = (cell: string): boolean => /^'.*'$/.test(cell);

/** `'a'` → `a`. */
export const withoutSingleQuotes = (cell: string): string =>
  isSingleQuoted(cell.trim()) ? cell.trim().slice(1, -1) : cell;

const nextContent = (lines: readonly string[], from: number): number =>
  lines.findIndex((line, index) => index >= from && line.trim() !== '');

/** word2vec's first line: how many rows there are, and how many numbers each has behind its id. */
function isSizeLine(lines: readonly string[], first: number): boolean {
  const width = /^\d+[ \t]+(\d+)\s*$/.exec(lines[first] ?? '')?.[1];
  const below = lines[nextContent(lines, first + 1)];
  if (width === undefined || below === undefined) return false;
  const [, ...numbers] = below.trim().split(/[ \t]+/);
  const isNumber = (cell: string): boolean => !Number.isNaN(Number(cell));
  return numbers.length === Number(width) && numbers.every(isNumber) && numbers.some((cell) => /[.e]/i.test(cell));
}

/** `#` or `%` when the first line begins with it and is no header: the line below, or the last of such lines, has other cells. */
function commentMark(lines: readonly string[], first: number): string | null {
  const line = first < 0 ? '' : entry(lines, first);
  const mark = /^[#%]/.exec(line)?.[0];
  if (mark === undefined) return null;
  const below = lines.find((other, index) => index > first && other.trim() !== '' && !other.startsWith(mark));
  if (below === undefined) return null;
  const separator = separatorOf(below, []);
  // `#user<tab>item` above lines of two cells is a header with a mark before it.
  return cellsOf(line, separator).length === cellsOf(below, separator).length && separator !== ' ' ? null : mark;
}

/** The separator that gives most lines as many cells as the header; of several, the one with most cells. */
function separatorOf(header: string, below: readonly string[]): string {
  const unusual = [...new Set(header)].filter((sign) => !/[\p{L}\p{N}_\-.:"'()\s#%/]/u.test(sign));
  const rank = (separators: readonly string[]): string | null => {
    let best: { separator: string; fits: boolean; cells: number } | null = null;
    for (const separator of separators) {
      const cells = cellsOf(header, separator).length;
      if (cells < 2) continue;
      const same = below.filter((line) => Math.abs(cellsOf(line, separator).length - cells) <= 1).length;
      const fits = 2 * same >= below.length;
      if (!best || (fits && !best.fits) || (fits === best.fits && cells > best.cells))
        best = { separator, fits, cells };
    }
    return best?.separator ?? null;
  };
  return rank(SEPARATORS) ?? rank(unusual) ?? (header.trim().includes(' ') ? ' ' : '\t');
}

/** The lines below may have another separator than the header: a header with blanks over lines with tabs. */
function separatorBelow(separator: string, columns: number, below: readonly string[]): string {
  const fitting = (candidate: string): number =>
    below.filter((line) => Math.abs(cellsOf(line, candidate).length - columns) <= 1).length;
  if (below.length === 0 || columns < 2 || 2 * fitting(separator) >= below.length) return separator;
  return ['\t', ',', ';', '|', ' '].find((candidate) => fitting(candidate) === below.length) ?? separator;
}

function cellsOf(line: string, separator: string): readonly string[] {
  const scanned = scanCells(line, separator);
  return scanned !== 'stray' && 'cells' in scanned ? scanned.cells : plainCells(line, separator);
}

/** The ids of a line between blanks, tabs or commas, where all of them have digits; else the whole line. */
export function listCells(line: string): string[] {
  const cells = line.trim().split(/[\s,]+/);
  if (cells.every((cell) => /^\d+$/.test(cell))) return cells;
  // Names with digits, the user before a tab: `U335175<tab>N41340 N27570`.
  const named = /^[^\s,]+\t[^\s,]+( [^\s,]+)*$/.test(line.trim()) && cells.slice(1).every((cell) => /\d/.test(cell));
  return named ? cells : [line];
}

/** A time in seconds since 1970 that lies after 1980; no item has such a number in every line. */
const SECONDS_1980 = 315_532_800;

/** Whether lines can be lists of items. As many cells in every line are rather the columns of a table. */
function listsOf(rows: readonly (readonly string[])[]): Pick<Dialect, 'lists' | 'counted'> {
  const widths = new Set(rows.map((cells) => cells.length));
  const longest = Math.max(...widths);
  const counted = rows.length > 2 && rows.every((cells) => cells[0] === String(cells.length - 1));
  if (longest < 2 || (widths.has(1) && !counted)) return { lists: 'no', counted: false };
  if (widths.size > 1 || (rows.length === 1 && longest > WIDEST_PLAIN_TABLE)) return { lists: 'surely', counted };
  if (longest <= WIDEST_PLAIN_TABLE || counted) return { lists: 'possible', counted };
  const times = Array.from({ length: longest }, (_, at) => rows.every((cells) => Number(cells[at]) > SECONDS_1980));
  const repeating = rows.filter((cells) => new Set(cells.slice(1)).size < longest - 1).length;
  // A matrix of ratings has the same number many times in a line.
  return { lists: times.includes(true) || 2 * repeating > rows.length ? 'no' : 'possible', counted };
}
