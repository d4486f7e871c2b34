import { entry } from '../../src/domain/at';
import { AppError, type ErrorCode } from '../../src/domain/errors';
import type { Table } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { amount, count } from '../formats/words';
import { hasDecimalComma, idOf, numberOf, timeOf } from './cellValues';
import { isItemList } from './columnNames';
import { Places } from './places';
import { SPLIT_WORDS, type Uses } from './tableGuess';

/** The ids of a column: a code per row, and the distinct texts in order of first appearance. */
export interface IdColumn {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

/** A table of interactions, or one part of a split. */
export interface InteractionPart {
  readonly path: string;
  readonly table: Table;
  readonly uses: Uses;
  /** Whether the first line is a header; else it is a row. */
  readonly header: boolean;
  /** Values of the column `positive` whose rows are kept; null keeps all. */
  readonly positives: readonly string[] | null;
  /** The split that all its rows are in; null when a column says it, or nothing does. */
  readonly label: 0 | 1 | 2 | null;
}

/** Interactions as they stand in their files. */
export interface RawInteractions {
  readonly places: Places;
  readonly users: IdColumn;
  readonly items: IdColumn;
  readonly ratings: Float32Array<ArrayBuffer> | null;
  readonly timestamps: Float64Array<ArrayBuffer> | null;
  /** 0, 1, 2; null without a split. */
  readonly labels: Uint8Array<ArrayBuffer> | null;
  /** Number of each row's line in `places`. */
  readonly lines: Int32Array<ArrayBuffer>;
  /** Rows that were no interactions. */
  readonly negatives: number;
  readonly decimalCommas: boolean;
  /** What is said of parts that differ: a rating that only some have. */
  readonly remarks: readonly string[];
}

/**
 * Reads all rows of all parts, in their order. Throws `TABLE_VALUE`, `DATA_ID_RANGE` or `DATA_SPLIT_VALUES` at the first row that is not as
 * it must be; rows without an id are counted first.
 */
export async function readInteractions(parts: readonly InteractionPart[], watch: Watch): Promise<RawInteractions> {
  const reader = new Reader(parts);
  for (const part of parts) await reader.read(part, watch);
  return reader.result();
}

class Reader {
  private readonly places = new Places();
  private readonly users = new Interner();
  private readonly items = new Interner();
  private readonly ratings: number[] = [];
  private readonly times: number[] = [];
  private readonly labels: number[] = [];
  private readonly lines: number[] = [];
  private readonly has: { readonly rating: boolean; readonly time: boolean; readonly label: boolean };
  private negatives = 0;
  private decimalCommas = false;

  constructor(private readonly parts: readonly InteractionPart[]) {
    const all = (use: 'rating' | 'timestamp'): boolean => parts.every(({ uses }) => uses[use] !== undefined);
    this.has = {
      rating: all('rating'),
      time: all('timestamp'),
      label: parts.every(({ label, uses }) => label !== null || uses.split !== undefined),
    };
  }

  async read(part: InteractionPart, watch: Watch): Promise<void> {
    const { path, table, header } = part;
    const file = baseName(path);
    const missing = { user: { rows: 0, first: 0 }, item: { rows: 0, first: 0 } };
    const list = part.table.columns.findIndex(isItemList);
    this.places.begin(path);
    const take = (cells: readonly string[], line: number): void => {
      const user = this.id('user', file, cells, line, part, missing);
      const item = this.id('item', file, cells, line, part, missing);
      if (user === null || item === null) return;
      if (!this.isPositive(part, cells)) return;
      if (list >= 0)
        for (const earlier of entry(cells, list).trim().split(/\s+/)) this.add(user, earlier, part, cells, line);
      this.add(user, item, part, cells, line);
    };
    if (!header && table.headerLine !== null) take(table.columns, table.headerLine);
    await table.read(watch, take);
    for (const role of ['user', 'item'] as const) {
      const { rows, first } = missing[role];
      if (rows === 0) continue;
      throw new AppError(
        'TABLE_VALUE',
        `${file} (${table.form}) has ${amount(rows, 'row')} without ${role === 'user' ? 'a user' : 'an item'} id, row ${count(first)} first.`,
        'Fill in the ids or remove these rows.',
        { path, row: first },
      );
    }
  }

  private add(user: string, item: string, part: InteractionPart, cells: readonly string[], line: number): void {
    const { uses, path } = part;
    if (item === '') return;
    this.users.add(user);
    this.items.add(item);
    if (this.has.rating) this.ratings.push(this.rating(cells[uses.rating ?? -1], path, line));
    if (this.has.time) this.times.push(this.time(cells[uses.timestamp ?? -1], path, line));
    if (this.has.label) this.labels.push(part.label ?? this.label(part, cells, line));
    this.lines.push(this.places.number(line));
  }

  private isPositive({ uses, positives }: InteractionPart, cells: readonly string[]): boolean {
    if (uses.positive === undefined || positives === null) return true;
    const positive = positives.includes(cells[uses.positive]?.trim() ?? '');
    if (!positive) this.negatives++;
    return positive;
  }

  private id(
    role: 'user' | 'item',
    file: string,
    cells: readonly string[],
    line: number,
    part: InteractionPart,
    missing: Record<'user' | 'item', { rows: number; first: number }>,
  ): string | null {
    const cell = cells[part.uses[role] ?? -1];
    const found = idOf(cell);
    if ('id' in found) return found.id;
    const shown = cell?.trim().slice(0, 40) ?? '';
    switch (found.wrong) {
      case 'missing':
        if (missing[role].rows++ === 0) missing[role].first = line;
        return null;
      case 'negative':
        throw bad('DATA_ID_RANGE', part.path, line, `has the ${role} ${shown}, which is negative`, 'Ids start at 0.');
      case 'number':
        throw bad(
          'TABLE_VALUE',
          part.path,
          line,
          `has the ${role} ${shown}, which is not an id`,
          /e/i.test(shown)
            ? `A spreadsheet has cut the number. Export ${file} again with the ids as text.`
            : 'Ids are whole numbers or names. Check that the columns are not shifted.',
        );
    }
  }

  private rating(cell: string | undefined, path: string, line: number): number {
    const rating = numberOf(cell);
    if (!Number.isFinite(Math.fround(rating)))
      throw bad('TABLE_VALUE', path, line, `has the rating "${cell ?? ''}"`, 'Ratings are finite numbers.');
    if (hasDecimalComma(cell)) this.decimalCommas = true;
    return rating;
  }

  private time(cell: string | undefined, path: string, line: number): number {
    const time = timeOf(cell);
    if (!Number.isFinite(time))
      throw bad(
        'TABLE_VALUE',
        path,
        line,
        `has the timestamp "${cell ?? ''}"`,
        'Timestamps are numbers, or dates such as 2014-01-18 or 2014-01-18 12:30:00.',
      );
    return time;
  }

  private label({ uses, table, path }: InteractionPart, cells: readonly string[], line: number): number {
    const cell = cells[uses.split ?? -1]?.trim() ?? '';
    const label = SPLIT_WORDS[cell.toLowerCase()] ?? SPLIT_WORDS[cell.replace(/\.0*$/, '')];
    if (label === undefined) {
      throw bad(
        'DATA_SPLIT_VALUES',
        path,
        line,
        `has "${cell}" in column ${entry(table.columns, uses.split ?? 0)}`,
        'Use 0 or train, 1 or valid, and 2 or test, or remove the column to have a split drawn.',
      );
    }
    return label;
  }

  result(): RawInteractions {
    const partly = (['rating', 'timestamp'] as const).filter(
      (use) =>
        this.parts.some(({ uses }) => uses[use] !== undefined) &&
        this.parts.some(({ uses }) => uses[use] === undefined),
    );
    return {
      places: this.places,
      users: this.users.column(),
      items: this.items.column(),
      ratings: this.has.rating ? Float32Array.from(this.ratings) : null,
      timestamps: this.has.time ? Float64Array.from(this.times) : null,
      labels: this.has.label ? Uint8Array.from(this.labels) : null,
      lines: Int32Array.from(this.lines),
      negatives: this.negatives,
      decimalCommas: this.decimalCommas,
      remarks: [
        ...partly.map((use) => `Only some of the files have a ${use} column; it is not used.`),
        ...this.parts
          .filter(({ table }) => table.columns.some(isItemList))
          .map(
            ({ path }) =>
              `${baseName(path)} holds sequences: the items of every list count as interactions of its user.`,
          ),
      ],
    };
  }
}

function bad(code: ErrorCode, path: string, line: number, what: string, hint: string): AppError {
  return new AppError(code, `Row ${count(line)} of ${baseName(path)} ${what}.`, hint, { path, row: line });
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
