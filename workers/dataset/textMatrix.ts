import { entry } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import type { Matrix } from '../formats/format';
import { baseName, type Watch } from '../formats/source';
import { amount, count } from '../formats/words';
import { isMissing, numberOf } from './cellValues';
import type { TableContent } from './files';
import { FOR_ABBREVIATED, isAbbreviated, SAME_LENGTH, vectorOf } from './vectorCells';

/**
 * The columns of numbers of a text table, or its columns of vectors, as a matrix, and the ids of its rows. Rows with an id and nothing where
 * the vector should be are left out. The values wait in a Blob, which a browser keeps on disk when it is large. Throws `TABLE_VALUE` for a
 * cell that is not a number, or not a vector as long as the others.
 */
export async function textMatrix(
  path: string,
  { table, vectors }: TableContent,
  header: boolean,
  idColumn: number | null,
  watch: Watch,
): Promise<{ readonly matrix: Matrix; readonly ids: string[] | null }> {
  const chosen = vectors.flatMap((width, column) => (width === null || column === idColumn ? [] : [{ column, width }]));
  const plain = [...table.columns.keys()].filter((column) => column !== idColumn);
  const columns = chosen.length > 0 ? chosen.reduce((sum, { width }) => sum + width, 0) : plain.length;
  const chunkRows = Math.max(1, Math.floor(2 ** 20 / columns));
  const parts: Blob[] = [];
  const ids: string[] = [];
  let chunk = new Float32Array(chunkRows * columns);
  let filled = 0;
  let rows = 0;
  const numbersIn = (cells: readonly string[], line: number): number[] =>
    chosen.length > 0
      ? chosen.flatMap(({ column, width }) => vectorIn(path, entry(cells, column), width, line))
      : plain.map((column) => numberIn(path, entry(cells, column), columns, line));
  const take = (cells: readonly string[], line: number): void => {
    if (idColumn !== null) {
      if (chosen.some(({ column }) => isMissing(entry(cells, column).trim()))) return;
      ids.push(entry(cells, idColumn).trim());
    }
    chunk.set(numbersIn(cells, line), filled);
    filled += columns;
    rows++;
    if (filled < chunk.length) return;
    parts.push(new Blob([chunk]));
    chunk = new Float32Array(chunkRows * columns);
    filled = 0;
  };
  if (!header && table.headerLine !== null) take(table.columns, table.headerLine);
  await table.read(watch, take);
  parts.push(new Blob([chunk.subarray(0, filled)]));
  const blob = new Blob(parts);
  const matrix: Matrix = {
    rows,
    columns,
    sourceType: 'text',
    async *blocks(rowsPerBlock) {
      const step = rowsPerBlock * columns * 4;
      for (let start = 0; start < rows * columns * 4; start += step)
        yield new Float32Array(await blob.slice(start, Math.min(blob.size, start + step)).arrayBuffer());
    },
  };
  return { matrix, ids: idColumn === null ? null : ids };
}

function numberIn(path: string, cell: string, columns: number, row: number): number {
  const value = numberOf(cell);
  if (!Number.isNaN(value) || /^\s*nan\s*$/i.test(cell)) return value;
  throw new AppError(
    'TABLE_VALUE',
    `Row ${count(row)} of ${baseName(path)} has “${cell.slice(0, 40)}” where a number of a feature should be.`,
    `Features are numbers, ${amount(columns, 'column')} of them here.`,
    { path, row },
  );
}

function vectorIn(path: string, cell: string, width: number, row: number): number[] {
  const vector = vectorOf(cell);
  if (vector?.length === width) return vector;
  const found = vector ? `a vector of ${amount(vector.length, 'number')}` : `“${cell.trim().slice(0, 40)}”`;
  throw new AppError(
    'TABLE_VALUE',
    `Row ${count(row)} of ${baseName(path)} has ${found} where ${amount(width, 'number')} should be.`,
    isAbbreviated(cell) ? FOR_ABBREVIATED : SAME_LENGTH,
    { path, row },
  );
}
