import { describe, expect, it } from 'vitest';
import { diverging, inkOn, viridis } from '../../src/charts/colourScale';
import { heatScale, scaleWords, timesText } from '../../src/charts/heatScale';
import { heatMapSvg } from '../../src/charts/heatMapFigure';
import { textWidth } from '../../src/charts/svg';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import { evenShare, firstChoiceAlarm, ratioReach, routingAlarms, routingCells } from '../../src/domain/routes';
import { batchRoutingKey } from '../../src/domain/routing';
import type { EpochPoint, TermPoint } from '../../src/domain/run';
import {
  newestRouting,
  reachOf,
  routerShape,
  routingFrames,
  stageOf,
  stageRule,
  timelineSeries,
  triggerMarks,
} from '../../src/features/routing/frames';
import { idFinder } from '../../src/domain/entityNames';
import { columnSums, rowSums } from '../../src/domain/routes';
import { searchNames } from '../../src/features/readings/searchNames';

const magnet = (changes: Config) => ({ model: 'magnet', config: completeConfig('magnet', changes) });
const experiment = magnet({ coverageWindow: 3 });
const rule = stageRule(experiment);
const groups = ['behaviour', 'image', 'text'];
const shape = routerShape(experiment, [{ kind: 'parts', key: 'reliance', title: '', names: groups }])!;
const mean = [0.1, 0.2, 0.05, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1];

const point = (epoch: number, values: Record<string, readonly number[]>): EpochPoint => ({
  epoch,
  step: (epoch + 1) * 10,
  learningRate: 1,
  terms: {},
  total: 0,
  valid: null,
  trainSeconds: 1,
  evaluateSeconds: 0,
  observed: { routing: mean, reliance: [], familyMass: [], effectiveExperts: [8], maxLoad: [0.5], ...values },
});

describe('the routing of an epoch', () => {
  it('is laid out by anchor and family; its sums are the marginals', () => {
    const cells = routingCells(mean, shape.experts, 3, shape.families);
    expect(cells).toEqual([
      [0.1, 0.15, 0.1],
      [0.2, 0.1, 0.1],
      [0.05, 0.1, 0.1],
    ]);
    expect(rowSums(cells).map((value) => value.toFixed(2))).toEqual(['0.35', '0.40', '0.25']);
    expect(columnSums(cells).map((value) => value.toFixed(2))).toEqual(['0.35', '0.35', '0.30']);
  });

  it('adds the copies of an expert, and leaves families out that are not in use', () => {
    const some = completeConfig('magnet', { families: 'bal+dom', expertCopies: 2 });
    const { experts, families } = modelTable('magnet').routing!.shape(some, ['behaviour', 'image'])!;
    const even = experts.map(() => 1 / experts.length);
    expect(routingCells(even, experts, 2, families)).toEqual([
      [0.25, 0.25],
      [0.25, 0.25],
    ]);
  });

  it('has no shape without a router or before the run has named its parts', () => {
    expect(
      routerShape(magnet({ experts: false }), [{ kind: 'parts', key: 'reliance', title: '', names: groups }]),
    ).toBeNull();
    expect(routerShape(experiment, [])).toBeNull();
  });

  it('comes from the epochs that recorded one, on one scale', () => {
    const frames = routingFrames(
      [point(0, {}), { ...point(1, {}), observed: {} }, point(2, { routing: [0.6, ...mean.slice(1)] })],
      shape,
    );
    expect(frames.map(({ epoch }) => epoch)).toEqual([0, 2]);
    expect(reachOf(frames)).toBeCloseTo(0.6 * 9);
    const curves = { epochs: [], intervals: [], stepsPerEpoch: 10 };
    const lines = timelineSeries(curves, frames, 9);
    expect(lines.find(({ name }) => name === 'N_eff / E')!.points).toEqual([
      [1, 8 / 9],
      [3, 8 / 9],
    ]);
  });

  it('of the batches is that of the newest interval, where it recorded one', () => {
    const interval = (epoch: number, step: number, shares: readonly number[] | null): TermPoint => ({
      epoch,
      step,
      terms: {},
      total: 0,
      ...(shares && { observed: Object.fromEntries(shares.map((share, expert) => [batchRoutingKey(expert), share])) }),
    });
    expect(newestRouting([interval(0, 10, [...mean].reverse()), interval(1, 12, mean)], shape)).toEqual({
      epoch: 1,
      step: 12,
      mean,
      cells: [
        [0.1, 0.15, 0.1],
        [0.2, 0.1, 0.1],
        [0.05, 0.1, 0.1],
      ],
    });
    expect(newestRouting([interval(0, 5, null)], shape)).toBeNull();
    expect(newestRouting([], shape)).toBeNull();
  });

  it('knows its stage, and marks the window that led to the second', () => {
    const epochs = [point(0, {}), point(1, { switchStep: [14] }), point(2, { switchStep: [14] })];
    const frames = routingFrames(epochs, shape);
    expect(frames.map((frame) => stageOf(frame, 14, rule))).toEqual([1, 2, 2]);
    expect(stageOf(frames[0]!, null, stageRule(magnet({ stages: 'confidence' })))).toBe(2);
    expect(triggerMarks({ epochs, intervals: [], stepsPerEpoch: 10 }, rule)).toEqual([
      { x: 1.1, label: 'trigger' },
      { x: 1.4, label: 'stage 2' },
    ]);
    expect(triggerMarks({ epochs: [point(0, {})], intervals: [], stepsPerEpoch: 10 }, rule)).toEqual([]);
  });
});

describe('the scale of a routing', () => {
  const cells = (...values: (number | null)[]) => [values];
  const of = (reach: number) => heatScale([], { ratio: { middle: 0.25, reach, words: '', label: 'of an even share' } });

  it('lies around an even share of the experts that there are, and is as wide as the largest departure in all epochs', () => {
    expect(evenShare(cells(0.5, null, 0.25, 0.25))).toBeCloseTo(1 / 3);
    expect(ratioReach([cells(0.25, 0.25, 0.25, 0.25), cells(0.3, 0.2, 0.25, 0.25)])).toBeCloseTo(1.25);
    expect(ratioReach([cells(0.5, 0.2, 0.15, 0.15), cells(0.3, 0.2, 0.25, 0.25)])).toBeCloseTo(2);
  });

  it('does not make noise look strong, and a dead expert does not make the others look even', () => {
    expect(ratioReach([cells(0.251, 0.249, 0.25, 0.25)])).toBe(1.1);
    expect(ratioReach([])).toBe(1.1);
    expect(ratioReach([cells(0.5, 0.5, 0, 0)])).toBe(4);
  });

  it('uses its whole range: as many times less is as far from white as as many times more', () => {
    const { colour, low, high } = of(2);
    expect([low, high]).toEqual([0.125, 0.5]);
    expect([colour(0.125), colour(0.25), colour(0.5)]).toEqual([diverging(0), diverging(0.5), diverging(1)]);
    expect(colour(0.25 * 2 ** 0.5)).toBe(diverging(0.75));
    expect(colour(0.25 / 2 ** 0.5)).toBe(diverging(0.25));
    expect([colour(0), colour(1)]).toEqual([diverging(0), diverging(1)]);
  });
});

describe('an alarm', () => {
  const names = ['a', 'b', 'c', 'd'];
  const kinds = (values: readonly number[], effective: number, maxLoad: number, winnerShare: number) =>
    routingAlarms(values, names, { effective, maxLoad, winnerShare }).map(({ kind }) => kind);

  it('names dead experts', () => {
    const [alarm] = routingAlarms([0.5, 0.48, 0.01, 0.01], names, { effective: 2.2, maxLoad: 0.5, winnerShare: 0.6 });
    expect(alarm).toMatchObject({ kind: 'dead', title: '2 dead experts' });
    expect(alarm!.text).toMatch(/^c, d:/);
  });

  it('says when fewer than a third of the experts are the first choice of any pair', () => {
    const nine = [...'abcdefghi'];
    const alarm = firstChoiceAlarm(Uint8Array.of(1, 4, 4, 1, 4), nine);
    expect(alarm).toMatchObject({ kind: 'few', title: 'Only 2 of 9 experts are ever a first choice' });
    expect(alarm!.text).toMatch(/, b or e is the most probable expert/);
    expect(firstChoiceAlarm(Uint8Array.of(1), nine)!.title).toBe('Only 1 of 9 experts is ever a first choice');
    expect(firstChoiceAlarm(Uint8Array.of(1, 4, 8), nine)).toBeNull();
    expect(firstChoiceAlarm(new Uint8Array(), nine)).toBeNull();
  });

  it('tells a monopoly from a router that prefers nothing', () => {
    expect(kinds([0.7, 0.1, 0.1, 0.1], 2.6, 0.9, 0.7)).toEqual(['monopoly']);
    expect(kinds([0.26, 0.25, 0.25, 0.24], 4, 1, 0.26)).toEqual(['undecided']);
    expect(kinds([0.9, 0.04, 0.03, 0.03], 1.5, 0.79, 0.9)).toEqual(['monopoly']);
    expect(kinds([0.3, 0.3, 0.2, 0.2], 3.9, 0.5, 0.4)).toEqual([]);
  });
});

describe('searching users and items', () => {
  const name = (index: number): string => ['Red hat', 'Blue hat', 'Hat 1'][index]!;
  it('finds the original id first, then parts of names', () => {
    const items = ['Red hat', 'Blue hat', 'Hat 1'];
    const search = (text: string, originalItems: readonly string[] | null): number[] =>
      searchNames(text, 3, name, idFinder({ users: null, items, originalUsers: null, originalItems }, 'item', 3));
    expect(search('1', null)).toEqual([1, 2]);
    expect(search('1', ['1', '2', '3'])).toEqual([0, 2]);
    expect(search('2', ['1', '2', '3'])).toEqual([1]);
    expect(search('HAT', null)).toEqual([0, 1, 2]);
    expect(search('7', null)).toEqual([]);
    expect(search(' ', null)).toEqual([]);
  });
});

describe('colours for magnitudes', () => {
  it('run from the darkest to the lightest, and around zero from blue over white to orange', () => {
    expect([viridis(0), viridis(1), viridis(-3), viridis(NaN)]).toEqual(['#440154', '#fde725', '#440154', '#440154']);
    expect([diverging(0), diverging(0.5), diverging(1)]).toEqual(['#0072b2', '#f7f7f7', '#d55e00']);
    const lightness = (colour: string): number =>
      [1, 3, 5].reduce(
        (sum, at, i) =>
          sum + [0.2126, 0.7152, 0.0722][i]! * (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2,
        0,
      );
    const steps = Array.from({ length: 33 }, (_, i) => lightness(viridis(i / 32)));
    expect(steps.every((value, i) => i === 0 || value > steps[i - 1]!)).toBe(true);
  });

  it('carry text of at least 4.5 : 1 contrast', () => {
    const linear = (channel: number): number =>
      channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    const luminance = (colour: string): number =>
      [1, 3, 5].reduce(
        (sum, at, i) =>
          sum + [0.2126, 0.7152, 0.0722][i]! * linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
        0,
      );
    for (const share of Array.from({ length: 101 }, (_, i) => i / 100)) {
      for (const colour of [viridis(share), diverging(share)]) {
        const [low, high] = [luminance(colour), luminance(inkOn(colour))].sort((a, b) => a - b);
        expect((high! + 0.05) / (low! + 0.05), colour).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});

it('a heat map’s figure holds every cell with its number, and the marginals', () => {
  const svg = heatMapSvg({
    title: 'A & B',
    rows: ['r1', 'r2'],
    columns: ['c1', 'c2'],
    values: [
      [0.1, null],
      [0.3, 0.4],
    ],
    rowLabel: 'row',
    columnLabel: 'column',
    format: (value) => value.toFixed(2),
    scale: heatScale([], { low: 0, high: 0.4 }),
    words: { ends: ['0.00', '0.40'], label: 'share' },
    marginals: { rowsLabel: 'by row', rows: [0.11, 0.71], columnsLabel: 'by column', columns: [0.41, 0.42] },
  });
  expect(svg).toContain('<title>A &amp; B</title>');
  for (const number of ['0.10', '0.30', '0.40', '0.11', '0.71', '0.41', '0.42'])
    expect(svg).toContain(`>${number}</text>`);
});

it('a heat map of the routing names every family with its sum, and no two names run into each other', () => {
  const columns = ['Expert', 'Balanced', 'Complementary'];
  const format = (value: number): string => value.toFixed(3);
  const ratio = { middle: 1 / 9, reach: 1.25, words: 'fewer than an even share (.111) … more', label: '' };
  const scale = heatScale([], { ratio });
  const svg = heatMapSvg({
    title: 'Routing',
    rows: ['behaviour', 'image', 'text'],
    columns,
    values: [1, 2, 3].map(() => [0.1, 0.12, 0.11]),
    rowLabel: 'anchor',
    columnLabel: 'family',
    format,
    scale,
    words: scaleWords(scale, ratio, format, 'mean probability'),
    under: (value) => timesText(value * 9),
    marginals: {
      rowsLabel: 'by anchor',
      rows: [0.331, 0.332, 0.333],
      columnsLabel: 'by family',
      columns: [0.301, 0.362, 0.337],
    },
  });
  for (const words of ['fewer than an even share (.111) … more', '×0.80', '×1.25', '×0.90', '×1.08'])
    expect(svg, words).toContain(`>${words}</text>`);
  expect(svg).toContain(`fill="${scale.colour(0.12)}"`);
  for (const words of [...columns, 'by anchor', 'by family', '0.301', '0.362', '0.337', '0.331'])
    expect(svg, words).toContain(`>${words}</text>`);
  const boxes = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>([^<]+)<\/text>/g)].map(
    ([, x, y, anchor, words]) => {
      const width = textWidth(words!.length);
      const left = Number(x) - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
      return { words, y: Number(y), left, right: left + width };
    },
  );
  expect(boxes.length).toBeGreaterThan(columns.length + 10);
  for (const [place, one] of boxes.entries())
    for (const other of boxes.slice(place + 1))
      if (Math.abs(one.y - other.y) < 9)
        expect(one.right <= other.left || other.right <= one.left, `${one.words} and ${other.words}`).toBe(true);
});
