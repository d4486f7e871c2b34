import { memo, useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { useTheme } from '../ui/theme';
import { ChartFrame } from './ChartFrame';
import { equalAxes, nearestPoint, pointTowards, type Cloud } from './cloud';
import { drawPoints, pointRadius } from './drawPoints';
import { plotLayout } from './layout';
import { Plot } from './Plot';
import { PointLegend } from './PointLegend';
import { looksOf, type PointColours } from './pointColours';
import { pointCloudSvg } from './pointCloudFigure';
import type { ChartTable } from './table';
import { position } from './ticks';
import chart from './charts.module.css';
import styles from './pointCloud.module.css';

export interface PointCloudProps {
  readonly title: string;
  readonly points: Cloud;
  readonly colours: PointColours;
  readonly xLabel: string;
  readonly yLabel: string;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  /** Words for a point: what it is, and its value. */
  readonly describe: (index: number) => readonly [name: string, value: string];
  readonly table: () => ChartTable;
  /** Index of the point that is read out, −1 for none. Charts that share it show the same point. */
  readonly focused: number;
  readonly onFocus: (index: number) => void;
  readonly height?: number;
  readonly heading?: ReactNode;
  /** False where another chart beside it shows what the colours mean. */
  readonly legend?: boolean;
}

/** Pixels from which the pointer still reaches a point. */
const REACH = 24;

/** Up to twenty thousand points of the plane, a unit as long along x as along y. Arrow keys move to the nearest point in their direction. */
export const PointCloud = memo(function PointCloud(props: PointCloudProps) {
  const { title, points, colours, xLabel, yLabel, summary, table, height = 420, heading, legend = true } = props;
  return (
    <div className={styles.cloud}>
      <ChartFrame
        title={title}
        summary={summary}
        table={table}
        figure={() => ({ title, svg: pointCloudSvg({ title, points, colours, xLabel, yLabel }) })}
        height={height}
        empty={points.x.length === 0}
        {...(heading && { heading })}
      >
        {(width) => <Points {...props} width={width} height={height} />}
      </ChartFrame>
      {legend && <PointLegend colours={colours} />}
    </div>
  );
});

interface PointsProps extends PointCloudProps {
  readonly width: number;
  readonly height: number;
}

function Points({ title, points, colours, xLabel, yLabel, describe, focused, onFocus, width, height }: PointsProps) {
  const { layout, xAxis, yAxis, places } = useMemo(() => placed(points, width, height), [points, width, height]);
  const plotWidth = layout.width - layout.left - layout.right;
  const plotHeight = layout.height - layout.top - layout.bottom;
  const last = points.x.length - 1;

  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const found = nearestPoint(
      places,
      event.clientX - box.left - layout.left,
      event.clientY - box.top - layout.top,
      REACH,
    );
    if (found !== focused) onFocus(found);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onFocus(-1);
    const target = keyTarget(event.key, points, focused);
    if (target === null) return;
    event.preventDefault();
    onFocus(Math.min(last, Math.max(0, target)));
  };
  const words = focused < 0 ? null : describe(focused);
  const [x, y] = [layout.left + (places.x[focused] ?? 0), layout.top + (places.y[focused] ?? 0)];
  return (
    <>
      <Plot xAxis={xAxis} yAxis={yAxis} xLabel={xLabel} yLabel={yLabel} layout={layout} />
      <Marks
        points={places}
        colours={colours}
        width={plotWidth}
        height={plotHeight}
        left={layout.left}
        top={layout.top}
      />
      <div
        className={chart.overlay}
        role="slider"
        tabIndex={0}
        aria-label={`Point in ${title}`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, focused)}
        aria-valuetext={words ? words.join(', ') : 'none chosen'}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => onFocus(-1)}
        onBlur={() => onFocus(-1)}
        onKeyDown={onKey}
      >
        {words && (
          <>
            <svg width={width} height={height} aria-hidden>
              <circle className={styles.focus} cx={x} cy={y} r={pointRadius(points.x.length) + 3.5} />
            </svg>
            <div
              className={chart.readout}
              style={{
                top: y > height / 2 ? 24 : height - 84,
                ...(x > width / 2 ? { left: layout.left + 8 } : { right: layout.right + 8 }),
              }}
              aria-hidden
            >
              {words[0]}
              <p>{words[1]}</p>
            </div>
          </>
        )}
      </div>
    </>
  );
}

function placed(points: Cloud, width: number, height: number) {
  const outer = plotLayout(width, height, { low: 0, high: 1, ticks: [0.05], log: false }, []);
  const { xAxis, yAxis } = equalAxes(
    points,
    Math.max(1, outer.width - outer.left - outer.right),
    Math.max(1, outer.height - outer.top - outer.bottom),
  );
  const layout = plotLayout(width, height, yAxis, []);
  const plotWidth = Math.max(1, layout.width - layout.left - layout.right);
  const plotHeight = Math.max(1, layout.height - layout.top - layout.bottom);
  const places: Cloud = {
    x: points.x.map((value) => position(xAxis, value) * plotWidth),
    y: points.y.map((value) => (1 - position(yAxis, value)) * plotHeight),
  };
  return { layout, xAxis, yAxis, places };
}

interface MarksProps {
  readonly points: Cloud;
  readonly colours: PointColours;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

/** The canvas; drawn again only when points, colours, size or theme change, never for the pointer. */
const Marks = memo(function Marks({ points, colours, width, height, left, top }: MarksProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme((state) => state.theme);
  useEffect(() => {
    return canvas.current ? drawPoints(canvas.current, width, height, { ...points, ...looksOf(colours) }) : undefined;
  }, [points, colours, width, height, theme]);
  return (
    <canvas ref={canvas} className={styles.marks} style={{ left, top, width, height }} data-points={points.x.length} />
  );
});

/** The point that a key leads to; null for other keys. Page keys go through the points in their order. */
function keyTarget(key: string, points: Cloud, from: number): number | null {
  const start = Math.max(0, from);
  const towards = (dx: number, dy: number): number => (from < 0 ? 0 : pointTowards(points, start, dx, dy));
  switch (key) {
    case 'ArrowRight':
      return towards(1, 0);
    case 'ArrowLeft':
      return towards(-1, 0);
    case 'ArrowUp':
      return towards(0, 1);
    case 'ArrowDown':
      return towards(0, -1);
    case 'PageDown':
      return from + 1;
    case 'PageUp':
      return from - 1;
    case 'Home':
      return 0;
    case 'End':
      return points.x.length - 1;
    default:
      return null;
  }
}
