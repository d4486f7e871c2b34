import { equalAxes, type Cloud } from './cloud';
import { markPath } from './marks';
import { looksOf, SHADES, someNone, type PointColours } from './pointColours';
import { FIGURE_WIDTH, INK, line, rectangle, svgDocument, text, textWidth, titleText, TYPE, uprightText } from './svg';
import { axisLabel, position, tickLabel } from './ticks';

export interface PointCloudFigure {
  readonly title: string;
  readonly points: Cloud;
  readonly colours: PointColours;
  readonly xLabel: string;
  readonly yLabel: string;
}

const PLOT = { left: 46, top: 24, width: FIGURE_WIDTH - 56, height: 216 } as const;
const LINE = TYPE + 4;
/** Marks are drawn at this part of their size on the page. */
const SMALL = 0.55;

/** The cloud for a paper: one path per look, axes, and what the colours mean. */
export function pointCloudSvg({ title, points, colours, xLabel, yLabel }: PointCloudFigure): string {
  const { left, top, width, height } = PLOT;
  const bottom = top + height;
  const { xAxis, yAxis } = equalAxes(points, width, height);
  const { looks, of } = looksOf(colours);
  const x = (value: number): number => left + position(xAxis, value) * width;
  const y = (value: number): number => bottom - position(yAxis, value) * height;
  const paths = looks.map(() => '');
  for (let i = 0; i < points.x.length; i++) {
    const look = of[i] ?? 0;
    paths[look] += markPath(looks[look]?.shape ?? 'circle', x(points.x[i] ?? 0) / SMALL, y(points.y[i] ?? 0) / SMALL);
  }
  const legend = legendOf(colours, bottom + 44);
  return svgDocument(title, FIGURE_WIDTH, legend.end, [
    titleText(8, title),
    ...yAxis.ticks.flatMap((tick) => [
      line(left, y(tick), left + width, y(tick), '#dddddd', 0.6),
      text(left - 4, y(tick) + TYPE * 0.35, axisLabel(yAxis, tick), 'end'),
    ]),
    ...xAxis.ticks.flatMap((tick) => [
      line(x(tick), bottom, x(tick), bottom + 3, INK, 0.8),
      text(x(tick), bottom + 13, axisLabel(xAxis, tick), 'middle'),
    ]),
    line(left, bottom, left + width, bottom, INK, 0.8),
    line(left, top, left, bottom, INK, 0.8),
    text(left + width / 2, bottom + 27, xLabel, 'middle'),
    uprightText(10, (top + bottom) / 2, yLabel),
    `<g transform="scale(${SMALL})" fill-opacity="0.75">`,
    ...paths.flatMap((path, look) => (path ? [`<path d="${path}" fill="${looks[look]?.figureColour ?? INK}"/>`] : [])),
    '</g>',
    ...legend.lines,
  ]);
}

/** Rows under the plot: a bar with its ends, or a glyph and a name for each class. */
function legendOf(colours: PointColours, top: number): { readonly lines: readonly string[]; readonly end: number } {
  const { looks } = looksOf(colours);
  const none = someNone(colours);
  if (colours.kind === 'scale') {
    const low = tickLabel(colours.low);
    const start = 8 + textWidth(low.length) + 4;
    const stripe = 90 / SHADES;
    const after = [
      tickLabel(colours.high),
      colours.label,
      colours.log ? 'log scale' : '',
      none ? `grey: ${colours.none}` : '',
    ]
      .filter(Boolean)
      .join(' · ');
    return {
      lines: [
        text(8, top + 8, low, 'start'),
        ...looks
          .slice(0, SHADES)
          .map((look, i) => rectangle(start + i * stripe, top, stripe + 0.3, 8, look.figureColour)),
        text(start + 94, top + 8, after, 'start'),
      ],
      end: top + 18,
    };
  }
  const lines = [text(8, top + 8, colours.label, 'start', ' fill="#555555"')];
  let [at, row] = [8 + textWidth(colours.label.length) + 8, 0];
  const entries = [
    ...colours.names.map((name, slot) => ({ name, look: looks[slot] })),
    ...(none ? [{ name: colours.none, look: looks[looks.length - 1] }] : []),
  ];
  for (const { name, look } of entries) {
    const wide = 20 + textWidth(name.length);
    if (at + wide > FIGURE_WIDTH - 4) [at, row] = [8, row + 1];
    const y = top + 8 + row * LINE;
    lines.push(
      `<path d="${markPath(look?.shape ?? 'circle', at + 4, y - 3)}" fill="${look?.figureColour ?? INK}"/>`,
      text(at + 10, y, name, 'start'),
    );
    at += wide;
  }
  return { lines, end: top + 18 + row * LINE };
}
