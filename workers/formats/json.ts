import { AppError } from '../../src/domain/errors';
import type { Format, Table } from './format';
import { cellOf, keysOf, recordsOf } from './jsonValue';
import { readLines } from './lines';
import { parseLiteral, type Literal } from './literal';
import { baseName, type ByteSource, type Watch } from './source';
import { headText, table as textTable } from './table';
import { count } from './words';

/** A JSON value is parsed as a whole; a text of this many characters takes some gigabytes. */
const LARGEST_VALUE = 2 ** 28;

/** JSON lines (a record a line, also written by Python), and JSON files of records, lists or dictionaries. */
export const json: Format = {
  name: 'JSON',
  match: (head) => textTable.match(head) && /^\s*[[{]\s*(["'[{}\]\d(u-]|$)/.test(new TextDecoder().decode(head)),
  open: async (source, watch) => ({ kind: 'table', table: await openJson(source, watch) }),
};

async function openJson(source: ByteSource, watch: Watch): Promise<Table> {
  const { encoding, text, whole } = await headText(source, watch);
  const lines = text.split(/\r\n|\r|\n/);
  if (!whole) lines.pop();
  const filled = lines.filter((line) => line.trim() !== '');
  const first = parseLiteral(filled[0] ?? '');
  if (first !== undefined && typeof first === 'object' && filled.length > 1)
    return linesTable(source, encoding, filled);
  return valueTable(source, await wholeValue(source, encoding, watch));
}

function linesTable(source: ByteSource, encoding: string, sample: readonly string[]): Table {
  const records = sample.flatMap((line): Literal[] => {
    const value = parseLiteral(line);
    return value === undefined ? [] : [value];
  });
  const named = !Array.isArray(records[0]);
  const [firstRow] = records;
  const columns = named ? keysOf(records) : Array.isArray(firstRow) ? firstRow.map(cellOf) : [];
  return {
    columns,
    headerLine: named ? null : 1,
    form: 'JSON lines',
    async read(watch, row) {
      let seen = 0;
      await readLines(source, encoding, watch, (line, number) => {
        if (line.trim() === '') return;
        const value = parseLiteral(line);
        if (typeof value !== 'object' || value === null || Array.isArray(value) === named)
          throw notJson(source, number);
        if (Array.isArray(value)) {
          if (seen++ > 0) row(value.map(cellOf), number);
        } else {
          const record = new Map(Object.entries(value));
          row(
            columns.map((column) => cellOf(record.get(column))),
            number,
          );
        }
      });
    },
  };
}

function notJson(source: ByteSource, row: number): AppError {
  return new AppError(
    'TABLE_VALUE',
    `Row ${count(row)} of ${baseName(source.path)} is not a JSON record, as the rows before it are.`,
    'Check that the file was written completely, one record a line.',
    { path: source.path, row },
  );
}

async function wholeValue(source: ByteSource, encoding: string, watch: Watch): Promise<Literal> {
  const name = baseName(source.path);
  const decoder = new TextDecoder(encoding);
  let text = '';
  for await (const chunk of source.chunks(watch)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_VALUE) {
      throw new AppError(
        'TABLE_VALUE',
        `${name} is one JSON value of more than ${count(LARGEST_VALUE)} characters.`,
        'Save it as JSON lines, a record a line, or as CSV.',
        { path: source.path },
      );
    }
  }
  const value = parseLiteral(text + decoder.decode());
  if (value !== undefined) return value;
  throw new AppError(
    'TABLE_VALUE',
    `${name} begins like JSON but cannot be read as JSON.`,
    'Check that it was written completely; write it again with json.dump, or save it as CSV.',
    { path: source.path },
  );
}

function valueTable(source: ByteSource, value: Literal): Table {
  const records = recordsOf(value);
  if (!records) {
    throw new AppError(
      'FILE_UNRECOGNISED',
      `${baseName(source.path)} is JSON, but not a table: neither records nor users and their items.`,
      'Interactions can be JSON lines, a list of records, or a dictionary {user: [items]}.',
      { path: source.path },
    );
  }
  return {
    columns: records.columns,
    headerLine: records.named ? null : 1,
    form: records.form,
    async read(_, row) {
      let number = records.named ? 0 : 1;
      for (const cells of records.rows()) row(cells, ++number);
    },
  };
}
