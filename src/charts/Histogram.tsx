import { memo, useMemo, type ReactNode } from 'react';
import { useXAxisScale, useYAxisScale } from 'recharts';
import { ChartFrame } from './ChartFrame';
import type { FigureSpec } from './figure';
import { plotLayout } from './layout';
import { Plot } from './Plot';
import type { VerticalMark } from './series';
import { axisOver, tickLabel, type Axis } from './ticks';
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
  /** Draws bins of different widths equally wide, named by their edges. */
  readonly evenBins?: boolean;
  /** The count that the axis reaches to, where several pictures share a scale. */
  readonly highest?: number;
  readonly emptyText?: string;
  /** Vertical lines, in the units of the x axis. */
  readonly marks?: readonly VerticalMark[];
  /** A control in place of the visible title, such as a choice of what is drawn. */
  readonly heading?: ReactNode;
  readonly tools?: ReactNode;
}

const NO_MARKS: readonly VerticalMark[] = [];

/** How many values fall into each bin. */
export const Histogram = memo(function Histogram(props: HistogramProps) {
  const {
    title,
    edges,
    counts,
    xLabel,
    yLabel,
    summary,
    logY = false,
    height = 240,
    evenBins = false,
    highest = 1,
    emptyText,
    heading,
    tools,
    marks = NO_MARKS,
  } = props;
  const { places, xAxis, yAxis } = useMemo(() => {
    const top = Math.max(1, highest, ...counts);
    const y: Axis = logY
      ? axisOver([0.8, Math.max(10, top * 1.2)], { log: true })
      : axisOver([0, top], { whole: true });
    const x = evenBins
      ? namedAxis(edges)
      : axisOver([edges[0] ?? 0, edges[edges.length - 1] ?? 1], { tight: true, count: 6 });
    return { places: evenBins ? edges.map((_, i) => i) : edges, xAxis: x, yAxis: y };
  }, [edges, counts, logY, evenBins, highest]);

  const figure = (): FigureSpec => ({
    title,
    xLabel,
    yLabel,
    xAxis,
    yAxis,
    marks,
    layers: [{ type: 'bars', edges: places, counts }],
  });
  const table = () => ({
    columns: [`${xLabel}, from`, 'to', yLabel],
    rows: counts.map((count, i) => [edges[i] ?? null, edges[i + 1] ?? null, count]),
  });

  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={table}
      figure={figure}
      height={height}
      empty={counts.length === 0}
      {...(emptyText && { emptyText })}
      {...(heading && { heading })}
      {...(tools && { tools })}
    >
      {(width) => {
        const layout = plotLayout(width, height, yAxis, []);
        return (
          <Plot xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout}>
            <Bars edges={edges} places={places} counts={counts} base={yAxis.low} />
            <Marks marks={marks} bottom={yAxis.low} top={yAxis.high} />
          </Plot>
        );
      }}
    </ChartFrame>
  );
});

/** An axis on which every edge is one further than the last; about six of them are named. */
function namedAxis(edges: readonly number[]): Axis {
  const last = Math.max(1, edges.length - 1);
  const every = Math.ceil(last / 7);
  const ticks = edges.flatMap((_, i) => (i % every === 0 ? [i] : []));
  return { low: 0, high: last, ticks, log: false, names: new Map(edges.map((edge, i) => [i, tickLabel(edge)])) };
}

interface BarsProps {
  readonly edges: readonly number[];
  /** Where the edges lie on the axis. */
  readonly places: readonly number[];
  readonly counts: readonly number[];
  readonly base: number;
}

/** Bars between their edges. */
function Bars({ edges, places, counts, base }: BarsProps) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  const bottom = yScale(base) ?? 0;
  return (
    <g>
      {counts.map((count, i) => {
        const from = xScale(places[i]) ?? 0;
        const to = xScale(places[i + 1]) ?? 0;
        const top = count > 0 ? (yScale(count) ?? bottom) : bottom;
        return (
          <rect
            key={i}
            className={styles.bar}
            x={from}
            width={Math.max(1, to - from - 1)}
            y={top}
            height={Math.max(0, bottom - top)}
          >
            <title>{`${edges[i]} to ${edges[i + 1]}: ${count}`}</title>
          </rect>
        );
      })}
    </g>
  );
}

function Marks({
  marks,
  bottom,
  top,
}: {
  readonly marks: readonly VerticalMark[];
  readonly bottom: number;
  readonly top: number;
}) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  return (
    <g>
      {marks.map(({ x, label }) => (
        <g key={label}>
          <line
            className={styles.threshold}
            x1={xScale(x) ?? 0}
            x2={xScale(x) ?? 0}
            y1={yScale(bottom) ?? 0}
            y2={yScale(top) ?? 0}
          />
          <text className={styles.markLabel} x={(xScale(x) ?? 0) - 4} y={(yScale(top) ?? 0) + 10} textAnchor="end">
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}
