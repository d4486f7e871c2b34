import { memo, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { classNames } from '../ui/classNames';
import { formatReading } from '../ui/format';
import { ChartFrame } from './ChartFrame';
import { diverging as divergingColour, inkOn, viridis } from './colourScale';
import type { Figure } from './figure';
import { heatMapSvg, type Marginals } from './heatMapFigure';
import type { ChartTable } from './table';
import styles from './heatMap.module.css';

export interface HeatMapCell {
  readonly row: number;
  readonly column: number;
}

export interface HeatMapProps {
  readonly title: string;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
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
  readonly marginals?: Marginals;
  readonly selected?: HeatMapCell | null;
  /** Makes cells selectable; null when the selected one is chosen again. */
  readonly onSelect?: (cell: HeatMapCell | null) => void;
  /** A cell with a star, such as the best. */
  readonly marked?: HeatMapCell | null;
  readonly height?: number;
  readonly emptyText?: string;
  readonly heading?: ReactNode;
  readonly tools?: ReactNode;
}

/** Space that a cell's number needs, in CSS pixels. */
const NUMBER_WIDTH = 46;
const LABEL_WIDTH = 104;

/** A value per pair of categories, as colour and number. Arrow keys move through the cells; one is read out. */
export const HeatMap = memo(function HeatMap(props: HeatMapProps) {
  const {
    title,
    summary,
    rows,
    columns,
    values,
    format,
    valueLabel,
    rowLabel,
    columnLabel,
    diverging = false,
    marginals,
    height,
    emptyText,
    heading,
    tools,
  } = props;
  const { low: givenLow, high: givenHigh } = props;
  const { low, high, colour } = useMemo(
    () => scaleOf(values, givenLow, givenHigh, diverging),
    [values, givenLow, givenHigh, diverging],
  );
  const empty = values.every((row) => row.every((value) => value === null));
  const figure = (): Figure => ({
    title,
    svg: heatMapSvg({
      title,
      rows,
      columns,
      values,
      rowLabel,
      columnLabel,
      valueLabel,
      format,
      colour,
      ends: [low, high],
      marginals: marginals ?? null,
    }),
  });
  const table = (): ChartTable => ({
    columns: [rowLabel, columnLabel, valueLabel],
    rows: rows.flatMap((row, r) => columns.map((column, c) => [row, column, values[r]?.[c] ?? null])),
  });
  const natural = 32 + rows.length * 44 + (marginals ? 36 : 0) + 52;
  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={table}
      figure={figure}
      height={height ?? natural}
      empty={empty}
      {...(emptyText && { emptyText })}
      {...(heading && { heading })}
      {...(tools && { tools })}
    >
      {(width) => <Cells {...props} low={low} high={high} colour={colour} width={width} />}
    </ChartFrame>
  );
});

interface CellsProps extends HeatMapProps {
  readonly low: number;
  readonly high: number;
  readonly colour: (value: number) => string;
  readonly width: number;
}

function Cells({
  title,
  rows,
  columns,
  values,
  format,
  valueLabel,
  rowLabel,
  columnLabel,
  marginals,
  selected = null,
  onSelect,
  marked = null,
  low,
  high,
  colour,
  width,
}: CellsProps) {
  const [focused, setFocused] = useState<HeatMapCell>({ row: 0, column: 0 });
  const [pointed, setPointed] = useState<HeatMapCell | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const id = useId();
  const labels = Math.min(LABEL_WIDTH, Math.round(width * 0.3));
  const beside = marginals ? 72 : 0;
  const numbers = (width - labels - beside) / Math.max(1, columns.length) >= NUMBER_WIDTH;
  const read = pointed ?? selected ?? marked;
  const same = (a: HeatMapCell | null, row: number, column: number): boolean => a?.row === row && a.column === column;
  const tabStop = focused.row < rows.length && focused.column < columns.length ? focused : { row: 0, column: 0 };

  const move = (event: KeyboardEvent): void => {
    const next = neighbour(event.key, tabStop, rows.length, columns.length);
    if (!next) return;
    event.preventDefault();
    setFocused(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.row}-${next.column}"]`)?.focus();
  };
  const choose = (row: number, column: number): void =>
    onSelect?.(same(selected, row, column) ? null : { row, column });
  const words = ({ row, column }: HeatMapCell): string => {
    const value = values[row]?.[column] ?? null;
    return `${rows[row] ?? ''}, ${columns[column] ?? ''}: ${value === null ? 'no value' : formatReading(value)}`;
  };

  return (
    <div className={styles.map}>
      <div
        ref={grid}
        role="grid"
        aria-label={`${title}: ${valueLabel} by ${rowLabel} and ${columnLabel}`}
        className={styles.grid}
        style={{
          gridTemplateColumns: `${labels}px repeat(${columns.length}, minmax(0, 1fr))${marginals ? ` ${beside}px` : ''}`,
        }}
        onKeyDown={move}
        onPointerLeave={() => setPointed(null)}
      >
        <div role="row" className={styles.row}>
          <span role="columnheader" className={styles.marginName} title={`${rowLabel}, by ${columnLabel}`}>
            {rowLabel} / {columnLabel}
          </span>
          {columns.map((name) => (
            <span role="columnheader" key={name} className={styles.columnName} title={name}>
              {name}
            </span>
          ))}
          {marginals && (
            <span role="columnheader" className={styles.marginName}>
              {marginals.rowsLabel}
            </span>
          )}
        </div>
        {rows.map((name, row) => (
          <div role="row" key={name} className={styles.row}>
            <span role="rowheader" className={styles.rowName} title={name}>
              {name}
            </span>
            {columns.map((column, c) => {
              const value = values[row]?.[c] ?? null;
              const ground = value === null ? null : colour(value);
              const star = same(marked, row, c) ? '★ ' : '';
              return (
                <div
                  key={column}
                  role="gridcell"
                  data-cell={`${row}-${c}`}
                  tabIndex={same(tabStop, row, c) ? 0 : -1}
                  aria-label={`${words({ row, column: c })}${star && ', best'}`}
                  {...(onSelect && { 'aria-selected': same(selected, row, c) })}
                  className={classNames(
                    styles.cell,
                    ground !== null && styles.valued,
                    onSelect && styles.selectable,
                    same(selected, row, c) && styles.selected,
                  )}
                  style={ground === null ? undefined : { background: ground, color: inkOn(ground) }}
                  onFocus={() => {
                    setFocused({ row, column: c });
                    setPointed({ row, column: c });
                  }}
                  onBlur={() => setPointed(null)}
                  onPointerEnter={() => setPointed({ row, column: c })}
                  onClick={() => choose(row, c)}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' && event.key !== ' ') return;
                    event.preventDefault();
                    choose(row, c);
                  }}
                >
                  {value === null ? '' : numbers ? `${star}${format(value)}` : star}
                </div>
              );
            })}
            {marginals && (
              <Margin value={marginals.rows[row] ?? 0} highest={Math.max(...marginals.rows)} format={format} />
            )}
          </div>
        ))}
        {marginals && (
          <div role="row" className={styles.row}>
            <span role="rowheader" className={styles.marginName}>
              {marginals.columnsLabel}
            </span>
            {marginals.columns.map((value, c) => (
              <Margin key={columns[c]} value={value} highest={Math.max(...marginals.columns)} format={format} centred />
            ))}
            <span role="gridcell" />
          </div>
        )}
      </div>
      <div className={styles.foot}>
        <Legend id={id} low={low} high={high} colour={colour} format={format} label={valueLabel} />
        <p className={styles.read}>{read ? words(read) : ' '}</p>
      </div>
    </div>
  );
}

/** A number with a bar under it, as long as its share of the highest. */
function Margin({
  value,
  highest,
  format,
  centred = false,
}: {
  readonly value: number;
  readonly highest: number;
  readonly format: (value: number) => string;
  readonly centred?: boolean;
}) {
  return (
    <div role="gridcell" className={classNames(styles.margin, centred && styles.centred)}>
      {format(value)}
      <span className={styles.bar} style={{ inlineSize: `${Math.round((100 * value) / Math.max(highest, 1e-12))}%` }} />
    </div>
  );
}

const STEPS = 16;

function Legend({
  id,
  low,
  high,
  colour,
  format,
  label,
}: {
  readonly id: string;
  readonly low: number;
  readonly high: number;
  readonly colour: (value: number) => string;
  readonly format: (value: number) => string;
  readonly label: string;
}) {
  const stops = Array.from({ length: STEPS + 1 }, (_, i) => colour(low + (i / STEPS) * (high - low)));
  return (
    <div className={styles.legend} role="img" aria-labelledby={`${id}-legend`}>
      <span>{format(low)}</span>
      <span className={styles.ramp} style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }} />
      <span>{format(high)}</span>
      <span id={`${id}-legend`} className={styles.legendLabel}>
        {label}
      </span>
    </div>
  );
}

function scaleOf(
  values: HeatMapProps['values'],
  givenLow: number | undefined,
  givenHigh: number | undefined,
  around: boolean,
): { readonly low: number; readonly high: number; readonly colour: (value: number) => string } {
  const known = values.flat().filter((value) => value !== null);
  let low = givenLow ?? Math.min(...known);
  let high = givenHigh ?? Math.max(...known);
  if (around) {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
  }
  const reach = high - low;
  const share = (value: number): number => (reach > 0 ? (value - low) / reach : 0.5);
  return { low, high, colour: (value) => (around ? divergingColour(share(value)) : viridis(share(value))) };
}

/** The cell that a key leads to; null for other keys. */
function neighbour(key: string, { row, column }: HeatMapCell, rows: number, columns: number): HeatMapCell | null {
  switch (key) {
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(rows - 1, row + 1), column };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(columns - 1, column + 1) };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
