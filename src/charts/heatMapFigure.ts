import { inkOn } from './colourScale';
import { FIGURE_WIDTH, rectangle, svgDocument, text, textWidth, titleText, TYPE, uprightText } from './svg';

/** Sums (or other summaries) that stand beside rows and under columns. */
export interface Marginals {
  readonly rowsLabel: string;
  readonly rows: readonly number[];
  readonly columnsLabel: string;
  readonly columns: readonly number[];
}

export interface HeatMapFigure {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly valueLabel: string;
  readonly format: (value: number) => string;
  readonly colour: (value: number) => string;
  readonly ends: readonly [low: number, high: number];
  readonly marginals: Marginals | null;
}

const ROW = 26;
const STRIPES = 24;
/** So many columns all have their names, on several lines where one is too short; of more, every so many-th has. */
const NAMED = 12;
const LINE = 12;

/** A heat map for a paper: cells with their numbers, marginals as plain numbers, and the scale. */
export function heatMapSvg({
  title,
  rows,
  columns,
  values,
  rowLabel,
  columnLabel,
  valueLabel,
  format,
  colour,
  ends,
  marginals,
}: HeatMapFigure): string {
  const left = 22 + textWidth(Math.max(4, marginals?.columnsLabel.length ?? 0, ...rows.map(({ length }) => length)));
  const right = marginals ? 12 + textWidth(Math.max(marginals.rowsLabel.length, 4)) : 8;
  const width = (FIGURE_WIDTH - left - right) / Math.max(1, columns.length);
  const fits = width >= textWidth(5) + 2;
  const apart = (characters: number): number => Math.ceil((textWidth(characters) + 4) / width);
  const crowded = apart(Math.max(...columns.map(({ length }) => length), 1));
  const lines = columns.length <= NAMED ? Math.min(crowded, columns.length) : 1;
  const every = columns.length <= NAMED ? 1 : crowded;
  const everyValue = columns.length <= NAMED ? 1 : apart(5);
  const heads = 40 + (lines - 1) * LINE;
  const top = heads + 4;
  const bottom = top + rows.length * ROW;
  const centre = (column: number): number => left + (column + 0.5) * width;
  const baseline = (row: number): number => top + (row + 0.5) * ROW + TYPE * 0.35;
  const foot = bottom + (marginals ? 16 : 4);
  const height = foot + 46;
  const stripe = (FIGURE_WIDTH - left - right) / STRIPES;
  return svgDocument(title, FIGURE_WIDTH, height, [
    titleText(8, title),
    text(left + (columns.length * width) / 2, 28, columnLabel, 'middle', ' fill="#555555"'),
    uprightText(10, (top + bottom) / 2, rowLabel),
    ...columns.flatMap((name, column) =>
      column % every === 0 ? [text(centre(column), heads - (lines - 1 - (column % lines)) * LINE, name, 'middle')] : [],
    ),
    ...rows.flatMap((name, row) => [
      text(left - 4, baseline(row), name, 'end'),
      ...columns.flatMap((_, column) => {
        const value = values[row]?.[column] ?? null;
        const ground = value === null ? '#f0f0f0' : colour(value);
        const cell = rectangle(left + column * width, top + row * ROW, width - 0.6, ROW - 0.6, ground);
        return value === null || !fits
          ? [cell]
          : [cell, text(centre(column), baseline(row), format(value), 'middle', ` fill="${inkOn(ground)}"`)];
      }),
    ]),
    ...(marginals
      ? [
          // Above the columns' names, of which the last may reach further than its column.
          text(FIGURE_WIDTH, 28, marginals.rowsLabel, 'end', ' fill="#555555"'),
          ...marginals.rows.map((value, row) =>
            text(left + columns.length * width + 4, baseline(row), format(value), 'start'),
          ),
          text(left - 4, bottom + 12, marginals.columnsLabel, 'end', ' fill="#555555"'),
          ...marginals.columns.flatMap((value, column) =>
            column % everyValue === 0 ? [text(centre(column), bottom + 12, format(value), 'middle')] : [],
          ),
        ]
      : []),
    ...Array.from({ length: STRIPES }, (_, i) =>
      rectangle(
        left + i * stripe,
        foot + 10,
        stripe + 0.3,
        8,
        colour(ends[0] + ((i + 0.5) / STRIPES) * (ends[1] - ends[0])),
      ),
    ),
    text(left, foot + 29, format(ends[0]), 'start'),
    text(FIGURE_WIDTH - right, foot + 29, format(ends[1]), 'end'),
    text((left + FIGURE_WIDTH - right) / 2, foot + 29, valueLabel, 'middle', ' fill="#555555"'),
  ]);
}
