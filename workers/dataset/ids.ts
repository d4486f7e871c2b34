import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { Table } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { count } from '../formats/words';
import type { IdColumn } from './interactions';

/** Original ids by index, from an `i_id_mapping.csv` or `u_id_mapping.csv`. */
export interface IdMapping {
  readonly file: string;
  readonly originals: readonly string[];
}

/** How the ids of one column became indices. */
export interface Numbering {
  /** Index per row. */
  readonly indices: Int32Array<ArrayBuffer>;
  /** Largest index + 1. */
  readonly size: number;
  /** Original ids by index; null when the ids of the file are the indices and nothing else is known of them. */
  readonly originals: readonly string[] | null;
  /** The ids of the file are not the indices. */
  readonly renumbered: boolean;
  /** Code of the first id that cannot be an index though it must be; null when all can. */
  readonly offending: number | null;
}

const LARGEST_INDEX = 2 ** 31 - 2;

/** Original id and index, a header above them. Throws `DATA_ID_RANGE` unless the indices are 0…n−1, each once. */
export async function readMapping(path: string, table: Table, watch: Watch): Promise<IdMapping> {
  const file = baseName(path);
  const texts: string[] = [];
  const indices: number[] = [];
  const lines: number[] = [];
  const hint = 'A mapping has two columns: the original id and its index from 0. Each index appears once.';
  if (table.columns.length < 2) throw new AppError('TABLE_HEADER', `${file} has one column.`, hint, { path });
  const take = (cells: readonly string[], line: number): void => {
    texts.push(cells[0]?.trim() ?? '');
    indices.push(/^\d+$/.test(cells[1]?.trim() ?? '') ? Number(cells[1]) : -1);
    lines.push(line);
  };
  // Without a header the first line is data.
  if (/^\d+$/.test(table.columns[1]?.trim() ?? '')) take(table.columns, 1);
  await table.read(watch, take);
  const originals = new Array<string | null>(texts.length).fill(null);
  for (const [at, index] of indices.entries()) {
    if (originals[index] === null) {
      originals[index] = entry(texts, at);
      continue;
    }
    const row = entry(lines, at);
    throw new AppError(
      'DATA_ID_RANGE',
      `Row ${count(row)} of ${file} gives ${entry(texts, at)} an index that is outside 0–${count(texts.length - 1)} or is repeated.`,
      hint,
      { path, row },
    );
  }
  return { file, originals: originals.map((text) => text ?? '') };
}

/**
 * Indices of the ids of a column. `mustBeIndices`: a feature matrix counts its rows by them, so that renumbering would
 * assign features to the wrong item. In this order: numbers below the size of the mapping are indices; ids that the mapping has are
 * looked up; whole numbers 0…n−1 (with gaps where `gapsAllowed`) are indices; everything else is numbered by first appearance.
 */
export function numberIds(
  column: IdColumn,
  mapping: IdMapping | null,
  mustBeIndices: boolean,
  gapsAllowed: boolean,
): Numbering {
  const numbers = column.texts.map((text) => (/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : -1));
  const largest = numbers.reduce((a, b) => Math.max(a, b), -1);
  const whole = column.texts.length > 0 && numbers.every((value) => value >= 0) && largest <= LARGEST_INDEX;
  const asIs = (originals: readonly string[] | null, offending: number | null = null): Numbering => ({
    indices: column.codes.map((code) => entry(numbers, code)),
    size: largest + 1,
    originals,
    renumbered: false,
    offending,
  });

  if (mapping) {
    const size = mapping.originals.length;
    if (whole && largest < size) return asIs(mapping.originals);
    const known = new Map(mapping.originals.map((text, index) => [text, index]));
    const mapped = column.texts.map((text) => known.get(text) ?? -1);
    const unknown = mapped.indexOf(-1);
    return {
      indices: column.codes.map((code) => entry(mapped, code)),
      size,
      originals: mapping.originals,
      renumbered: true,
      offending: unknown < 0 ? null : unknown,
    };
  }
  const isDense = whole && largest + 1 === column.texts.length;
  const isNearlyDense = whole && largest + 1 <= 2 * column.texts.length && numbers.includes(0);
  if (isDense || (whole && mustBeIndices) || (isNearlyDense && gapsAllowed)) return asIs(null);
  if (mustBeIndices)
    return asIs(
      null,
      numbers.findIndex((value) => value < 0 || value > LARGEST_INDEX),
    );
  return {
    indices: column.codes,
    size: column.texts.length,
    originals: column.texts,
    renumbered: true,
    offending: null,
  };
}
