import { useId } from 'react';
import { useXAxisScale, useYAxisScale } from 'recharts';
import type { DrawnLine } from './curveLines';
import type { PlotLayout } from './layout';
import { bandPath, linePath } from './marks';
import { seriesStyle } from './palette';
import { Plot } from './Plot';
import type { Axis } from './ticks';
import styles from './charts.module.css';

interface CurvePlotProps {
  readonly lines: readonly DrawnLine[];
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly layout: PlotLayout;
}

/** Lines over both axes; the cursor moves over them without touching them. */
export function CurvePlot({ lines, ...axes }: CurvePlotProps) {
  return (
    <Plot {...axes}>
      <Lines lines={lines} layout={axes.layout} />
    </Plot>
  );
}

/** The lines as plain paths: recharts only knows the axes, so that a live chart stays cheap however many lines it has. */
function Lines({ lines, layout }: Pick<CurvePlotProps, 'lines' | 'layout'>) {
  const clip = useId();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!xScale || !yScale) return null;
  const x = (value: number): number => Math.round((xScale(value) ?? 0) * 100) / 100;
  const y = (value: number): number => Math.round((yScale(value) ?? 0) * 100) / 100;
  return (
    <g fill="none" clipPath={`url(#${clip})`}>
      {/* What lies outside the range that is shown; a mark at the edge stays whole. */}
      <clipPath id={clip}>
        <rect
          x={layout.left - 4}
          y={layout.top - 4}
          width={Math.max(1, layout.width - layout.left - layout.right) + 8}
          height={Math.max(1, layout.height - layout.top - layout.bottom) + 8}
        />
      </clipPath>
      {lines.map(
        ({ name, band, slot }) =>
          band.length > 0 && (
            <path key={name} d={bandPath(band, x, y)} fill={seriesStyle(slot).colour} fillOpacity={0.14} />
          ),
      )}
      {lines.map(
        ({ name, ghost, slot }) =>
          ghost.length > 0 && (
            <path key={name} d={linePath(ghost, x, y)} stroke={seriesStyle(slot).colour} strokeOpacity={0.25} />
          ),
      )}
      {lines.map(({ name, singles, slot }) =>
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
      {lines.map(({ name, marked, points, slot }) => {
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
