import { AppError } from '../../src/domain/errors';
import type { Table } from '../formats/format';
import { isMissing, UNIX_DATE } from './cellValues';

/** The first rows of a table, below its first line. */
export interface Sample {
  readonly rows: readonly (readonly string[])[];
  /** What stopped the reading before enough rows were there; the table itself is read, and refused, later. */
  readonly error: AppError | null;
}

/** Enough to tell an outcome column's zeros or a column of times. */
const ROWS = 2000;

class Enough extends Error {}

export async function sampleOf(table: Table): Promise<Sample> {
  const rows: (readonly string[])[] = [];
  try {
    await table.read({}, (cells) => {
      if (rows.push(cells) >= ROWS) throw new Enough();
    });
  } catch (error) {
    if (error instanceof AppError) return { rows, error };
    if (!(error instanceof Enough)) throw error;
  }
  return { rows, error: null };
}

/** What the cells of one column look like. */
export interface ColumnKind {
  /** No cell is empty, or stands for an empty one. */
  readonly filled: boolean;
  /** Every filled cell is a number. */
  readonly numeric: boolean;
  readonly whole: boolean;
  /** Every filled cell is a date, or a number of seconds, milliseconds or more since 1970 that lies after 1980. */
  readonly time: boolean;
  /** Few different numbers of at most 100 and two decimals, as ratings are. */
  readonly scale: boolean;
  /** No cell comes twice. */
  readonly unique: boolean;
  /** Short, without blanks: a number or a code. */
  readonly idLike: boolean;
  /** Different values, up to 50. */
  readonly values: ReadonlySet<string>;
}

const SECONDS_1980 = 315_532_800;

export function columnKind(rows: readonly (readonly string[])[], column: number): ColumnKind {
  const all = rows.map((row) => row[column]?.trim() ?? '');
  const cells = all.filter((cell) => cell !== '');
  const filled = cells.length > 0;
  const numbers = cells.map((cell) => Number(cell.replace(/^(-?\d+),(\d+)$/, '$1.$2')));
  const numeric = filled && numbers.every((value) => !Number.isNaN(value));
  const whole = numeric && cells.every((cell) => /^-?\d+(\.0*)?$/.test(cell));
  const distinct = new Set(cells);
  return {
    filled: !all.some(isMissing),
    numeric,
    whole,
    time:
      filled &&
      (numeric
        ? numbers.every((value) => value > SECONDS_1980)
        : cells.every((cell) => DATE.test(cell) || UNIX_DATE.test(cell))),
    scale:
      numeric &&
      distinct.size <= 100 &&
      numbers.every((value) => value >= -100 && value <= 100 && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6),
    unique: cells.length > 2 && distinct.size === cells.length,
    idLike:
      filled && (whole || cells.every((cell) => cell.length <= 64 && !/\s/.test(cell) && !/^-?\d*\.\d+$/.test(cell))),
    values: distinct.size <= 50 ? distinct : new Set(),
  };
}

/** A date as ISO 8601 writes it, time and zone optional. */
export const DATE = /^\d{4}-\d\d(-\d\d([ T]\d\d:\d\d.*)?)?$/;
