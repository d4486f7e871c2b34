import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { Table } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { count } from '../formats/words';
import { columnRole, type ColumnRole } from './names';

/** The ids of a column: a code per row, and the distinct texts in order of first appearance. */
export interface IdColumn {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

/** An interaction table as it stands in its file. */
export interface RawInteractions {
  readonly file: string;
  readonly users: IdColumn;
  readonly items: IdColumn;
  readonly ratings: Float32Array<ArrayBuffer> | null;
  readonly timestamps: Float64Array<ArrayBuffer> | null;
  /** 0, 1, 2; null without such a column. */
  readonly labels: Uint8Array<ArrayBuffer> | null;
  /** Line of each row in the file, 1-based. */
  readonly lines: Int32Array<ArrayBuffer>;
}

/** Whether the header names a user and an item. */
export function isInteractionTable(table: Table): boolean {
  const roles = table.columns.map(columnRole);
  return roles.includes('user') && roles.includes('item');
}

/** Reads all rows. Throws `TABLE_HEADER`, `TABLE_VALUE`, `DATA_ID_RANGE` or `DATA_SPLIT_VALUES` at the first row that is not as it must be. */
export async function readInteractionTable(path: string, table: Table, watch: Watch): Promise<RawInteractions> {
  const file = baseName(path);
  const place = (role: ColumnRole): number => table.columns.findIndex((column) => columnRole(column) === role);
  const at = {
    user: place('user'),
    item: place('item'),
    rating: place('rating'),
    time: place('timestamp'),
    split: place('split'),
  };
  for (const role of ['user', 'item'] as const) {
    if (table.columns.filter((column) => columnRole(column) === role).length > 1) {
      throw new AppError('TABLE_HEADER', `${file} has two ${role} columns.`, 'Keep the column that holds the ids.', {
        path,
      });
    }
  }
  const users = new Interner();
  const items = new Interner();
  const ratings: number[] = [];
  const times: number[] = [];
  const labels: number[] = [];
  const lines: number[] = [];

  const bad = (
    code: 'TABLE_VALUE' | 'DATA_ID_RANGE' | 'DATA_SPLIT_VALUES',
    line: number,
    what: string,
    hint: string,
  ): AppError => new AppError(code, `Row ${count(line)} of ${file} ${what}.`, hint, { path, row: line });
  const id = (role: 'user' | 'item', cell: string | undefined, line: number): string => {
    const text = cell?.trim() ?? '';
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    if (text === '') throw bad('TABLE_VALUE', line, `has no ${role} id`, 'Fill in the id or remove the row.');
    if (/^-\d+(\.0*)?$/.test(text))
      throw bad('DATA_ID_RANGE', line, `has the ${role} ${shown}, which is negative`, 'Ids start at 0.');
    if (!/^[+-]?(\d+\.\d*|\.\d+|\d+(\.\d*)?e[+-]?\d+|nan|inf|infinity)$/i.test(text)) return text;
    if (/^\d+\.0*$/.test(text)) return text.slice(0, text.indexOf('.'));
    throw bad(
      'TABLE_VALUE',
      line,
      `has the ${role} ${shown}, which is not an id`,
      'Ids are whole numbers or names. Check that the columns are not shifted.',
    );
  };

  await table.read(watch, (cells, line) => {
    users.add(id('user', cells[at.user], line));
    items.add(id('item', cells[at.item], line));
    if (at.rating >= 0) {
      const rating = numberOf(cells[at.rating]);
      if (!Number.isFinite(Math.fround(rating)))
        throw bad('TABLE_VALUE', line, `has the rating "${entry(cells, at.rating)}"`, 'Ratings are finite numbers.');
      ratings.push(rating);
    }
    if (at.time >= 0) {
      const time = timeOf(cells[at.time]);
      if (!Number.isFinite(time))
        throw bad(
          'TABLE_VALUE',
          line,
          `has the timestamp "${entry(cells, at.time)}"`,
          'Timestamps are numbers or ISO dates.',
        );
      times.push(time);
    }
    if (at.split >= 0) {
      const label = numberOf(cells[at.split]);
      if (label !== 0 && label !== 1 && label !== 2) {
        throw bad(
          'DATA_SPLIT_VALUES',
          line,
          `has "${entry(cells, at.split)}" in column ${entry(table.columns, at.split)}`,
          'Use 0 for training, 1 for validation and 2 for test, or remove the column to have a split drawn.',
        );
      }
      labels.push(label);
    }
    lines.push(line);
  });
  return {
    file,
    users: users.column(),
    items: items.column(),
    ratings: at.rating >= 0 ? Float32Array.from(ratings) : null,
    timestamps: at.time >= 0 ? Float64Array.from(times) : null,
    labels: at.split >= 0 ? Uint8Array.from(labels) : null,
    lines: Int32Array.from(lines),
  };
}

const numberOf = (cell: string | undefined): number => {
  const text = cell?.trim() ?? '';
  return text === '' ? NaN : Number(text);
};

function timeOf(cell: string | undefined): number {
  const value = numberOf(cell);
  return Number.isNaN(value) && /^\s*\d{4}-\d\d/.test(cell ?? '') ? Date.parse(cell ?? '') : value;
}

/** Numbers texts by first appearance. */
class Interner {
  private readonly known = new Map<string, number>();
  private readonly codes: number[] = [];

  add(text: string): void {
    let code = this.known.get(text);
    if (code === undefined) {
      code = this.known.size;
      // A slice of the file's text would keep its whole chunk in memory; this copies it.
      this.known.set(` ${text}`.slice(1), code);
    }
    this.codes.push(code);
  }

  column(): IdColumn {
    return { codes: Int32Array.from(this.codes), texts: [...this.known.keys()] };
  }
}
