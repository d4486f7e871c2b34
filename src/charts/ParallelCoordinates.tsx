import { type ParallelAxis, type ParallelLine, PARALLEL_ROOM } from './parallelLines';
import { memo, useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Button } from '../ui/Button';
import { ChartFrame } from './ChartFrame';
import { viridis } from './colourScale';
import { clampLimits, heightAt, keeps, nearestLine, stopsOf, type Limits } from './parallel';
import { ParallelBrush } from './ParallelBrush';
import { parallelSvg } from './parallelFigure';
import { axisLabel, position, type Axis } from './ticks';
import styles from './parallel.module.css';

export interface ParallelCoordinatesProps {
  readonly title: string;
  readonly summary: string;
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
  /** The best line, drawn strongest. */
  readonly marked?: string | null;
  readonly selected?: string | null;
  readonly onSelect?: (id: string | null) => void;
  readonly height?: number;
  readonly emptyText?: string;
}

/** A line per point over upright axes. Each axis can be limited from both ends, and the points be read one after the other. */
export const ParallelCoordinates = memo(function ParallelCoordinates({
  title,
  summary,
  axes,
  lines,
  marked = null,
  selected = null,
  onSelect,
  height = 360,
  emptyText,
}: ParallelCoordinatesProps) {
  const [limits, setLimits] = useState<readonly (Limits | null)[]>([]);
  const stops = useMemo(() => axes.map((_, place) => stopsOf(lines, place)), [axes, lines]);
  const current = axes.map((_, place) => clampLimits(limits[place] ?? null, stops[place] ?? []));
  const kept = lines.filter((line) => keeps(line, current, stops));
  const limited = limits.some((limit) => limit !== null);
  const last = axes[axes.length - 1];
  const ranked = [...kept].sort((a, b) => (b.values[b.values.length - 1] ?? 0) - (a.values[a.values.length - 1] ?? 0));
  const colour = (line: ParallelLine): string =>
    viridis(last ? position(last.axis, line.values[line.values.length - 1] ?? last.axis.low) : 0);

  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={() => ({
        columns: axes.map(({ name }) => name),
        rows: lines.map((line) => line.values.map((value, place) => axes[place]?.axis.names?.get(value) ?? value)),
      })}
      figure={() => ({ title, svg: parallelSvg({ title, axes, lines: kept, colour, marked }) })}
      height={height}
      empty={lines.length === 0}
      {...(emptyText && { emptyText })}
      tools={
        limited && (
          <>
            <span role="status">
              {kept.length} of {lines.length} points
            </span>
            <Button small variant="quiet" onClick={() => setLimits([])}>
              All points
            </Button>
          </>
        )
      }
    >
      {(width) => {
        const place = placeOf(width, height, axes.length);
        return (
          <>
            <Plot axes={axes} lines={lines} kept={ranked.toReversed()} colour={colour} marked={marked} place={place} />
            <Reader
              title={title}
              axes={axes}
              ranked={ranked}
              place={place}
              colour={colour}
              selected={selected}
              onSelect={onSelect}
            />
            {axes.map(({ name, axis, format }, i) => (
              <ParallelBrush
                key={name}
                name={name}
                axis={axis}
                format={format}
                stops={stops[i] ?? []}
                limits={current[i] ?? null}
                x={place.x(i)}
                top={place.top}
                height={place.height}
                onLimits={(next) => setLimits(axes.map((_, other) => (other === i ? next : (limits[other] ?? null))))}
              />
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
});

/** Where axes and values lie, in pixels. */
export interface ParallelPlace {
  readonly width: number;
  readonly fullHeight: number;
  readonly top: number;
  readonly height: number;
  readonly x: (axis: number) => number;
  readonly y: (axis: Axis, value: number) => number;
}

export function placeOf(width: number, fullHeight: number, axes: number): ParallelPlace {
  const { left, right, top, bottom } = PARALLEL_ROOM;
  const height = fullHeight - top - bottom;
  return {
    width,
    fullHeight,
    top,
    height,
    x: (axis) => left + (axis * (width - left - right)) / Math.max(1, axes - 1),
    y: (axis, value) => top + (1 - position(axis, value)) * height,
  };
}

interface PlotProps {
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
  /** Those within the limits, the best last: it lies on top. */
  readonly kept: readonly ParallelLine[];
  readonly colour: (line: ParallelLine) => string;
  readonly marked: string | null;
  readonly place: ParallelPlace;
}

const STRIPES = 32;

function Plot({ axes, lines, kept, colour, marked, place }: PlotProps) {
  const last = axes.length - 1;
  const narrow = (place.x(1) - place.x(0)) / 6.6;
  return (
    <svg className={styles.plot} width={place.width} height={place.fullHeight} aria-hidden>
      {lines.map(
        (line) => !kept.includes(line) && <path key={line.id} className={styles.out} d={pathOf(line, axes, place)} />,
      )}
      {kept.map((line) => (
        <g key={line.id}>
          <path className={styles.edge} d={pathOf(line, axes, place)} strokeWidth={line.id === marked ? 6 : 3.5} />
          <path
            d={pathOf(line, axes, place)}
            fill="none"
            stroke={colour(line)}
            strokeWidth={line.id === marked ? 4 : 2}
          />
        </g>
      ))}
      {axes.map(({ name, axis }, i) => {
        const x = place.x(i);
        // Names of neighbours stand in two rows where one is too narrow for them.
        const lower = i % 2 === 1 && axes.some((one) => one.name.length > narrow);
        const room = axes.some((one) => one.name.length > narrow) ? 2 * narrow : narrow;
        return (
          <g key={name}>
            <line className={styles.axis} x1={x} x2={x} y1={place.top} y2={place.top + place.height} />
            {i === last &&
              Array.from({ length: STRIPES }, (_, stripe) => (
                <rect
                  key={stripe}
                  x={x - 3}
                  width={6}
                  y={place.top + place.height * (1 - (stripe + 1) / STRIPES)}
                  height={place.height / STRIPES + 0.5}
                  fill={viridis((stripe + 0.5) / STRIPES)}
                />
              ))}
            <text
              className={styles.name}
              x={i === last ? place.width : x}
              y={lower ? 30 : 14}
              textAnchor={i === 0 ? 'start' : i === last ? 'end' : 'middle'}
            >
              <title>{name}</title>
              {name.length > room ? `${name.slice(0, Math.max(3, Math.floor(room) - 1))}…` : name}
            </text>
            {axis.ticks.map((tick) => (
              <text key={tick} className={styles.tick} x={x + 7} y={place.y(axis, tick) + (i === last ? 4 : -5)}>
                {axisLabel(axis, tick)}
              </text>
            ))}
          </g>
        );
      })}
    </svg>
  );
}

function pathOf(line: ParallelLine, axes: readonly ParallelAxis[], place: ParallelPlace): string {
  return `M${axes.map(({ axis }, i) => `${place.x(i).toFixed(1)} ${place.y(axis, line.values[i] ?? axis.low).toFixed(1)}`).join('L')}`;
}

interface ReaderProps {
  readonly title: string;
  readonly axes: readonly ParallelAxis[];
  /** Best first. */
  readonly ranked: readonly ParallelLine[];
  readonly place: ParallelPlace;
  readonly colour: (line: ParallelLine) => string;
  readonly selected: string | null;
  readonly onSelect: ((id: string | null) => void) | undefined;
}

/** Reads one point: the nearest to the pointer, or by arrow keys from the best downwards. Enter or a click chooses it. */
function Reader({ title, axes, ranked, place, colour, selected, onSelect }: ReaderProps) {
  const [id, setId] = useState<string | null>(null);
  const here = ranked.findIndex((line) => line.id === id);
  const line = ranked[here];
  const chosen = ranked.find((one) => one.id === selected);
  const words = line ? line.words.map((word, i) => `${axes[i]?.name ?? ''} ${word}`).join(', ') : 'none';
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = event.clientX - box.left;
    const heights = ranked.map((one) =>
      heightAt(
        one.values.map((value, i) => [place.x(i), axes[i] ? place.y(axes[i].axis, value) : 0]),
        at,
      ),
    );
    setId(ranked[nearestLine(heights, event.clientY - box.top)]?.id ?? null);
  };
  const onKey = (event: KeyboardEvent): void => {
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: here + 1,
      ArrowRight: here + 1,
      ArrowUp: here - 1,
      ArrowLeft: here - 1,
      Home: 0,
      End: ranked.length - 1,
    };
    if (event.key === 'Escape') setId(null);
    if ((event.key === 'Enter' || event.key === ' ') && line) {
      event.preventDefault();
      onSelect?.(line.id === selected ? null : line.id);
    }
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    setId(ranked[Math.min(ranked.length - 1, Math.max(0, target))]?.id ?? null);
  };
  return (
    <div
      className={styles.reader}
      tabIndex={0}
      role="slider"
      aria-label={`Points of ${title}, best first`}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, ranked.length)}
      aria-valuenow={Math.max(1, here + 1)}
      aria-valuetext={words}
      onPointerMove={onPointer}
      onPointerLeave={() => setId(null)}
      onBlur={() => setId(null)}
      onKeyDown={onKey}
      onClick={() => line && onSelect?.(line.id === selected ? null : line.id)}
    >
      <svg width={place.width} height={place.fullHeight} aria-hidden>
        {[chosen, line].map((one, i) =>
          one ? (
            <g key={i}>
              <path className={styles.strong} d={pathOf(one, axes, place)} />
              <path d={pathOf(one, axes, place)} fill="none" stroke={colour(one)} strokeWidth={3} />
            </g>
          ) : null,
        )}
        {line?.words.map((word, i) => {
          const axis = axes[i]?.axis;
          return (
            axis && (
              <text
                key={i}
                className={styles.reading}
                x={place.x(i) + 7}
                y={place.y(axis, line.values[i] ?? axis.low) + (i === axes.length - 1 ? 4 : -5)}
              >
                {word}
              </text>
            )
          );
        })}
      </svg>
    </div>
  );
}
