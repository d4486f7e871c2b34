import { isGuarded, unguarded } from '../../src/domain/csv';
import { AppError } from '../../src/domain/errors';
import { continueCells, plainCells, scanCells, type OpenCell } from './cells';
import { dialectOf, listCells, withoutSingleQuotes, type Dialect } from './dialect';
import type { Format, Remark, Table } from './format';
import { LONGEST_LINE, readLines } from './lines';
import { baseName, readHead, type ByteSource, type Watch } from './source';
import { amount, count } from './words';

const HEAD_BYTES = 64 * 1024;

/** Text in columns with any separator: TSV, CSV, `.inter`, `.dat`; and lists of items a line. */
export const table: Format = {
  name: 'table',
  match: looksLikeText,
  open: async (source, watch) => ({ kind: 'table', table: await openTable(source, watch) }),
};

/** No control characters but tabs and line ends (or another declared separator), in UTF-8 or in marked UTF-16. */
function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0 || isUtf16(head)) return head.length > 0;
  for (const byte of head) {
    const allowed = byte >= 32 || byte === 9 || byte === 10 || byte === 13 || byte === 1 || byte === 31;
    if (!allowed || byte === 127) return false;
  }
  return true;
}

const isUtf16 = (head: Uint8Array): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

/** The encoding that a file's first bytes declare, and its first text; a character that the end cuts is left out. */
export async function headText(
  source: ByteSource,
  watch: Watch,
): Promise<{ readonly encoding: string; readonly text: string; readonly whole: boolean }> {
  const head = await readHead(source, HEAD_BYTES, watch);
  const encoding = !isUtf16(head) ? 'utf-8' : head[0] === 0xff ? 'utf-16le' : 'utf-16be';
  const whole = head.length < HEAD_BYTES;
  return { encoding, whole, text: new TextDecoder(encoding).decode(head, { stream: !whole }) };
}

async function openTable(source: ByteSource, watch: Watch): Promise<Table> {
  const name = baseName(source.path);
  const { encoding, text, whole } = await headText(source, watch);
  if (!whole && !/[\r\n]/.test(text)) {
    throw new AppError(
      'TABLE_HEADER',
      `${name} has no line break in its first ${count(HEAD_BYTES)} bytes.`,
      'Write one interaction per line, below a header line.',
      { path: source.path },
    );
  }
  const dialect = dialectOf(text, whole);
  if (!dialect) {
    throw new AppError('TABLE_HEADER', `${name} has only blank lines.`, 'Check that it was written completely.', {
      path: source.path,
    });
  }
  const lists = dialect.lists === 'no' ? null : listTable(source, encoding, dialect);
  return dialect.lists === 'surely' && lists ? lists : columnTable(source, encoding, dialect, lists);
}

const SEPARATOR_WORDS: Readonly<Record<string, string>> = {
  '\t': 'tab-separated',
  ',': 'comma-separated',
  ';': 'separated by ;',
  ' ': 'separated by blanks',
};

function columnTable(source: ByteSource, encoding: string, dialect: Dialect, lists: Table | null): Table {
  let remarks: Remark[] = [];
  return {
    columns: dialect.columns,
    headerLine: dialect.headerLine,
    form: `a table, ${SEPARATOR_WORDS[dialect.separator] ?? `separated by ${dialect.separator}`}`,
    lists,
    remarks: () => remarks,
    async read(watch, row) {
      const rows = new Rows(source.path, dialect, row);
      await readLines(source, encoding, watch, (line, number) => rows.line(line, number));
      rows.end();
      remarks = rows.remarks();
    },
  };
}

/** How messages call such files. */
const LISTS_FORM = 'a user and the items of that user in each line';
export const COUNTED_LISTS_FORM = 'the items of a user in each line, their number first';

export const isListsForm = ({ form }: Table): boolean => form === LISTS_FORM || form === COUNTED_LISTS_FORM;

/**
 * A user, then all items of that user: LightGCN's and NGCF's `train.txt`. Where the number of items stands in the place of the user, users
 * are numbered by their lines from 0: CiteULike's `users.dat`.
 */
function listTable(source: ByteSource, encoding: string, dialect: Dialect): Table {
  const name = baseName(source.path);
  const { counted, comment } = dialect;
  return {
    columns: ['user', 'item'],
    headerLine: null,
    form: counted ? COUNTED_LISTS_FORM : LISTS_FORM,
    async read(watch, row) {
      let lists = 0;
      await readLines(source, encoding, watch, (line, number) => {
        if (line.trim() === '' || (comment !== null && line.startsWith(comment))) return;
        const [first = '', ...items] = listCells(line);
        const wrong =
          counted && first !== String(items.length)
            ? `${count(items.length)} items, but begins with “${first.slice(0, 40)}”`
            : /[\s,]/.test(first)
              ? `“${first.slice(0, 40)}”, which is no list of ids`
              : null;
        if (wrong !== null) {
          throw new AppError(
            'TABLE_VALUE',
            `Row ${count(number)} of ${name} has ${wrong}.`,
            `In this file every line is ${counted ? 'the number of items, then the items' : 'a user followed by the items of that user'}.`,
            { path: source.path, row: number },
          );
        }
        const user = counted ? String(lists++) : first;
        for (const item of items) row([user, item], number);
      });
    },
  };
}

/** Puts lines together to rows: quoted cells may run over several lines, a last separator may be too many, a header may come again. */
class Rows {
  private open: { cell: OpenCell; readonly lines: string[]; readonly number: number; length: number } | null = null;
  private readonly seen = { comments: 0, comment: 0, headers: 0, header: 0, marks: 0, mark: 0 };
  private readonly columns: number;
  private readonly headerText: string | null;
  /** Written here: an apostrophe keeps spreadsheets from computing its cells. */
  private readonly guarded: boolean;

  constructor(
    private readonly path: string,
    private readonly dialect: Dialect,
    private readonly row: (cells: readonly string[], line: number) => void,
  ) {
    this.columns = dialect.columns.length;
    this.guarded = isGuarded(dialect.columns);
    // A first line with numbers is data, and data may repeat.
    const named = dialect.columns.every((cell) => cell === '' || Number.isNaN(Number(cell)));
    this.headerText = named ? dialect.columns.join('\u0000') : null;
  }

  line(line: string, number: number): void {
    if (number <= this.dialect.headerLine) return;
    if (this.open) this.goOn(this.open, line);
    else this.begin(line, number);
  }

  end(): void {
    if (this.open) this.asText(this.open);
  }

  private begin(line: string, number: number): void {
    if (line.trim() === '') return;
    const { separator, comment } = this.dialect;
    if (comment !== null && line.startsWith(comment)) {
      if (this.seen.comments++ === 0) this.seen.comment = number;
      return;
    }
    const scanned = scanCells(line, separator);
    if (scanned === 'stray' || 'cells' in scanned) {
      this.take(scanned === 'stray' ? plainCells(line, separator) : scanned.cells, number);
    } else {
      this.open = { cell: scanned.open, lines: [line], number, length: line.length };
    }
  }

  private goOn(open: NonNullable<Rows['open']>, line: string): void {
    const { separator } = this.dialect;
    // In a tab-separated table quotation marks are usually text, and a title may begin with one.
    const textually = separator !== ',' && separator !== ';' && open.lines.length === 1;
    const apart =
      textually && this.fits(plainCells(open.lines.join(), separator)) && this.fits(plainCells(line, separator));
    const scanned = apart ? 'stray' : continueCells(open.cell, line, separator);
    open.lines.push(line);
    open.length += line.length + 1;
    if (scanned === 'stray' || open.length > LONGEST_LINE) {
      this.asText(open);
    } else if ('cells' in scanned) {
      this.open = null;
      this.take(scanned.cells, open.number);
    } else open.cell = scanned.open;
  }

  /** The mark that opened the cell was text after all: its line is a row, and so are those after it. */
  private asText(open: NonNullable<Rows['open']>): void {
    this.open = null;
    const [first = '', ...others] = open.lines;
    const cells = plainCells(first, this.dialect.separator);
    if (!this.fits(cells)) {
      throw new AppError(
        'TABLE_VALUE',
        `A quote opened in row ${count(open.number)} of ${baseName(this.path)} is never closed.`,
        'Check the file’s quotes and line breaks.',
        { path: this.path, row: open.number },
      );
    }
    if (this.seen.marks++ === 0) this.seen.mark = open.number;
    this.take(cells, open.number);
    others.forEach((line, index) => this.line(line, open.number + index + 1));
  }

  private fits(cells: readonly string[]): boolean {
    return cells.length === this.columns || (cells.length === this.columns + 1 && cells.at(-1)?.trim() === '');
  }

  private take(cells: string[], number: number): void {
    if (cells.length === this.columns + 1 && cells.at(-1)?.trim() === '') cells.pop();
    if (cells.length === this.columns - 1 && this.dialect.columns.at(-1) === '') cells.push('');
    if (cells.length !== this.columns) {
      throw new AppError(
        'TABLE_VALUE',
        `Row ${count(number)} of ${baseName(this.path)} has ${amount(cells.length, 'column')}, but the first line has ${count(this.columns)}.`,
        'Check that every line has the same columns and the same separator.',
        { path: this.path, row: number },
      );
    }
    const plain = this.dialect.singleQuotes ? cells.map(withoutSingleQuotes) : cells;
    if (plain[0] === this.dialect.columns[0] && plain.map((cell) => cell.trim()).join('\u0000') === this.headerText) {
      if (this.seen.headers++ === 0) this.seen.header = number;
      return;
    }
    this.row(this.guarded ? plain.map(unguarded) : plain, number);
  }

  remarks(): Remark[] {
    const name = baseName(this.path);
    const { comments, comment, headers, header, marks, mark } = this.seen;
    return [
      ...(headers > 0
        ? [
            {
              message: `${amount(headers, 'line')} of ${name} ${headers === 1 ? 'repeats' : 'repeat'} the first line and ${headers === 1 ? 'was' : 'were'} left out, row ${count(header)} first.`,
              hint: 'Usual when files with headers were joined.',
              line: header,
            },
          ]
        : []),
      ...(marks > 0
        ? [
            {
              message: `${amount(marks, 'cell')} of ${name} ${marks === 1 ? 'begins' : 'begin'} with a quotation mark that does not close, row ${count(mark)} first; the mark was read as text.`,
              hint: 'Check that the file is complete if the mark should close.',
              line: mark,
            },
          ]
        : []),
      ...(comments > 0
        ? [
            {
              message: `${amount(comments, 'comment line')} of ${name} ${comments === 1 ? 'was' : 'were'} left out, row ${count(comment)} first.`,
              hint: `Lines that begin with ${this.dialect.comment ?? ''} count as comments here, as at the beginning of the file.`,
              line: comment,
            },
          ]
        : []),
    ];
  }
}
