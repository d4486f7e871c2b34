import { useMemo, type KeyboardEvent, type PointerEvent } from 'react';
import { formatReading } from '../ui/format';
import { setCursor, useCursor } from './cursor';
import type { PlotLayout } from './layout';
import { seriesStyle } from './palette';
import { nearestIndex, type Point, type VerticalMark } from './series';
import { position, spread, valueAt, type Axis } from './ticks';
import { useDrag } from './useDrag';
import { Swatch } from './Swatch';
import styles from './charts.module.css';

/** A line that ends farther from the margin than this has its name at its end, in pixels. */
const NEAR = 12;

interface CurveOverlayProps {
  readonly title: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[]; readonly slot: number }[];
  /** Whether each line's name stands at its end. */
  readonly nameEnds: boolean;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly layout: PlotLayout;
  readonly marks: readonly VerticalMark[];
  readonly cursorKey: string;
  readonly describeX: (x: number) => string;
  /** Shows the part between two x alone; null shows all. Absent where the axis is no time. */
  readonly onRange?: (range: Point | null) => void;
  readonly onHide?: (name: string) => void;
}

/**
 * Names at the lines' ends, marks, and the cursor. It reads as a slider: arrow keys move it from point to point, and its
 * value is the readout in words.
 */
export function CurveOverlay({
  title,
  lines,
  nameEnds,
  xAxis,
  yAxis,
  layout,
  marks,
  cursorKey,
  describeX,
  onRange,
  onHide,
}: CurveOverlayProps) {
  const cursor = useCursor(cursorKey);
  const plotWidth = Math.max(1, layout.width - layout.left - layout.right);
  const plotHeight = Math.max(1, layout.height - layout.top - layout.bottom);
  const toX = (value: number): number => layout.left + position(xAxis, value) * plotWidth;
  const toY = (value: number): number => layout.top + (1 - position(yAxis, value)) * plotHeight;

  const xs = useMemo(
    () =>
      [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))]
        .sort((a, b) => a - b)
        .map((x): Point => [x, 0]),
    [lines],
  );
  const here = cursor === null ? -1 : nearestIndex(xs, cursor);
  const hereX = xs[here]?.[0] ?? null;
  const values =
    hereX === null ? [] : lines.map(({ name, points, slot }) => ({ name, slot, value: valueNear(points, hereX) }));
  const words =
    hereX === null
      ? 'not set'
      : `${describeX(hereX)}: ${values.map(({ name, value }) => `${name} ${formatReading(value)}`).join(', ')}`;

  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - layout.left) / plotWidth;
    const nearest = xs[nearestIndex(xs, valueAt(xAxis, share))];
    setCursor(cursorKey, share < -0.02 || share > 1.02 ? null : (nearest?.[0] ?? null));
  };
  const drag = useDrag(layout, (share) => valueAt(xAxis, share), onRange);
  const onKey = (event: KeyboardEvent): void => {
    const last = xs.length - 1;
    const leap = Math.max(1, Math.round(last / 20));
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: here + 1,
      ArrowUp: here + 1,
      ArrowLeft: here < 0 ? last : here - 1,
      ArrowDown: here < 0 ? last : here - 1,
      PageUp: here + leap,
      PageDown: here - leap,
      Home: 0,
      End: last,
    };
    if (event.key === 'Escape') setCursor(cursorKey, null);
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    setCursor(cursorKey, xs[Math.min(last, Math.max(0, target))]?.[0] ?? null);
  };

  const ends = lines.map(({ points }) => points[points.length - 1]);
  const places = spread(
    ends.map((end) => (end ? toY(end[1]) : layout.top)),
    13,
    layout.top + 4,
    layout.top + plotHeight,
  );
  const cursorAt = hereX === null ? 0 : toX(hereX);
  return (
    <div
      className={styles.overlay}
      role="slider"
      tabIndex={0}
      aria-label={`Cursor in ${title}`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, xs.length - 1)}
      aria-valuenow={Math.max(0, here)}
      aria-valuetext={words}
      onPointerMove={(event) => {
        onPointer(event);
        drag.move(event);
      }}
      onPointerDown={(event) => {
        onPointer(event);
        drag.start(event);
      }}
      onPointerUp={drag.end}
      onPointerCancel={drag.cancel}
      onDoubleClick={() => onRange?.(null)}
      onPointerLeave={() => setCursor(cursorKey, null)}
      onBlur={() => setCursor(cursorKey, null)}
      onKeyDown={onKey}
    >
      <svg width={layout.width} height={layout.height} aria-hidden>
        {marks.map((mark, row) => {
          const x = toX(mark.x);
          const late = x > layout.left + plotWidth * 0.6;
          return (
            <g key={mark.label}>
              <line className={styles.markLine} x1={x} x2={x} y1={layout.top} y2={layout.top + plotHeight} />
              <text
                className={styles.markLabel}
                x={x + (late ? -4 : 4)}
                y={layout.top + plotHeight - 5 - 13 * row}
                textAnchor={late ? 'end' : 'start'}
              >
                {mark.label}
              </text>
            </g>
          );
        })}
        {drag.selection && (
          <rect
            className={styles.selection}
            x={drag.selection[0]}
            width={drag.selection[1] - drag.selection[0]}
            y={layout.top}
            height={plotHeight}
          />
        )}
        {(nameEnds ? lines : []).map(({ name }, place) => {
          const end = ends[place];
          if (!end) return null;
          const x = Math.min(toX(end[0]), layout.width - layout.right);
          const y = places[place] ?? layout.top;
          const edge = layout.width - layout.right;
          // A line that ends early has its name at its end. The stroke to other names lies in the margin: inside the plot it would look like data.
          const early = edge - x > NEAR;
          return (
            <g key={name}>
              {!early && <line className={styles.leader} x1={edge} y1={toY(end[1])} x2={edge + 4} y2={y} />}
              <text className={styles.endLabel} onClick={() => onHide?.(name)} x={early ? x + 6 : edge + 7} y={y + 4}>
                {name}
              </text>
            </g>
          );
        })}
        {hereX !== null && (
          <line
            className={styles.cursorLine}
            x1={cursorAt}
            x2={cursorAt}
            y1={layout.top}
            y2={layout.top + plotHeight}
          />
        )}
        {hereX !== null &&
          values.map(({ name, value, slot }) =>
            value === null ? null : (
              <circle key={name} cx={cursorAt} cy={toY(value)} r={3} fill={seriesStyle(slot).colour} />
            ),
          )}
      </svg>
      {hereX !== null && (
        <div
          className={styles.readout}
          style={
            cursorAt > layout.left + plotWidth / 2 ? { right: layout.width - cursorAt + 8 } : { left: cursorAt + 8 }
          }
          aria-hidden
        >
          <p>{describeX(hereX)}</p>
          <table>
            <tbody>
              {values.map(({ name, value, slot }) => (
                <tr key={name}>
                  <th scope="row">
                    <Swatch slot={slot} />
                    {name}
                  </th>
                  <td>{formatReading(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

/** The line's value at its point nearest to x; null when the line has none near. */
function valueNear(points: readonly Point[], x: number): number | null {
  const point = points[nearestIndex(points, x)];
  return point ? point[1] : null;
}
