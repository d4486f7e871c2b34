import { memo, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { classNames } from '../ui/classNames';
import { formatReading } from '../ui/format';
import { ChartFrame } from './ChartFrame';
import { inkOn } from './colourScale';
import type { Figure } from './figure';
import { neighbour, type HeatMapCell } from './gridKeys';
import { heatMapPicture, type HeatMapContent } from './heatMapFigure';
import { HeatMapLegend } from './HeatMapLegend';
import { heatScale, scaleWords, timesText, type HeatScale } from './heatScale';
import type { ChartTable } from './table';
import styles from './heatMap.module.css';

export interface HeatMapProps extends HeatMapContent {
  /** One sentence that says what the picture shows. */
  readonly summary: string;
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
    valueLabel,
    rowLabel,
    columnLabel,
    diverging = false,
    ratio,
    marginals,
    height,
    emptyText,
    heading,
    tools,
  } = props;
  const { low: givenLow, high: givenHigh } = props;
  const scale = useMemo(
    () => heatScale(values, { low: givenLow, high: givenHigh, diverging, ratio }),
    [values, givenLow, givenHigh, diverging, ratio],
  );
  const empty = values.every((row) => row.every((value) => value === null));
  const figure = (): Figure => ({ title, svg: heatMapPicture(props) });
  const table = (): ChartTable => ({
    columns: [rowLabel, columnLabel, valueLabel, ...(ratio ? [ratio.label] : [])],
    rows: rows.flatMap((row, r) =>
      columns.map((column, c) => {
        const value = values[r]?.[c] ?? null;
        return [row, column, value, ...(ratio ? [value === null ? null : value / ratio.middle] : [])];
      }),
    ),
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
      {(width) => <Cells {...props} scale={scale} width={width} />}
    </ChartFrame>
  );
});

interface CellsProps extends HeatMapProps {
  readonly scale: HeatScale;
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
  ratio,
  scale,
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
    const times = value !== null && ratio ? ` (${timesText(value / ratio.middle)} ${ratio.label})` : '';
    return `${rows[row] ?? ''}, ${columns[column] ?? ''}: ${value === null ? 'no value' : formatReading(value)}${times}`;
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
              const ground = value === null ? null : scale.colour(value);
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
                  {value !== null && numbers && ratio && (
                    <span className={styles.under}>{timesText(value / ratio.middle)}</span>
                  )}
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
        <HeatMapLegend id={id} ramp={scale.ramp} {...scaleWords(scale, ratio, format, valueLabel)} />
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
