import { describe, expect, it } from 'vitest';
import { brokenInto, withCaption } from '../../src/charts/caption';
import { fileName } from '../../src/charts/download';
import { figureSvg, type FigureSpec } from '../../src/charts/figure';
import { svgDocument } from '../../src/charts/svg';
import { tableOfSeries, toCsv } from '../../src/charts/table';
import { axisOver } from '../../src/charts/ticks';

describe('CSV', () => {
  it('has one row per x over all series, in full precision', () => {
    const table = tableOfSeries('epoch', [
      {
        name: 'R@20',
        kind: 'evaluation',
        points: [
          [1, 0.1234567890123],
          [2, 0.2],
        ],
      },
      {
        name: 'loss, total',
        kind: 'signal',
        points: [
          [0.5, 3],
          [2, NaN],
        ],
      },
    ]);
    expect(toCsv(table)).toBe('epoch,R@20,"loss, total"\r\n0.5,,3\r\n1,0.1234567890123,\r\n2,0.2,\r\n');
  });

  it('quotes what would break a row', () => {
    expect(toCsv({ columns: ['a"b', 'c\nd'], rows: [['x,y', -1e-9]] })).toBe('"a""b","c\nd"\r\n"x,y",-1e-9\r\n');
  });
});

describe('a figure', () => {
  const spec: FigureSpec = {
    title: 'Recall & <NDCG>',
    xLabel: 'epoch',
    yLabel: 'value',
    xAxis: axisOver([0, 10], { tight: true }),
    yAxis: axisOver([0, 0.08]),
    marks: [{ x: 9, label: 'best epoch 9' }],
    layers: [
      {
        type: 'line',
        name: 'R@20',
        slot: 0,
        points: [
          [0, 0],
          [10, 0.08],
        ],
        ghost: [[0, 0.01]],
        dots: false,
      },
      {
        type: 'line',
        name: 'N@20',
        slot: 1,
        points: [
          [0, 0],
          [10, 0.08],
        ],
        ghost: [],
        dots: true,
      },
    ],
  };

  it('is standalone SVG on white, with colour, dash and name of every line', () => {
    const svg = figureSvg(spec);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="321"/);
    expect(svg).toContain('fill="#ffffff"');
    expect(svg).toContain('Recall &amp; &lt;NDCG&gt;');
    expect(svg).not.toContain('var(');
    expect(svg).toContain(
      'stroke="#D55E00" stroke-width="1.4" stroke-opacity="1" stroke-linejoin="round" stroke-dasharray="6 3"',
    );
    expect(svg).toContain('>R@20</text>');
    expect(svg).toContain('>best epoch 9</text>');
    expect(svg).not.toContain('NaN');
    expect((svg.match(/<(svg|text|title)\b/g) ?? []).length).toBe((svg.match(/<\/(svg|text|title)>/g) ?? []).length);
  });

  it('keeps names of lines that end together apart', () => {
    const heights = [...figureSvg(spec).matchAll(/y="([\d.]+)" text-anchor="start" fill="#[\dA-F]{6}">[RN]@20/g)].map(
      (match) => Number(match[1]),
    );
    expect(heights).toHaveLength(2);
    expect(Math.abs((heights[0] ?? 0) - (heights[1] ?? 0))).toBeGreaterThan(10);
  });

  it('draws bars between their edges and leaves empty ones out', () => {
    const svg = figureSvg({ ...spec, marks: [], layers: [{ type: 'bars', edges: [0, 5, 10], counts: [0.04, 0] }] });
    expect((svg.match(/<rect/g) ?? []).length).toBe(2);
  });
});

it('a file is named after its title', () => {
  expect(fileName('LightGCN · Baby · seed 999', 'csv')).toBe('lightgcn-baby-seed-999.csv');
  expect(fileName('···', 'svg')).toBe('chart.svg');
});

it('a figure of marks tells series apart by shape, in the plot and at the name', () => {
  const axis = axisOver([0, 10]);
  const svg = figureSvg({
    title: 'Degrees',
    xLabel: 'x',
    yLabel: 'y',
    xAxis: axis,
    yAxis: axis,
    marks: [],
    layers: [
      {
        type: 'dots',
        name: 'users',
        slot: 0,
        points: [
          [1, 1],
          [2, 2],
        ],
      },
      { type: 'dots', name: 'items', slot: 1, points: [[3, 3]] },
    ],
  });
  expect((svg.match(/a2\.5 2\.5/g) ?? []).length).toBe(6);
  expect((svg.match(/h5v5h-5z/g) ?? []).length).toBe(2);
});

describe('a caption', () => {
  it('is broken between words, and keeps every one', () => {
    const lines = brokenInto('Recall at twenty over the epochs of extraordinarily long runs', 16);
    expect(lines.every((line) => line.length <= 16 || !line.includes(' '))).toBe(true);
    expect(lines.join(' ')).toBe('Recall at twenty over the epochs of extraordinarily long runs');
  });

  it('makes the picture higher by its lines, and leaves it as it is without words', () => {
    const svg = svgDocument('A', 321, 100, []);
    expect(withCaption(svg, 'A', '  ')).toBe(svg);
    const taller = withCaption(svg, 'A', 'One < two');
    expect(Number(/height="(\d+)"/.exec(taller)![1])).toBeGreaterThan(110);
    expect(taller).toContain('One &lt; two');
    expect(taller).toContain(svg);
  });
});
