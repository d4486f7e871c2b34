import { memo } from 'react';
import { PolarAngleAxis, PolarGrid, PolarRadiusAxis, Radar, RadarChart as Recharts } from 'recharts';
import { ChartFrame } from './ChartFrame';
import type { Figure } from './figure';
import { markShape } from './marks';
import { seriesStyle } from './palette';
import { FIGURE_WIDTH, line, round, svgDocument, text, titleText, TYPE } from './svg';
import type { ChartTable } from './table';
import { axisOver } from './ticks';
import styles from './charts.module.css';

export interface RadarSeries {
  readonly name: string;
  /** One value per axis, from 0. */
  readonly values: readonly number[];
}

interface RadarChartProps {
  readonly title: string;
  readonly axes: readonly string[];
  readonly series: readonly RadarSeries[];
  readonly valueLabel: string;
  /** A value that every axis is read against, drawn as a dotted ring. */
  readonly reference?: number;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  readonly height?: number;
}

const TICK = { className: styles.tick ?? '', fontSize: 11, fill: 'var(--ink-muted)' };

/** Values around a circle, one outline per series; outlines differ in dash as well as in colour. */
export const RadarChart = memo(function RadarChart({
  title,
  axes,
  series,
  valueLabel,
  reference,
  summary,
  height = 300,
}: RadarChartProps) {
  const { high: highest, ticks } = axisOver(
    [0, Math.max(1e-6, reference ?? 0, ...series.flatMap(({ values }) => values))],
    { count: 3 },
  );
  const data = axes.map((axis, place) => ({
    axis,
    ...Object.fromEntries(series.map(({ values }, s) => [`s${s}`, values[place] ?? 0])),
    reference,
  }));
  const figure = (): Figure => ({ title, svg: radarSvg({ title, axes, series, highest, reference }) });
  const table = (): ChartTable => ({
    columns: [valueLabel, ...series.map(({ name }) => name)],
    rows: axes.map((axis, place) => [axis, ...series.map(({ values }) => values[place] ?? null)]),
  });
  return (
    <ChartFrame
      title={title}
      summary={summary}
      table={table}
      figure={figure}
      height={height}
      empty={series.length === 0}
      legend={series.length > 1 ? series.map(({ name }, slot) => ({ name, slot, shape: markShape(slot) })) : []}
    >
      {(width) => (
        <Recharts width={width} height={height} data={data} outerRadius="72%" accessibilityLayer={false}>
          <PolarGrid stroke="var(--chart-grid)" />
          <PolarAngleAxis dataKey="axis" tick={TICK} tickLine={false} />
          <PolarRadiusAxis
            domain={[0, highest]}
            type="number"
            ticks={ticks}
            // Between two spokes, where no name stands.
            angle={90 - 180 / axes.length}
            tick={TICK}
            axisLine={false}
          />
          {reference !== undefined && (
            <Radar
              dataKey="reference"
              stroke="var(--ink-muted)"
              strokeDasharray="1 3"
              strokeWidth={1.5}
              fill="none"
              isAnimationActive={false}
            />
          )}
          {series.map(({ name }, slot) => {
            const { colour, dash } = seriesStyle(slot);
            return (
              <Radar
                key={name}
                dataKey={`s${slot}`}
                name={name}
                stroke={colour}
                strokeDasharray={dash}
                strokeWidth={1.75}
                fill={colour}
                fillOpacity={series.length === 1 ? 0.14 : 0}
                isAnimationActive={false}
              />
            );
          })}
        </Recharts>
      )}
    </ChartFrame>
  );
});

const FIGURE_HEIGHT = 250;
const RADIUS = 84;

function radarSvg({
  title,
  axes,
  series,
  highest,
  reference,
}: Pick<RadarChartProps, 'title' | 'axes' | 'series'> & {
  readonly highest: number;
  readonly reference: number | undefined;
}): string {
  const [cx, cy] = [FIGURE_WIDTH / 2, 132];
  const at = (place: number, share: number): readonly [number, number] => {
    const angle = (2 * Math.PI * place) / axes.length - Math.PI / 2;
    return [cx + share * RADIUS * Math.cos(angle), cy + share * RADIUS * Math.sin(angle)];
  };
  const outline = (shares: readonly number[]): string =>
    `M${shares.map((share, place) => at(place, share).map(round).join(' ')).join('L')}Z`;
  return svgDocument(title, FIGURE_WIDTH, FIGURE_HEIGHT + Math.max(0, series.length - 1) * (TYPE + 3), [
    titleText(8, title),
    ...[0.5, 1].map(
      (share) => `<path d="${outline(axes.map(() => share))}" fill="none" stroke="#cccccc" stroke-width="0.6"/>`,
    ),
    ...(reference === undefined
      ? []
      : [
          `<path d="${outline(axes.map(() => reference / highest))}" fill="none" stroke="#555555" stroke-width="0.8" stroke-dasharray="1 2"/>`,
        ]),
    ...axes.flatMap((name, place) => {
      const [x, y] = at(place, 1);
      const [tx, ty] = at(place, 1.1);
      const anchor = Math.abs(tx - cx) < 8 ? 'middle' : tx > cx ? 'start' : 'end';
      return [line(cx, cy, x, y, '#dddddd', 0.6), text(tx, ty + (ty > cy ? TYPE * 0.6 : 0), name, anchor)];
    }),
    text(cx + 3, cy - RADIUS + 10, `${Number(highest.toPrecision(3))}`, 'start', ' fill="#555555"'),
    ...series.flatMap(({ name, values }, slot) => {
      const { figureColour, dash } = seriesStyle(slot);
      const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
      return [
        `<path d="${outline(axes.map((_, place) => (values[place] ?? 0) / highest))}" fill="none" stroke="${figureColour}" stroke-width="1.4"${dashes}/>`,
        ...(series.length > 1
          ? [
              line(
                8,
                FIGURE_HEIGHT - 8 + slot * (TYPE + 3),
                28,
                FIGURE_HEIGHT - 8 + slot * (TYPE + 3),
                figureColour,
                1.4,
                dash,
              ),
              text(32, FIGURE_HEIGHT - 5 + slot * (TYPE + 3), name, 'start'),
            ]
          : []),
      ];
    }),
  ]);
}
