import { AppError } from '../../src/domain/errors';
import { count } from './words';
import type { Format, Table } from './format';
import { baseName, readHead, type ByteSource, type Watch } from './source';

/** A line of interactions has some dozens of characters; a quoted field may run over several lines. */
const LONGEST_LINE = 2 ** 20;
const HEADER_BYTES = 64 * 1024;

/** Text in columns with any separator: TSV, CSV, `.inter`. */
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

async function openTable(source: ByteSource, watch: Watch): Promise<Table> {
  const name = baseName(source.path);
  const head = await readHead(source, HEADER_BYTES, watch);
  const encoding = !isUtf16(head) ? 'utf-8' : head[0] === 0xff ? 'utf-16le' : 'utf-16be';
  const text = new TextDecoder(encoding).decode(head);
  const end = text.search(/[\r\n]/);
  if (end < 0 && head.length === HEADER_BYTES) {
    throw new AppError(
      'TABLE_HEADER',
      `${name} has no line break in its first ${count(HEADER_BYTES)} bytes.`,
      'Write one interaction per line, below a header line.',
      { path: source.path },
    );
  }
  const line = end < 0 ? text : text.slice(0, end);
  const separator = separatorOf(line);
  const columns = cellsOf(line, separator) ?? line.split(separator);
  return {
    columns,
    form: 'a table',
    async read(watchRows, row) {
      await readRows(source, name, encoding, watchRows, (textLine, number) => {
        if (number === 1) return true;
        const cells = cellsOf(textLine, separator);
        if (cells === null) return false;
        if (cells.length !== columns.length) {
          throw new AppError(
            'TABLE_VALUE',
            `Row ${count(number)} of ${name} has ${count(cells.length)} columns, but the header has ${count(columns.length)}.`,
            'Check that every line has the same columns and the same separator.',
            { path: source.path, row: number },
          );
        }
        row(cells, number);
        return true;
      });
    },
  };
}

/** The separator of the header: the commonest of the usual ones, else another sign that is no part of a name, else blanks. */
function separatorOf(header: string): string {
  const occurrences = (sign: string): number => header.split(sign).length - 1;
  const best = (signs: readonly string[]): string | null =>
    signs.reduce<string | null>((chosen, sign) => {
      const current = chosen === null ? 0 : occurrences(chosen);
      return occurrences(sign) > current ? sign : chosen;
    }, null);
  const unusual = [...new Set(header)].filter((sign) => !/[\p{L}\p{N}_\-.:"'()\s#]/u.test(sign));
  return best(['\t', ',', ';', '|', '\u0001', '\u001f']) ?? best(unusual) ?? (header.trim().includes(' ') ? ' ' : '\t');
}

/** The cells of a line, quotes taken off; null when the line ends inside a quoted cell. */
function cellsOf(line: string, separator: string): string[] | null {
  if (!line.includes('"')) return separator === ' ' ? line.trim().split(/ +/) : line.split(separator);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (line[at] === '"') {
      for (at++; ;) {
        const close = line.indexOf('"', at);
        if (close < 0) return null;
        cell += line.slice(at, close);
        at = close + 1;
        if (line[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    const next = line.indexOf(separator, at);
    if (next < 0) return [...cells, cell + line.slice(at)];
    cells.push(cell + line.slice(at, next));
    at = next + separator.length;
  }
}

/**
 * Hands over each line that is not empty. `take` returns false for a line that is not complete yet (an open quote): it
 * comes again with its continuation. Line ends are `\n`, `\r\n` and `\r`, also mixed.
 */
async function readRows(
  source: ByteSource,
  name: string,
  encoding: string,
  watch: Watch,
  take: (line: string, number: number) => boolean,
): Promise<void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let carried = '';
  let open = '';
  let firstNumber = 1;
  let number = 0;

  const line = (text: string): void => {
    number++;
    if (text.length > LONGEST_LINE || open.length > LONGEST_LINE)
      throw tooLong(name, source.path, open === '' ? number : firstNumber, open !== '');
    if (open === '' && text.trim() === '') return;
    if (open === '') firstNumber = number;
    const whole = open === '' ? text : `${open}\n${text}`;
    open = take(whole, firstNumber) ? '' : whole;
  };

  const lines = (text: string, last: boolean): void => {
    let start = 0;
    let newline = text.indexOf('\n');
    let carriage = text.indexOf('\r');
    for (;;) {
      const end = newline < 0 ? carriage : carriage < 0 ? newline : Math.min(newline, carriage);
      // A `\r` at the end may be the first half of `\r\n`.
      if (end < 0 || (end === text.length - 1 && end === carriage && !last)) break;
      line(text.slice(start, end));
      start = end + (end === carriage && text[end + 1] === '\n' ? 2 : 1);
      if (newline >= 0 && newline < start) newline = text.indexOf('\n', start);
      if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start);
    }
    carried = text.slice(start);
    if (carried.length > 2 * LONGEST_LINE) throw tooLong(name, source.path, number + 1, false);
    if (last && carried !== '') line(carried);
  };

  for await (const chunk of source.chunks(watch))
    lines(carried + decode(decoder, name, source.path, number, chunk), false);
  lines(carried + decode(decoder, name, source.path, number), true);
  if (open !== '') throw tooLong(name, source.path, firstNumber, true);
}

function decode(
  decoder: TextDecoder,
  name: string,
  path: string,
  line: number,
  bytes?: Uint8Array<ArrayBuffer>,
): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new AppError(
      'TABLE_ENCODING',
      `${name} is not UTF-8 text after row ${count(line)}.`,
      'Save the table as UTF-8 (for instance with `iconv -f latin1 -t utf-8`) and import it again.',
      { path },
    );
  }
}

function tooLong(name: string, path: string, row: number, quoted: boolean): AppError {
  return new AppError(
    'TABLE_VALUE',
    quoted
      ? `A quote opened in row ${count(row)} of ${name} is never closed.`
      : `Row ${count(row)} of ${name} is longer than ${count(LONGEST_LINE)} characters.`,
    'Check the file’s quotes and line breaks.',
    { path, row },
  );
}
