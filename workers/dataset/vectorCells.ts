import type { Table } from '../formats/format';
import { isMissing } from './cellValues';

/** Whole vectors in single cells of a table: `[0.1, 0.2]`, `0.1 0.2 0.3 0.4`, and as NumPy and PyTorch print them. */

/** `array([0.1, 0.2], dtype=float32)` and `tensor([0.1, 0.2])`. */
const PRINTED = /^(?:array|tensor)\((.*?)(?:,\s*(?:dtype|device|requires_grad|grad_fn)=.*)?\)$/s;
const BRACKETS = /^\[[^[\]]*\]$|^\([^()]*\)$/;

/** Fewer numbers without brackets are more likely a number with a comma, or a date. */
const FEWEST_BARE = 4;
const FEWEST = 2;

/** The numbers of a vector, NaN among them where it is written; null when the cell holds none. */
export function vectorOf(cell: string): number[] | null {
  const text = (PRINTED.exec(cell.trim())?.[1] ?? cell).trim();
  const bracketed = BRACKETS.test(text);
  const inner = bracketed ? text.slice(1, -1).trim() : text;
  const separator = [',', ';', '|'].find((sign) => inner.includes(sign)) ?? /\s+/;
  const parts = inner.split(separator);
  if (parts.length < (bracketed ? FEWEST : FEWEST_BARE)) return null;
  const numbers: number[] = [];
  for (const part of parts) {
    const number = numberIn(part);
    if (number === null) return null;
    numbers.push(number);
  }
  return numbers;
}

function numberIn(part: string): number | null {
  const text = part.trim();
  const number = text === '' ? NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  if (/^nan$/i.test(text)) return NaN;
  const sign = /^([+-]?)inf$/i.exec(text)?.[1];
  if (sign === undefined) return null;
  return sign === '-' ? -Infinity : Infinity;
}

/** NumPy and PyTorch print long arrays with `...` in the place of most numbers. */
export function isAbbreviated(cell: string): boolean {
  const text = cell.trim();
  return /^((array|tensor)\()?\[+\s*[-+.\d]/.test(text) && /\.\.\.|…/.test(text) && /[\])]$/.test(text);
}

export const FOR_ABBREVIATED =
  'NumPy left numbers out when it printed this. Save the matrix itself, e.g. numpy.save("image_feat.npy", numpy.stack(table["embedding"])).';

export const SAME_LENGTH = 'Give every row a vector of the same length.';

/** Rows looked at: parsing long vectors takes a while. */
const SAMPLE = 50;

/** Longer lists in a format that has lists are vectors. */
const LONGEST_LIST = 16;

/**
 * Numbers per cell of each column of vectors, null for every other column. Short lists, and all lists in text, are vectors if the first filled
 * cells are lists of one length and have fractions; lists of whole numbers are rather categories or tokens. With `promised`, because the
 * file has the name of features, whole numbers count as well.
 */
export function vectorWidths(table: Table, rows: readonly (readonly string[])[], promised: boolean): (number | null)[] {
  return table.columns.map((_, column) => {
    const width = table.widths?.[column] ?? 1;
    if (table.widths && (width === 1 || promised || width > LONGEST_LIST)) return width === 1 ? null : width;
    const { lengths, isFractional } = listsIn(rows, column);
    return lengths.length === 1 && (promised || isFractional) ? (lengths[0] ?? null) : null;
  });
}

/** The different lengths of a column's lists of numbers, and whether some number has a fraction; no lengths when the cells looked at are something else. */
export function listsIn(
  rows: readonly (readonly string[])[],
  column: number,
): { readonly lengths: readonly number[]; readonly isFractional: boolean } {
  const lengths = new Set<number>();
  let isFractional = false;
  let seen = 0;
  for (const row of rows) {
    const cell = row[column]?.trim() ?? '';
    if (isMissing(cell)) continue;
    const vector = vectorOf(cell);
    if (!vector) return { lengths: [], isFractional: false };
    lengths.add(vector.length);
    isFractional ||= vector.some((value) => Number.isFinite(value) && !Number.isInteger(value));
    if (++seen >= SAMPLE) break;
  }
  return { lengths: [...lengths].sort((a, b) => a - b), isFractional };
}
