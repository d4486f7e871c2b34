import { memo, useMemo } from 'react';
import { useXAxisScale, useYAxisScale } from 'recharts';
import { ChartFrame } from './ChartFrame';
import type { FigureSpec } from './figure';
import { plotLayout } from './layout';
import { markPath, markShape } from './marks';
import { seriesStyle } from './palette';
import { Plot } from './Plot';
import { extent, type Point } from './series';
import { tableOfSeries } from './table';
import { axisOver } from './ticks';
import styles from './charts.module.css';

export interface ScatterSeries {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface ScatterPlotProps {
  readonly title: string;
  readonly series: readonly ScatterSeries[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  readonly height?: number;
}

/** Pairs of numbers as marks; every series has a colour and a shape. A log axis leaves out what is not positive, and says so. */
export const ScatterPlot = memo(function ScatterPlot({
  title,
  series,
  xLabel,
  yLabel,
  logX = false,
  logY = false,
  summary,
  height = 240,
}: ScatterPlotProps) {
  const { drawn, leftOut, xAxis, yAxis } = useMemo(() => {
    const fits = ([x, y]: Point): boolean =>
      Number.isFinite(x) && Number.isFinite(y) && (!logX || x > 0) && (!logY || y > 0);
    const kept = series.map(({ name, points }) => ({ name, points: points.filter(fits) }));
    const count = (list: readonly ScatterSeries[]): number => list.reduce((sum, { points }) => sum + points.length, 0);
    return {
      drawn: kept,
      leftOut: count(series) - count(kept),
      xAxis: axisOver(extent(kept, 0), { log: logX, tight: logX }),
      yAxis: axisOver(extent(kept, 1), { log: logY, tight: logY }),
    };
  }, [series, logX, logY]);

  const figure = (): FigureSpec => ({
    title,
    xLabel,
    yLabel,
    xAxis,
    yAxis,
    marks: [],
    layers: drawn.map(({ name, points }, slot) => ({ type: 'dots', name, points, slot })),
  });
  const table = () =>
    tableOfSeries(
      xLabel,
      series.map(({ name, points }) => ({ name, points, kind: 'evaluation' })),
    );

  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={table}
      figure={figure}
      height={height}
      empty={drawn.every(({ points }) => points.length === 0)}
      notice={leftOut > 0 ? `${leftOut} zero, negative or non-finite points are not shown on the log axis.` : null}
      legend={series.length > 1 ? series.map(({ name }, slot) => ({ name, slot, shape: markShape(slot) })) : []}
    >
      {(width) => {
        const layout = plotLayout(width, height, yAxis, []);
        return (
          <Plot xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout}>
            <Marks series={drawn} />
          </Plot>
        );
      }}
    </ChartFrame>
  );
});

/** One path per series: a thousand marks cost one element. */
function Marks({ series }: { readonly series: readonly ScatterSeries[] }) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  return (
    <g className={styles.marks}>
      {series.map(({ name, points }, slot) => (
        <path
          key={name}
          fill={seriesStyle(slot).colour}
          d={points.map(([x, y]) => markPath(markShape(slot), xScale(x) ?? 0, yScale(y) ?? 0)).join('')}
        />
      ))}
    </g>
  );
}
