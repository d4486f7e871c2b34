import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { CurveOverlay } from '../../src/charts/CurveOverlay';
import { plotLayout } from '../../src/charts/layout';
import type { Point } from '../../src/charts/series';
import { axisOver, position } from '../../src/charts/ticks';

const yAxis = axisOver([0, 1]);
const layout = plotLayout(600, 300, yAxis, ['a long name', 'another']);
const xAxis = axisOver([0, 10], { tight: true, whole: true });
const edge = layout.width - layout.right;

/** Every straight stroke that the overlay draws for these lines: from x1 to x2, and in which colour. */
function strokes(...lines: readonly (readonly Point[])[]) {
  const html = renderToStaticMarkup(
    createElement(CurveOverlay, {
      title: 'Loss',
      lines: lines.map((points, i) => ({ name: i === 0 ? 'a long name' : 'another', points, slot: i })),
      nameEnds: true,
      xAxis,
      yAxis,
      layout,
      marks: [],
      cursorKey: 'test',
      describeX: String,
    }),
  );
  return [...html.matchAll(/<line ([^>]*)>/g)].map(([, attributes = '']) => ({
    x1: Number(/x1="([\d.]+)"/.exec(attributes)?.[1]),
    x2: Number(/x2="([\d.]+)"/.exec(attributes)?.[1]),
    coloured: attributes.includes('--series'),
  }));
}

describe('the names at the ends of lines', () => {
  it('have no stroke inside the plot where their line ends early: it would look like data', () => {
    expect(
      strokes(
        [
          [0, 0.2],
          [4, 0.9],
        ],
        [
          [0, 0.2],
          [7, 0.91],
        ],
      ),
    ).toEqual([]);
  });

  it('have one in the margin alone, in no series\u2019 colour, where it ends at the edge or near it', () => {
    const near = 10 - (8 / (edge - layout.left)) * 10;
    const found = strokes(
      [
        [0, 0.2],
        [10, 0.9],
      ],
      [
        [0, 0.2],
        [near, 0.91],
      ],
    );
    expect(found).toHaveLength(2);
    for (const { x1, x2, coloured } of found) {
      expect(x1).toBe(edge);
      expect(x2).toBe(edge + 4);
      expect(coloured).toBe(false);
    }
  });

  it('do not let a single first point seem to rise', () => {
    const first: Point = [10, 0.5];
    for (const { x1 } of strokes([first], [[10, 0.505]])) expect(x1).toBeGreaterThanOrEqual(edge);
    expect(layout.left + position(xAxis, first[0]) * (edge - layout.left)).toBe(edge);
  });
});

describe('an axis of epochs', () => {
  it.each([0.4, 1, 2, 3, 7.5, 12, 26, 400])('has no tick between two epochs, up to %d', (end) => {
    const { ticks } = axisOver([0, end], { tight: true, whole: true });
    expect(ticks.filter((tick) => !Number.isInteger(tick))).toEqual([]);
  });
});
