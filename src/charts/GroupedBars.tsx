import { memo, useMemo } from 'react';
import { useXAxisScale, useYAxisScale } from 'recharts';
import { formatNumber } from '../ui/format';
import { ChartFrame } from './ChartFrame';
import type { FigureSpec } from './figure';
import { plotLayout } from './layout';
import { seriesStyle } from './palette';
import { Plot } from './Plot';
import type { Point, Range } from './series';
import { axisOver, type Axis } from './ticks';
import styles from './charts.module.css';

/** One colour: a value per category, with its standard deviation where there is one. */
export interface BarSeries {
  readonly name: string;
  readonly values: readonly { readonly mean: number | null; readonly sd: number | null }[];
}

export interface GroupedBarsProps {
  readonly title: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly summary: string;
  readonly height?: number;
  readonly emptyText?: string;
}

/** Share of a category's place that its bars take. */
const FILLED = 0.8;

/** Bars of several series side by side in each category, in the order of the legend; a whisker is ± one standard deviation. */
export const GroupedBars = memo(function GroupedBars({
  title,
  categories,
  series,
  xLabel,
  yLabel,
  summary,
  height = 260,
  emptyText,
}: GroupedBarsProps) {
  const { bars, barWidth, xAxis, yAxis } = useMemo(() => {
    const tops = series.flatMap(({ values }) =>
      values.flatMap(({ mean, sd }) => (mean === null ? [] : [mean + (sd ?? 0)])),
    );
    const x: Axis = {
      low: 0,
      high: Math.max(1, categories.length),
      ticks: categories.map((_, i) => i + 0.5),
      log: false,
      names: new Map(categories.map((name, i) => [i + 0.5, name])),
    };
    return {
      bars: barsOf(series),
      barWidth: FILLED / Math.max(1, series.length),
      xAxis: x,
      yAxis: axisOver(tops.length === 0 ? null : [0, Math.max(...tops)]),
    };
  }, [categories, series]);

  const figure = (): FigureSpec => ({
    title,
    xLabel,
    yLabel,
    xAxis,
    yAxis,
    marks: [],
    layers: bars.map(({ name, points, whiskers }, slot) => ({
      type: 'columns',
      name,
      slot,
      points,
      whiskers,
      width: barWidth,
    })),
  });
  const table = () => ({
    columns: [xLabel, ...series.flatMap(({ name }) => [`${name}, mean`, `${name}, sd`])],
    rows: categories.map((category, i) => [
      category,
      ...series.flatMap(({ values }) => [values[i]?.mean ?? null, values[i]?.sd ?? null]),
    ]),
  });

  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={table}
      figure={figure}
      height={height}
      empty={bars.every(({ points }) => points.length === 0)}
      {...(emptyText && { emptyText })}
      legend={series.map(({ name }, slot) => ({ name, slot, shape: 'square' }))}
    >
      {(width) => {
        const layout = plotLayout(width, height, yAxis, []);
        return (
          <Plot xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout}>
            <Bars bars={bars} barWidth={barWidth} categories={categories} />
          </Plot>
        );
      }}
    </ChartFrame>
  );
});

interface DrawnBars {
  readonly name: string;
  /** Middle and height of each bar. */
  readonly points: readonly Point[];
  readonly whiskers: readonly Range[];
}

function barsOf(series: readonly BarSeries[]): DrawnBars[] {
  const width = FILLED / Math.max(1, series.length);
  return series.map(({ name, values }, place) => {
    const middle = (category: number): number => category + (1 - FILLED) / 2 + (place + 0.5) * width;
    return {
      name,
      points: values.flatMap(({ mean }, i): Point[] => (mean === null ? [] : [[middle(i), mean]])),
      whiskers: values.flatMap(({ mean, sd }, i): Range[] =>
        mean === null || sd === null ? [] : [[middle(i), mean - sd, mean + sd]],
      ),
    };
  });
}

function Bars({
  bars,
  barWidth,
  categories,
}: {
  readonly bars: readonly DrawnBars[];
  readonly barWidth: number;
  readonly categories: readonly string[];
}) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  const x = (value: number): number => xScale(value) ?? 0;
  const y = (value: number): number => yScale(value) ?? 0;
  return (
    <g>
      {bars.map(({ name, points, whiskers }, slot) => (
        <g key={name}>
          {points.map(([middle, value]) => (
            <rect
              key={middle}
              fill={seriesStyle(slot).colour}
              x={x(middle - barWidth / 2)}
              width={Math.max(1, x(middle + barWidth / 2) - x(middle - barWidth / 2) - 1)}
              y={y(value)}
              height={Math.max(0, y(0) - y(value))}
            >
              <title>{`${name}, ${categories[Math.floor(middle)] ?? ''}: ${formatNumber(value)}`}</title>
            </rect>
          ))}
          <path
            className={styles.whisker}
            d={whiskers.map(([middle, low, high]) => `M${x(middle)} ${y(low)}L${x(middle)} ${y(high)}`).join('')}
          />
        </g>
      ))}
    </g>
  );
}
