import { bandPath, linePath, markPath, markShape } from './marks';
import { seriesStyle } from './palette';
import type { Point, Range, VerticalMark } from './series';
import {
  FIGURE_WIDTH,
  INK,
  line,
  rectangle,
  round,
  svgDocument,
  text,
  textWidth,
  titleText,
  TYPE,
  uprightText,
} from './svg';
import { axisLabel, position, spread, type Axis } from './ticks';

/** What a figure draws. `slot` chooses colour and dash. */
export type Layer =
  | {
      readonly type: 'line';
      readonly name: string;
      readonly slot: number;
      readonly points: readonly Point[];
      readonly ghost: readonly Point[];
      readonly band?: readonly Range[];
      readonly singles?: readonly Point[];
      readonly dots: boolean;
    }
  | { readonly type: 'dots'; readonly name: string; readonly slot: number; readonly points: readonly Point[] }
  /** Bars around their middles (`width` in units of x), with whiskers from low to high. */
  | {
      readonly type: 'columns';
      readonly name: string;
      readonly slot: number;
      readonly points: readonly Point[];
      readonly whiskers: readonly Range[];
      readonly width: number;
    }
  | { readonly type: 'bars'; readonly edges: readonly number[]; readonly counts: readonly number[] };

export interface FigureSpec {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly layers: readonly Layer[];
  readonly marks: readonly VerticalMark[];
}

/** A picture that is drawn already. */
export interface DrawnFigure {
  readonly title: string;
  readonly svg: string;
}

export type Figure = FigureSpec | DrawnFigure;

const HEIGHT = 204;

/** The chart as a standalone SVG on white: for a paper, a slide, a message. */
export function figureSvg(spec: FigureSpec): string {
  const named = spec.layers.filter((layer) => layer.type !== 'bars');
  const longest = named.length > 1 ? Math.max(...named.map(({ name }) => name.length)) : 0;
  const left = 20 + textWidth(Math.max(...spec.yAxis.ticks.map((tick) => axisLabel(spec.yAxis, tick).length), 1));
  const right = Math.min(
    120,
    longest === 0 ? 10 : (named.some(({ type }) => type === 'dots') ? 19 : 12) + longest * TYPE * 0.66,
  );
  const top = spec.title ? 24 : 10;
  const bottom = 34;
  const width = FIGURE_WIDTH - left - right;
  const height = HEIGHT - top - bottom;
  const x = (value: number): number => round(left + position(spec.xAxis, value) * width);
  const y = (value: number): number => round(top + (1 - position(spec.yAxis, value)) * height);
  const out: string[] = spec.title ? [titleText(left, spec.title)] : [];
  for (const tick of spec.yAxis.ticks) {
    out.push(
      line(left, y(tick), left + width, y(tick), '#dddddd', 0.6),
      text(left - 4, y(tick) + TYPE * 0.35, axisLabel(spec.yAxis, tick), 'end'),
    );
  }
  for (const tick of spec.xAxis.ticks) {
    out.push(
      line(x(tick), top + height, x(tick), top + height + 3, INK, 0.8),
      text(x(tick), top + height + 13, axisLabel(spec.xAxis, tick), 'middle'),
    );
  }
  out.push(
    line(left, top + height, left + width, top + height, INK, 0.8),
    line(left, top, left, top + height, INK, 0.8),
    text(left + width / 2, HEIGHT - 6, spec.xLabel, 'middle'),
    uprightText(10, top + height / 2, spec.yLabel),
  );
  for (const [row, mark] of spec.marks.entries()) {
    out.push(
      line(x(mark.x), top, x(mark.x), top + height, '#555555', 0.8, '2 2'),
      markLabel(mark, x(mark.x), x(mark.x) > left + width * 0.6, top + height - row * (TYPE + 1.5)),
    );
  }
  for (const layer of spec.layers) out.push(drawLayer(layer, x, y, top + height));
  if (longest > 0) {
    const ends = named.map((layer) => y(layer.points[layer.points.length - 1]?.[1] ?? spec.yAxis.low));
    const places = spread(ends, TYPE + 1.5, top + TYPE / 2, top + height);
    named.forEach((layer, i) => {
      const at = places[i] ?? top;
      const indent = layer.type === 'dots' ? 12 : 5;
      if (layer.type === 'dots')
        out.push(
          `<path d="${markPath(markShape(layer.slot), left + width + 6, at)}" fill="${seriesStyle(layer.slot).figureColour}"/>`,
        );
      out.push(
        text(
          left + width + indent,
          at + TYPE * 0.35,
          layer.name,
          'start',
          ` fill="${seriesStyle(layer.slot).figureColour}"`,
        ),
      );
    });
  }
  return svgDocument(spec.title, FIGURE_WIDTH, HEIGHT, out);
}

function drawLayer(layer: Layer, x: (value: number) => number, y: (value: number) => number, base: number): string {
  switch (layer.type) {
    case 'line': {
      const { figureColour, dash } = seriesStyle(layer.slot);
      const ghost = layer.ghost.length > 0 ? path(layer.ghost, x, y, figureColour, 0.6, '', 0.3) : '';
      const dots = layer.dots
        ? layer.points
            .map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="1.2" fill="${figureColour}"/>`)
            .join('')
        : '';
      const band =
        layer.band && layer.band.length > 0
          ? `<path d="${bandPath(layer.band, x, y)}" fill="${figureColour}" fill-opacity="0.16"/>`
          : '';
      const singles = (layer.singles ?? [])
        .map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="0.9" fill="${figureColour}" fill-opacity="0.5"/>`)
        .join('');
      return `${band}${singles}${ghost}${path(layer.points, x, y, figureColour, 1.4, dash, 1)}${dots}`;
    }
    case 'dots': {
      const { figureColour } = seriesStyle(layer.slot);
      return `<path d="${layer.points.map(([px, py]) => markPath(markShape(layer.slot), x(px), y(py))).join('')}" fill="${figureColour}" fill-opacity="0.75"/>`;
    }
    case 'columns': {
      const { figureColour } = seriesStyle(layer.slot);
      const bars = layer.points.map(([middle, value]) => {
        const [from, to] = [x(middle - layer.width / 2), x(middle + layer.width / 2)];
        return rectangle(from, y(value), Math.max(0.5, to - from - 0.4), base - y(value), figureColour);
      });
      return [
        ...bars,
        ...layer.whiskers.map(([middle, low, high]) => line(x(middle), y(low), x(middle), y(high), INK, 0.7)),
      ].join('');
    }
    case 'bars':
      return layer.counts
        .map((count, i) => {
          const from = x(layer.edges[i] ?? 0);
          const to = x(layer.edges[i + 1] ?? 0);
          if (count <= 0) return '';
          return `<rect x="${from}" y="${y(count)}" width="${round(Math.max(0.5, to - from - 0.6))}" height="${round(base - y(count))}" fill="${seriesStyle(0).figureColour}"/>`;
        })
        .join('');
  }
}

function markLabel({ label }: VerticalMark, x: number, late: boolean, base: number): string {
  return text(late ? x - 3 : x + 3, base - 4, label, late ? 'end' : 'start', ' fill="#555555"');
}

function path(
  points: readonly Point[],
  x: (value: number) => number,
  y: (value: number) => number,
  colour: string,
  width: number,
  dash: string,
  opacity: number,
): string {
  const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
  return `<path d="${linePath(points, x, y)}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dashes}/>`;
}
