import { memo, useMemo, useState, type ReactNode } from 'react';
import { ComposedChart, useXAxisScale, useYAxisScale } from 'recharts';
import { formatNumber } from '../ui/format';
import { minMaxBins } from './binning';
import { ChartFrame } from './ChartFrame';
import { CurveOverlay } from './CurveOverlay';
import type { FigureSpec } from './figure';
import { plotLayout, type PlotLayout } from './layout';
import { bandPath, linePath } from './marks';
import { seriesStyle } from './palette';
import { PlotAxes, plotMargin } from './PlotAxes';
import { extent, type Point, type Range, type Series, type VerticalMark } from './series';
import { smooth } from './smoothing';
import { tableOfSeries, type ChartTable } from './table';
import { axisOver, type Axis } from './ticks';
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
  /** What "Data" shows; without it one column per line. */
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

interface DrawnLine {
  readonly name: string;
  readonly kind: Series['kind'];
  readonly points: readonly Point[];
  readonly ghost: readonly Point[];
  readonly band: readonly Range[];
  readonly singles: readonly Point[];
  /** Whether each point has a mark. */
  readonly marked: boolean;
}

const NO_MARKS: readonly VerticalMark[] = [];

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

  const { lines, xAxis, yAxis, notPositive } = useMemo(() => {
    const bad = logWanted
      ? series.find(({ points }) => points.some(([, y]) => Number.isFinite(y) && y <= 0))
      : undefined;
    const log = logWanted && !bad;
    const smoothed = series.map(({ points, kind }) => (kind === 'signal' ? smooth(points, weight) : points));
    const drawn = series.map((one, i): DrawnLine => ({
      name: one.name,
      kind: one.kind,
      points: minMaxBins(smoothed[i] ?? one.points),
      ghost: smoothed[i] === one.points ? [] : minMaxBins(one.points),
      band: one.band ?? [],
      singles: one.singles ?? [],
      marked:
        givenAxis !== undefined || one.points.length === 1 || (one.kind === 'evaluation' && one.points.length <= FEW),
    }));
    const xs = extent(series, 0);
    const ys = extent(
      [
        ...drawn,
        ...drawn.map(({ ghost }) => ({ points: ghost })),
        ...drawn.map(({ band }) => ({
          points: band.flatMap(([x, low, high]): Point[] => [
            [x, low],
            [x, high],
          ]),
        })),
        ...drawn.map(({ singles }) => ({ points: singles })),
      ],
      1,
    );
    return {
      lines: drawn,
      xAxis:
        givenAxis ??
        axisOver(xs && [Math.min(0, xs[0]), Math.max(xs[1], xEnd ?? xs[1])], {
          tight: true,
          whole: xLabel === 'epoch',
        }),
      yAxis: axisOver(ys, { log, tight: log, fromZero }),
      notPositive: bad?.name ?? null,
    };
  }, [series, weight, logWanted, xEnd, xLabel, givenAxis, fromZero]);

  const figure = (): FigureSpec => ({
    title,
    xLabel,
    yLabel,
    xAxis,
    yAxis,
    marks,
    layers: lines.map(({ name, points, ghost, band, singles, kind }, slot) => ({
      type: 'line',
      name,
      points,
      ghost,
      band,
      singles,
      slot,
      dots: kind === 'evaluation' && points.length <= 60,
    })),
  });

  return (
    <ChartFrame
      title={title}
      summary={props.summary ?? summaryOf(series)}
      table={props.table ?? (() => tableOfSeries(xLabel, series))}
      figure={figure}
      height={height}
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
        </>
      }
    >
      {(width) => {
        // A line that is all there is needs no name at its end.
        const nameEnds = lines.length > 1 || lines[0]?.name !== title;
        const layout = plotLayout(width, height, yAxis, nameEnds ? lines.map(({ name }) => name) : []);
        return (
          <>
            <Plot lines={lines} xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout} />
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
            />
          </>
        );
      }}
    </ChartFrame>
  );
});

interface PlotProps {
  readonly lines: readonly DrawnLine[];
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly layout: PlotLayout;
}

const NO_DATA: never[] = [];

/** The part that recharts lays out; the cursor moves over it without touching it. */
function Plot({ lines, xAxis, yAxis, xLabel, yLabel, layout }: PlotProps) {
  return (
    <ComposedChart
      width={layout.width}
      height={layout.height}
      data={NO_DATA}
      margin={plotMargin(layout)}
      accessibilityLayer={false}
    >
      <PlotAxes xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout} />
      <Lines lines={lines} />
    </ComposedChart>
  );
}

/** Evaluations so few that each is marked. */
const FEW = 3;

/** The lines as plain paths: recharts only knows the axes, so that a live chart stays cheap however many lines it has. */
function Lines({ lines }: { readonly lines: readonly DrawnLine[] }) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  const x = (value: number): number => Math.round((xScale(value) ?? 0) * 100) / 100;
  const y = (value: number): number => Math.round((yScale(value) ?? 0) * 100) / 100;
  return (
    <g fill="none">
      {lines.map(
        ({ name, band }, slot) =>
          band.length > 0 && (
            <path key={name} d={bandPath(band, x, y)} fill={seriesStyle(slot).colour} fillOpacity={0.14} />
          ),
      )}
      {lines.map(
        ({ name, ghost }, slot) =>
          ghost.length > 0 && (
            <path key={name} d={linePath(ghost, x, y)} stroke={seriesStyle(slot).colour} strokeOpacity={0.25} />
          ),
      )}
      {lines.map(({ name, singles }, slot) =>
        singles.map(([px, py], i) => (
          <circle
            key={`${name} ${i}`}
            cx={x(px)}
            cy={y(py)}
            r={1.75}
            fill={seriesStyle(slot).colour}
            fillOpacity={0.6}
          />
        )),
      )}
      {lines.map(({ name, marked, points }, slot) => {
        const { colour, dash } = seriesStyle(slot);
        return (
          <g key={name} stroke={colour} strokeWidth={1.75}>
            <path d={linePath(points, x, y)} strokeDasharray={dash} />
            {marked &&
              points.map(
                ([px, py]) =>
                  Number.isFinite(py) && <circle key={px} className={styles.dot} cx={x(px)} cy={y(py)} r={2.5} />,
              )}
          </g>
        );
      })}
    </g>
  );
}

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
