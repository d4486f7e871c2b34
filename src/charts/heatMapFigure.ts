import { inkOn } from './colourScale';
import { heatScale, scaleWords, timesText, type HeatScale, type RatioScale } from './heatScale';
import { FIGURE_WIDTH, rectangle, svgDocument, text, textWidth, titleText, TYPE, uprightText } from './svg';

/** Sums (or other summaries) that stand beside rows and under columns. */
export interface Marginals {
  readonly rowsLabel: string;
  readonly rows: readonly number[];
  readonly columnsLabel: string;
  readonly columns: readonly number[];
}

/** What a heat map shows, on the page and on paper. */
export interface HeatMapContent {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `[rows][columns]`; null where there is no value. */
  readonly values: readonly (readonly (number | null)[])[];
  /** What a cell shows of its value; the exact one is read out on hover and focus. */
  readonly format: (value: number) => string;
  readonly valueLabel: string;
  readonly rowLabel: string;
  readonly columnLabel: string;
  /** Ends of the scale; by default the smallest and the largest value. */
  readonly low?: number;
  readonly high?: number;
  /** A scale around zero in place of one of magnitudes. */
  readonly diverging?: boolean;
  /** A scale around one value, by ratio; each cell then says the ratio too. In place of `low`, `high` and `diverging`. */
  readonly ratio?: RatioScale;
  readonly marginals?: Marginals;
}

/** The picture of a heat map for a paper, with the scale that the page has. */
export function heatMapPicture({
  low,
  high,
  diverging = false,
  ratio,
  marginals,
  valueLabel,
  ...content
}: HeatMapContent): string {
  const scale = heatScale(content.values, { low, high, diverging, ratio });
  return heatMapSvg({
    ...content,
    scale,
    words: scaleWords(scale, ratio, content.format, valueLabel),
    ...(ratio && { under: (value: number) => timesText(value / ratio.middle) }),
    marginals: marginals ?? null,
  });
}

export interface HeatMapFigure {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly format: (value: number) => string;
  readonly scale: Pick<HeatScale, 'colour' | 'ramp'>;
  /** At the ends of the scale, and under it. */
  readonly words: { readonly ends: readonly [string, string]; readonly label: string };
  /** A second line of each cell. */
  readonly under?: (value: number) => string;
  readonly marginals: Marginals | null;
}

const ROW = 26;
const TALL_ROW = 38;
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
  format,
  scale,
  words,
  under,
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
  const tall = under ? TALL_ROW : ROW;
  const bottom = top + rows.length * tall;
  const centre = (column: number): number => left + (column + 0.5) * width;
  const baseline = (row: number): number => top + (row + 0.5) * tall + TYPE * 0.35;
  const foot = bottom + (marginals ? 16 : 4);
  const height = foot + (beside(words, FIGURE_WIDTH - right - left) ? 46 : 46 + LINE);
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
        const ground = value === null ? '#f0f0f0' : scale.colour(value);
        const cell = rectangle(left + column * width, top + row * tall, width - 0.6, tall - 0.6, ground);
        if (value === null || !fits) return [cell];
        const ink = ` fill="${inkOn(ground)}"`;
        const number = (y: number, words: string): string => text(centre(column), y, words, 'middle', ink);
        return under
          ? [
              cell,
              number(baseline(row) - LINE / 2 - 1, format(value)),
              number(baseline(row) + LINE / 2 + 1, under(value)),
            ]
          : [cell, number(baseline(row), format(value))];
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
      rectangle(left + i * stripe, foot + 10, stripe + 0.3, 8, scale.ramp((i + 0.5) / STRIPES)),
    ),
    text(left, foot + 29, words.ends[0], 'start'),
    text(FIGURE_WIDTH - right, foot + 29, words.ends[1], 'end'),
    ...legendLabel(words, left, FIGURE_WIDTH - right, foot + 29),
  ]);
}

/** Whether the scale's label has room between the words at its ends; otherwise it has a line of its own. */
const beside = ({ ends, label }: HeatMapFigure['words'], width: number): boolean =>
  2 * textWidth(Math.max(ends[0].length, ends[1].length)) + textWidth(label.length) + 8 < width;

const legendLabel = (words: HeatMapFigure['words'], left: number, right: number, y: number): string[] => [
  text((left + right) / 2, beside(words, right - left) ? y : y + LINE, words.label, 'middle', ' fill="#555555"'),
];
