import type { ParallelAxis, ParallelLine } from './parallelLines';
import { FIGURE_WIDTH, INK, line, round, svgDocument, text, titleText, TYPE } from './svg';
import { axisLabel, position, type Axis } from './ticks';

export interface ParallelFigure {
  readonly title: string;
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
  readonly colour: (line: ParallelLine) => string;
  readonly marked: string | null;
}

const HEIGHT = 216;
const [LEFT, RIGHT, TOP, BOTTOM] = [12, 46, 52, 10];

/** Parallel coordinates for a paper, the best line last and strongest. */
export function parallelSvg({ title, axes, lines, colour, marked }: ParallelFigure): string {
  const height = HEIGHT - TOP - BOTTOM;
  const x = (axis: number): number => LEFT + (axis * (FIGURE_WIDTH - LEFT - RIGHT)) / Math.max(1, axes.length - 1);
  const y = (axis: Axis, value: number): number => TOP + (1 - position(axis, value)) * height;
  const ordered = [...lines].sort((a, b) => Number(a.id === marked) - Number(b.id === marked));
  return svgDocument(title, FIGURE_WIDTH, HEIGHT, [
    titleText(8, title),
    ...ordered.map((one) => {
      const path = axes.map(({ axis }, i) => `${round(x(i))} ${round(y(axis, one.values[i] ?? axis.low))}`).join('L');
      return `<path d="M${path}" fill="none" stroke="${colour(one)}" stroke-width="${one.id === marked ? 2.4 : 1}"/>`;
    }),
    ...axes.flatMap(({ name, axis }, i) => [
      line(x(i), TOP, x(i), TOP + height, INK, 0.8),
      text(
        i === axes.length - 1 ? FIGURE_WIDTH - 4 : x(i),
        i % 2 === 1 ? 42 : 30,
        name,
        i === 0 ? 'start' : i === axes.length - 1 ? 'end' : 'middle',
      ),
      ...axis.ticks.map((tick) =>
        text(x(i) + 3, y(axis, tick) + TYPE * 0.35, axisLabel(axis, tick), 'start', ' font-size="8" fill="#444444"'),
      ),
    ]),
  ]);
}
