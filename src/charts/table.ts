import { csvCell, csvText } from '../domain/csv';
import type { Series } from './series';

export type Cell = string | number | null;

/** What a chart shows, as rows: for the data dialog and its CSV. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns with ids and names from a dataset, which can look like formulas. */
  readonly texts?: readonly string[];
}

/** One row per x over all series, one column per series. */
export function tableOfSeries(xLabel: string, series: readonly Series[]): ChartTable {
  const rows = new Map<number, Cell[]>();
  series.forEach(({ points }, column) => {
    for (const [x, y] of points) {
      let row = rows.get(x);
      if (!row) {
        row = [x, ...series.map(() => null)];
        rows.set(x, row);
      }
      row[column + 1] = Number.isFinite(y) ? y : null;
    }
  });
  return {
    columns: [xLabel, ...series.map(({ name }) => name)],
    rows: [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row),
  };
}

/** RFC 4180 text: CRLF lines, numbers in full precision, quotes where they are needed. */
export function toCsv(table: ChartTable): string {
  const isText = table.columns.map((column) => table.texts?.includes(column) ?? false);
  const rows = table.rows.map((row) =>
    row.map((cell, column) => (cell === null ? '' : (isText[column] ? csvText : csvCell)(String(cell)))),
  );
  return [table.columns.map(csvCell), ...rows].map((row) => row.join(',')).join('\r\n') + '\r\n';
}
