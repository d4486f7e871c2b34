import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { IdVector, Table } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { amount, count } from '../formats/words';
import type { Uses } from './tableGuess';

/** Original ids by index, from a mapping, a list of ids in order, or a vector beside features. */
export interface IdMapping {
  readonly path: string;
  readonly file: string;
  readonly originals: readonly string[];
  /** What was found out of the file while it was read: swapped columns, indices from 1. */
  readonly remarks: readonly string[];
}

const HINT = 'A mapping has two columns: the original id and its index from 0. Each id and each index appears once.';

/** Reads a table of original ids and indices, or of ids alone in the order of their indices. Throws `DATA_ID_RANGE`, `TABLE_HEADER`. */
export async function readIdTable(
  path: string,
  table: Table,
  uses: Uses,
  header: boolean,
  watch: Watch,
): Promise<IdMapping> {
  const file = baseName(path);
  const rows: { readonly original: string; readonly index: string; readonly line: number }[] = [];
  const take = (cells: readonly string[], line: number): void => {
    rows.push({
      original: cells[uses.original ?? 0]?.trim() ?? '',
      index: uses.index === undefined ? String(rows.length) : (cells[uses.index]?.trim() ?? ''),
      line,
    });
  };
  if (!header && table.headerLine !== null) take(table.columns, table.headerLine);
  await table.read(watch, take);
  if (rows.length === 0) throw new AppError('TABLE_HEADER', `${file} lists no ids.`, HINT, { path });

  const byIndex = permutation(rows.map(({ index }) => index));
  const byOriginal = permutation(rows.map(({ original }) => original));
  const headerSwaps =
    header &&
    INDEX_WORD.test(table.columns[uses.original ?? 0] ?? '') &&
    !INDEX_WORD.test(table.columns[uses.index ?? 1] ?? '');
  const swapped = byOriginal !== null && (byIndex === null || headerSwaps);
  const order = swapped ? byOriginal : byIndex;
  const originals = rows.map(({ original, index }) => (swapped ? index : original));
  if (order === null) {
    const row = firstBad(rows.map(({ index }) => index));
    throw new AppError(
      'DATA_ID_RANGE',
      `Row ${count(entry(rows, row).line)} of ${file} gives ${entry(rows, row).original} an index that is outside 0–${count(rows.length - 1)} or is repeated.`,
      HINT,
      { path, row: entry(rows, row).line },
    );
  }
  const repeated = firstRepeated(originals);
  if (repeated !== null) {
    throw new AppError(
      'DATA_ID_RANGE',
      `Row ${count(entry(rows, repeated).line)} of ${file} lists ${entry(originals, repeated)} again, under another index.`,
      HINT,
      { path, row: entry(rows, repeated).line },
    );
  }
  const sorted = new Array<string>(rows.length);
  order.of.forEach((index, row) => (sorted[index] = entry(originals, row)));
  return {
    path,
    file,
    originals: sorted,
    remarks: [
      ...(swapped
        ? [`${file} has the index in its first column and the original id in its second; it was read so.`]
        : []),
      ...(order.from === 1 ? [`The indices of ${file} start at 1; index 1 is row 0.`] : []),
    ],
  };
}

const INDEX_WORD = /(remap|index|idx|inner|internal|mapped|new)/i;

/** The ids beside a matrix, in the order of its rows. Throws `DATA_ID_RANGE` when one comes twice. */
export async function readIdVector(path: string, ids: IdVector, watch: Watch): Promise<IdMapping> {
  const originals = await ids.read(watch);
  const file = baseName(path);
  const repeated = firstRepeated(originals);
  if (repeated !== null) {
    throw new AppError(
      'DATA_ID_RANGE',
      `${file} lists ${entry(originals, repeated)} twice; the second time at row ${count(repeated)}.`,
      'Each row needs an id of its own.',
      { path, row: repeated },
    );
  }
  return { path, file, originals, remarks: [] };
}

/** Two mappings of the same ids must say the same. */
export function sameMapping(first: IdMapping, second: IdMapping): string | null {
  const at = first.originals.findIndex((original, index) => second.originals[index] !== original);
  if (at < 0 && first.originals.length === second.originals.length) return null;
  return at < 0
    ? `${first.file} lists ${amount(first.originals.length, 'id')} and ${second.file} ${amount(second.originals.length, 'id')}`
    : `index ${count(at)} is ${entry(first.originals, at)} in ${first.file} and ${second.originals[at] ?? 'missing'} in ${second.file}`;
}

/** Whole numbers 0…n−1 or 1…n, each once, as 0…n−1. */
function permutation(texts: readonly string[]): { readonly of: Int32Array; readonly from: 0 | 1 } | null {
  const numbers = texts.map((text) => (/^\d{1,10}(\.0+)?$/.test(text) ? Number(text) : -1));
  const from = numbers.includes(0) ? 0 : 1;
  const seen = new Uint8Array(texts.length);
  for (const number of numbers) {
    const index = number - from;
    if (index < 0 || index >= texts.length || seen[index] === 1) return null;
    seen[index] = 1;
  }
  return { of: Int32Array.from(numbers, (number) => number - from), from };
}

function firstBad(texts: readonly string[]): number {
  const seen = new Set<string>();
  const bad = texts.findIndex((text) => {
    const wrong = !/^\d+$/.test(text) || Number(text) >= texts.length || seen.has(text);
    seen.add(text);
    return wrong;
  });
  return Math.max(0, bad);
}

function firstRepeated(texts: readonly string[]): number | null {
  const seen = new Set<string>();
  for (const [row, text] of texts.entries()) {
    if (seen.has(text)) return row;
    seen.add(text);
  }
  return null;
}
