import type { ReactNode } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import type { PlotLayout } from './layout';
import { axisLabel, type Axis } from './ticks';
import styles from './charts.module.css';

interface PlotProps {
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly layout: PlotLayout;
}

const NO_DATA: never[] = [];

/** The part that recharts lays out: its axes, which every chart has, and `children` drawn by their scales. */
export function Plot({ children, ...axes }: PlotProps & { readonly children?: ReactNode }) {
  const { width, height, top, right } = axes.layout;
  return (
    <ComposedChart
      width={width}
      height={height}
      data={NO_DATA}
      // Makes recharts' plot agree with the layout.
      margin={{ top, right, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <Axes {...axes} />
      {children}
    </ComposedChart>
  );
}

/** Grid, both axes and their names. The y name stands above its axis, where it can be read. */
function Axes({ xAxis, yAxis, xLabel, yLabel, layout }: PlotProps) {
  return (
    <>
      <CartesianGrid vertical={false} stroke="var(--chart-grid, #d9d9d9)" strokeWidth={1} />
      <XAxis
        type="number"
        dataKey="x"
        scale={xAxis.log ? 'log' : 'linear'}
        domain={[xAxis.low, xAxis.high]}
        ticks={[...xAxis.ticks]}
        tickFormatter={(tick: number) => axisLabel(xAxis, tick)}
        height={layout.bottom}
        interval="equidistantPreserveStart"
        allowDataOverflow
        tickMargin={4}
        tick={{ className: styles.tick }}
        stroke="var(--chart-axis, #6b6b6b)"
      />
      <YAxis
        type="number"
        scale={yAxis.log ? 'log' : 'linear'}
        domain={[yAxis.low, yAxis.high]}
        ticks={[...yAxis.ticks]}
        tickFormatter={(tick: number) => axisLabel(yAxis, tick)}
        width={layout.left}
        interval={0}
        allowDataOverflow
        axisLine={false}
        tickLine={false}
        tickMargin={4}
        tick={{ className: styles.tick }}
      />
      <text className={styles.axisName} x={layout.left} y={12}>
        {yLabel}
      </text>
      <text className={styles.axisName} x={layout.width - layout.right} y={layout.height - 3} textAnchor="end">
        {xLabel}
      </text>
    </>
  );
}
