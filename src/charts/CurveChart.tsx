import { memo, useMemo, useState, type ReactNode } from 'react';
import { formatNumber } from '../ui/format';
import { ChartFrame } from './ChartFrame';
import { drawnLines, heightOf, lineLayers, within } from './curveLines';
import { CurveOverlay } from './CurveOverlay';
import { CurvePlot } from './CurvePlot';
import type { FigureSpec } from './figure';
import { plotLayout } from './layout';
import { RangeButton } from './RangeButton';
import { extent, type Point, type Series, type VerticalMark } from './series';
import { tableOfSeries, type ChartTable } from './table';
import { axisOver, type Axis } from './ticks';
import { useRange } from './useRange';
import styles from './charts.module.css';

export interface CurveChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** One sentence; without it, one is made from the lines' last values. */
  readonly summary?: string;
  /** Charts with the same key show one cursor. Their x must mean the same. */
  readonly cursorKey: string;
  readonly marks?: readonly VerticalMark[];
  /** In place of an axis over the data from 0: values that are not a time. Every point of a line is then marked. */
  readonly xAxis?: Axis;
  /** What "Numbers" shows; without it one column per line. */
  readonly table?: () => ChartTable;
  /** Right end of the x axis when it reaches beyond the data. */
  readonly xEnd?: number;
  /** Lets the y axis start at 0 where all values are positive. */
  readonly fromZero?: boolean;
  readonly height?: number;
  readonly initialSmoothing?: number;
  readonly emptyText?: string;
  /** A control in place of the visible title, such as a choice of what is drawn. */
  readonly heading?: ReactNode;
  /** How an x is named in the readout: `epoch 12.4 · step 512`. */
  readonly describeX?: (x: number) => string;
}

const NO_MARKS: readonly VerticalMark[] = [];
/** More lines than this have a legend in place of names at their ends. */
const MOST_NAMES = 8;

/** Lines over training time: smoothing with the raw line behind it, an optional log axis, one cursor over several charts. */
export const CurveChart = memo(function CurveChart(props: CurveChartProps) {
  const {
    title,
    series,
    xLabel,
    yLabel,
    cursorKey,
    marks = NO_MARKS,
    xEnd,
    xAxis: givenAxis,
    height = 288,
    initialSmoothing = 0,
    emptyText,
    fromZero = false,
  } = props;
  const describeX = props.describeX ?? ((x: number) => `${xLabel} ${formatNumber(x)}`);
  const [weight, setWeight] = useState(initialSmoothing);
  const [logWanted, setLogWanted] = useState(false);
  const hasSignal = series.some(({ kind }) => kind === 'signal');

  const { range, hidden, toggle, setRange } = useRange();

  const { lines, xAxis, yAxis, notPositive } = useMemo(() => {
    const shown = series.filter(({ name }) => !hidden.has(name));
    const bad = logWanted
      ? shown.find(({ points }) => points.some(([, y]) => Number.isFinite(y) && y <= 0))
      : undefined;
    const log = logWanted && !bad;
    const drawn = drawnLines(series, weight, givenAxis !== undefined).filter(({ name }) => !hidden.has(name));
    const inRange = range.x ? drawnLines(within(shown, range.x), 0, false) : drawn;
    const xs = extent(series, 0);
    const whole = xs && ([Math.min(0, xs[0]), Math.max(xs[1], xEnd ?? xs[1])] as const);
    const fixed = range.y !== null && !(log && range.y[0] <= 0);
    return {
      lines: drawn,
      xAxis: givenAxis ?? axisOver(range.x ?? whole, { tight: true, whole: xLabel === 'epoch' }),
      yAxis: axisOver(fixed ? range.y : heightOf(inRange), { log, tight: log || fixed, fromZero: fromZero && !fixed }),
      notPositive: bad?.name ?? null,
    };
  }, [series, weight, logWanted, xEnd, xLabel, givenAxis, fromZero, range, hidden]);

  const figure = (): FigureSpec => ({ title, xLabel, yLabel, xAxis, yAxis, marks, layers: lineLayers(lines) });

  // So many names at the lines' ends would lie on each other.
  const legend = series.length > MOST_NAMES;
  return (
    <ChartFrame
      title={title}
      summary={props.summary ?? summaryOf(series)}
      table={props.table ?? (() => tableOfSeries(xLabel, series))}
      figure={figure}
      height={height}
      {...((legend || hidden.size > 0) && {
        lines: drawnLines(series, 0, false).map(({ name, slot }) => ({ name, slot, shown: !hidden.has(name) })),
        onToggle: toggle,
      })}
      empty={series.every(({ points }) => points.length === 0)}
      {...(emptyText && { emptyText })}
      {...(props.heading && { heading: props.heading })}
      notice={
        notPositive === null
          ? null
          : `A log axis needs positive values, but “${notPositive}” has others. The axis stays linear.`
      }
      tools={
        <>
          {hasSignal && (
            <label className={styles.tool}>
              Smooth
              <input
                type="range"
                min={0}
                max={0.99}
                step={0.01}
                value={weight}
                aria-label={`Smoothing of ${title}`}
                onChange={(event) => setWeight(Number(event.target.value))}
              />
              <output>{weight.toFixed(2)}</output>
            </label>
          )}
          <label className={styles.tool}>
            <input
              type="checkbox"
              checked={logWanted}
              aria-label={`Log axis of ${title}`}
              onChange={(event) => setLogWanted(event.target.checked)}
            />
            Log
          </label>
          <RangeButton
            title={title}
            xLabel={xLabel}
            yLabel={yLabel}
            xAxis={xAxis}
            yAxis={yAxis}
            range={range}
            names={series.map(({ name }) => name)}
            hidden={hidden}
            onRange={setRange}
            onToggle={toggle}
          />
        </>
      }
    >
      {(width) => {
        // A line that is all there is needs no name at its end.
        const nameEnds = !legend && (lines.length > 1 || lines[0]?.name !== title);
        const layout = plotLayout(width, height, yAxis, nameEnds ? lines.map(({ name }) => name) : []);
        return (
          <>
            <CurvePlot lines={lines} xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout} />
            <CurveOverlay
              title={title}
              lines={lines}
              nameEnds={nameEnds}
              xAxis={xAxis}
              yAxis={yAxis}
              layout={layout}
              marks={marks}
              cursorKey={cursorKey}
              describeX={describeX}
              {...(!givenAxis && { onRange: (x: Point | null) => setRange({ ...range, x }) })}
              onHide={toggle}
            />
          </>
        );
      }}
    </ChartFrame>
  );
});

/** The lines' last values in words. */
function summaryOf(series: readonly Series[]): string {
  const parts = series.flatMap(({ name, points }) => {
    const first = points[0];
    const last = points[points.length - 1];
    if (!first || !last) return [];
    return [`${name} went from ${formatNumber(first[1])} to ${formatNumber(last[1])} over ${points.length} points`];
  });
  return parts.length > 0 ? `${parts.join('; ')}.` : 'No points yet.';
}
