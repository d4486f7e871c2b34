import { csvText, csvValue } from '../domain/csv';
import type { Series } from './series';

export type Cell = string | number | null;

/** What a chart shows, as rows: for the data dialog and its CSV. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
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

/** RFC 4180 text: CRLF lines, numbers in full precision, quotes where they are needed, no text that a spreadsheet would compute. */
export function toCsv({ columns, rows }: ChartTable): string {
  const lines = [columns.map(csvText), ...rows.map((row) => row.map(csvValue))];
  return lines.map((line) => line.join(',')).join('\r\n') + '\r\n';
}
