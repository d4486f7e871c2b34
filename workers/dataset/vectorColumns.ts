import { entry } from '../../src/domain/at';
import type { Table } from '../formats/format';
import { count } from '../formats/words';
import { columnRole, withoutType } from './columnNames';
import type { OpenedFile, TableContent } from './files';
import { columnKind, type Sample } from './sample';
import { guessByHeader, headerOf } from './tableGuess';

/**
 * A table about items (or users) with vectors in some columns and other things beside them: each column of vectors as features of its own,
 * with the ids of its rows, and the rest as a table. A table of ids and one column of vectors stays one.
 */
export function apartFromVectors(file: OpenedFile): OpenedFile[] {
  if (file.content.kind !== 'table') return [file];
  const { table, sample, vectors } = file.content;
  const columns = [...table.columns.keys()];
  const found = columns.filter((column) => (vectors[column] ?? null) !== null);
  const others = columns.filter((column) => !found.includes(column));
  if (!headerOf(table, sample, vectors).header || found.length === 0 || (found.length === 1 && others.length <= 1))
    return [file];
  if (guessByHeader(table.columns, sample)) return [file];
  const id = idColumn(table, sample, others);
  const { content } = file;
  const parts = found.map((column): OpenedFile => {
    const name = withoutType(entry(table.columns, column)) || `#${column + 1}`;
    const width = count(entry(vectors, column) ?? 0);
    return {
      ...file,
      path: `${file.path}/${name}`,
      array: name,
      what: `a column of ${table.form.replace(/^an? /, 'a ')}, vectors of ${width} numbers`,
      content: columnsOf(content, id === null ? [column] : [id, column]),
    };
  });
  if (others.length <= 1) return parts;
  return [{ ...file, content: columnsOf(content, others) }, ...parts];
}

/** The column that says whose row it is: an item's or a user's by its header, else the first without a value that comes twice. */
function idColumn({ columns }: Table, { rows }: Sample, among: readonly number[]): number | null {
  const unique = among.filter((column) => columnKind(rows, column).unique);
  const byName = unique.find((column) => ['item', 'user'].includes(columnRole(entry(columns, column)) ?? ''));
  return byName ?? unique.find((column) => columnKind(rows, column).idLike) ?? null;
}

/** Some columns of a table, as a table. */
function columnsOf({ table, sample, vectors }: TableContent, chosen: readonly number[]): TableContent {
  const pick = <T>(values: readonly T[]): T[] => chosen.map((column) => entry(values, column));
  const { matrix, widths } = table;
  return {
    kind: 'table',
    table: {
      columns: pick(table.columns),
      headerLine: table.headerLine,
      form: table.form,
      read: (watch, row) => table.read(watch, (cells, line) => row(pick(cells), line)),
      ...(table.remarks ? { remarks: table.remarks } : {}),
      ...(widths ? { widths: pick(widths) } : {}),
      ...(matrix ? { matrix: (columns: readonly number[]) => matrix(columns.map((at) => entry(chosen, at))) } : {}),
    },
    sample: { ...sample, rows: sample.rows.map(pick) },
    vectors: pick(vectors),
  };
}
