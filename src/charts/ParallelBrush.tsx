import type { KeyboardEvent, PointerEvent } from 'react';
import { nearestStop, type Limits } from './parallel';
import { position, type Axis } from './ticks';
import styles from './parallel.module.css';

interface ParallelBrushProps {
  readonly name: string;
  readonly axis: Axis;
  readonly format: (value: number) => string;
  /** Values at which a limit can stand, ascending. */
  readonly stops: readonly number[];
  /** null: the whole axis. */
  readonly limits: Limits | null;
  /** Where the axis is drawn, in pixels. */
  readonly x: number;
  readonly top: number;
  readonly height: number;
  readonly onLimits: (limits: Limits | null) => void;
}

/** The two limits of an axis: sliders for the keyboard, handles for the pointer. Escape takes both away. */
export function ParallelBrush({ name, axis, format, stops, limits, x, top, height, onLimits }: ParallelBrushProps) {
  const last = stops.length - 1;
  if (last < 1) return null;
  const { low, high } = limits ?? { low: 0, high: last };
  const yOf = (stop: number): number => top + (1 - position(axis, stops[stop] ?? axis.low)) * height;
  const put = (end: 'low' | 'high', stop: number): void =>
    onLimits(
      end === 'low'
        ? { low: Math.min(Math.max(0, stop), high), high }
        : { low, high: Math.max(Math.min(last, stop), low) },
    );
  const onKey =
    (end: 'low' | 'high') =>
    (event: KeyboardEvent): void => {
      const here = end === 'low' ? low : high;
      const targets: Readonly<Record<string, number>> = {
        ArrowUp: here + 1,
        ArrowRight: here + 1,
        ArrowDown: here - 1,
        ArrowLeft: here - 1,
        Home: 0,
        End: last,
      };
      if (event.key === 'Escape') onLimits(null);
      const target = targets[event.key];
      if (target === undefined) return;
      event.preventDefault();
      put(end, target);
    };
  const onDrag =
    (end: 'low' | 'high') =>
    (event: PointerEvent<HTMLDivElement>): void => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const frame = event.currentTarget.parentElement?.getBoundingClientRect();
      if (!frame) return;
      const share = 1 - (event.clientY - frame.top - top) / height;
      put(
        end,
        nearestStop(stops, (stop) => position(axis, stop), share),
      );
    };
  return (
    <>
      {limits && (
        <div className={styles.kept} style={{ left: x - 5, top: yOf(high) - 2, height: yOf(low) - yOf(high) + 4 }} />
      )}
      {(['high', 'low'] as const).map((end) => (
        <div
          key={end}
          className={styles.handle}
          data-end={end}
          data-set={limits !== null}
          role="slider"
          tabIndex={0}
          aria-orientation="vertical"
          aria-label={`${end === 'low' ? 'Lowest' : 'Highest'} ${name}`}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={end === 'low' ? low : high}
          aria-valuetext={format(stops[end === 'low' ? low : high] ?? 0)}
          style={{
            left: x - 12,
            top: end === 'high' ? Math.max(0, (limits ? yOf(high) : top) - 24) : (limits ? yOf(low) : top + height) + 1,
          }}
          onKeyDown={onKey(end)}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={onDrag(end)}
        >
          <span aria-hidden>{end === 'high' ? '▼' : '▲'}</span>
        </div>
      ))}
    </>
  );
}
