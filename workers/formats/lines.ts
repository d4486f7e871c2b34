import { AppError } from '../../src/domain/errors';
import { count } from './words';
import { baseName, type ByteSource, type Watch } from './source';

/** A line of interactions has some dozens of characters; a list of items or a review may have many more. */
export const LONGEST_LINE = 2 ** 20;

/**
 * Hands over every line, also empty ones, with its 1-based number. Line ends are `\n`, `\r\n` and `\r`, also mixed.
 * Linear in the file. Throws `TABLE_ENCODING` when the text is not in `encoding`, `TABLE_VALUE` for a line over 2²⁰ characters.
 */
export async function readLines(
  source: ByteSource,
  encoding: string,
  watch: Watch,
  line: (text: string, number: number) => void,
): Promise<void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const name = baseName(source.path);
  let carried = '';
  let number = 0;

  const take = (text: string): void => {
    number++;
    if (text.length > LONGEST_LINE) throw tooLong(name, source.path, number);
    line(text, number);
  };
  const lines = (text: string, last: boolean): void => {
    let start = 0;
    let newline = text.indexOf('\n');
    let carriage = text.indexOf('\r');
    for (;;) {
      const end = newline < 0 ? carriage : carriage < 0 ? newline : Math.min(newline, carriage);
      // A `\r` at the end may be the first half of `\r\n`.
      if (end < 0 || (end === text.length - 1 && end === carriage && !last)) break;
      take(text.slice(start, end));
      start = end + (end === carriage && text[end + 1] === '\n' ? 2 : 1);
      if (newline >= 0 && newline < start) newline = text.indexOf('\n', start);
      if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start);
    }
    carried = text.slice(start);
    if (carried.length > 2 * LONGEST_LINE) throw tooLong(name, source.path, number + 1);
    if (last && carried !== '') take(carried);
  };

  for await (const chunk of source.chunks(watch)) {
    for (let at = 0; at < chunk.length; at += DECODED_BYTES) {
      const part = chunk.subarray(at, at + DECODED_BYTES);
      let text: string;
      try {
        text = decoder.decode(part, { stream: true });
      } catch {
        // The lines before the damage are counted, so that the message can name it.
        const readable = new TextDecoder(encoding).decode(part);
        throw notText(name, source.path, encoding, number + 1 + linesBefore(carried + readable));
      }
      lines(carried + text, false);
    }
  }
  try {
    lines(carried + decoder.decode(), true);
  } catch (error) {
    throw error instanceof AppError ? error : notText(name, source.path, encoding, number + 1);
  }
}

/** Decoded at once: a message about damaged text reads this much again. */
const DECODED_BYTES = 2 ** 18;

/** Line ends before the first character that could not be decoded. */
function linesBefore(text: string): number {
  const damaged = text.indexOf('\ufffd');
  return text.slice(0, damaged < 0 ? text.length : damaged).split(/\r\n|\r|\n/).length - 1;
}

function notText(name: string, path: string, encoding: string, row: number): AppError {
  return new AppError(
    'TABLE_ENCODING',
    `Row ${count(row)} of ${name} is not ${encoding.toUpperCase()} text.`,
    'Save the table as UTF-8 (for instance with `iconv -f latin1 -t utf-8`) and import it again.',
    { path, row },
  );
}

function tooLong(name: string, path: string, row: number): AppError {
  return new AppError(
    'TABLE_VALUE',
    `Row ${count(row)} of ${name} is longer than ${count(LONGEST_LINE)} characters.`,
    'Check the file’s quotes and line breaks.',
    { path, row },
  );
}
