import { memo, useMemo } from 'react';
import { ComposedChart, useXAxisScale, useYAxisScale } from 'recharts';
import { ChartFrame } from './ChartFrame';
import type { FigureSpec } from './figure';
import { plotLayout } from './layout';
import { PlotAxes, plotMargin } from './PlotAxes';
import { axisOver, type Axis } from './ticks';
import styles from './charts.module.css';

export interface HistogramProps {
  readonly title: string;
  /** `counts.length + 1` increasing edges. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  /** A logarithmic count axis; bins without a count stay empty. */
  readonly logY?: boolean;
  readonly height?: number;
}

/** How many values fall into each bin. */
export const Histogram = memo(function Histogram({ title, edges, counts, xLabel, yLabel, summary, logY = false, height = 240 }: HistogramProps) {
  const { xAxis, yAxis } = useMemo(() => {
    const highest = Math.max(1, ...counts);
    const y: Axis = logY
      ? axisOver([0.8, Math.max(10, highest * 1.2)], { log: true })
      : axisOver([0, highest], { whole: true });
    return { xAxis: axisOver([edges[0] ?? 0, edges[edges.length - 1] ?? 1], { tight: true, count: 6 }), yAxis: y };
  }, [edges, counts, logY]);

  const figure = (): FigureSpec => ({ title, xLabel, yLabel, xAxis, yAxis, marks: [], layers: [{ type: 'bars', edges, counts }] });
  const table = () => ({
    columns: [`${xLabel}, from`, 'to', yLabel],
    rows: counts.map((count, i) => [edges[i] ?? null, edges[i + 1] ?? null, count]),
  });

  return (
    <ChartFrame title={title} summary={summary} table={table} figure={figure} height={height} empty={counts.length === 0}>
      {(width) => {
        const layout = plotLayout(width, height, yAxis, []);
        return (
          <ComposedChart width={width} height={height} data={[]} margin={plotMargin(layout)} accessibilityLayer={false}>
            <PlotAxes xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout} />
            <Bars edges={edges} counts={counts} base={yAxis.low} />
          </ComposedChart>
        );
      }}
    </ChartFrame>
  );
});

/** Bars between their true edges, whatever the bins' widths. */
function Bars({ edges, counts, base }: { readonly edges: readonly number[]; readonly counts: readonly number[]; readonly base: number }) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  const bottom = yScale(base) ?? 0;
  return (
    <g>
      {counts.map((count, i) => {
        const from = xScale(edges[i]) ?? 0;
        const to = xScale(edges[i + 1]) ?? 0;
        const top = count > 0 ? (yScale(count) ?? bottom) : bottom;
        return (
          <rect key={i} className={styles.bar} x={from} width={Math.max(1, to - from - 1)} y={top} height={Math.max(0, bottom - top)}>
            <title>{`${edges[i]} to ${edges[i + 1]}: ${count}`}</title>
          </rect>
        );
      })}
    </g>
  );
}
