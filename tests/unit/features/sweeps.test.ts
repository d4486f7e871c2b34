import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { completeConfig, modelTable } from '../../../src/domain/models/catalogue';
import type { Config, ModelId, Option } from '../../../src/domain/models/table';
import { newRun, summarise, type RunSummary, type Sweep } from '../../../src/domain/run';
import { pointLabel, pointOf } from '../../../src/domain/sweep';
import { nextAxis, offeredOptions, readAxis, startAxis } from '../../../src/features/sweeps/axisDraft';
import {
  baselinePoints,
  bestPoint,
  pointMetric,
  pointRows,
  pointRunsTable,
  pointsTable,
} from '../../../src/features/sweeps/points';
import {
  heatMapValues,
  lineSeries,
  pictureSummary,
  sliceAt,
  spansDecades,
  suitingPicture,
  valueAxis,
  variedAxes,
} from '../../../src/features/sweeps/pictures';
import { timeWords } from '../../../src/features/drafts/timeWords';
import { countWords } from '../../../src/features/sweeps/planWords';
import { readingNotes } from '../../../src/features/sweeps/sweepWords';
import { stopWords } from '../../../src/features/readings/words';

const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
const layers = { key: 'layers', values: [1, 2] };
const weight = { key: 'regWeight', values: [0.001, 0.01, 0.1] };
const grid: Sweep = { axes: [layers, weight], method: 'grid', medianRule: true };

/** A run of the sweep `g`; without `valid` it has no result. */
function run(
  values: Config,
  seed: number,
  valid: number | null,
  over: Partial<RunSummary> = {},
  sweep = grid,
): RunSummary {
  const config = completeConfig('lightgcn', values);
  const experiment = {
    model: 'lightgcn' as const,
    config,
    seed,
    dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
    backend: 'auto' as const,
    allowSoftware: false,
  };
  return {
    ...summarise(newRun(`${pointLabel(values)} ${seed}`, 'r', experiment, `2026-01-0${seed}`)),
    group: { id: 'g', name: 'G', variant: pointLabel(pointOf(sweep.axes, config)), sweep },
    status: valid === null ? 'queued' : 'finished',
    result: valid === null ? null : { bestEpoch: 2, valid: metrics(valid), test: metrics(valid / 2) },
    ...over,
  };
}
const all = [
  run({ layers: 2, regWeight: 0.01 }, 2, 0.5),
  run({ layers: 2, regWeight: 0.01 }, 1, 0.3),
  run({ layers: 1, regWeight: 0.01 }, 1, 0.35),
  run({ layers: 1, regWeight: 0.01 }, 2, null),
  run({ layers: 1, regWeight: 0.001 }, 1, 0.1),
  run({ layers: 2, regWeight: 0.1 }, 1, 0.2),
];
const rows = pointRows(all, grid);

describe('the points of a sweep', () => {
  it('stand in the order of the axes, each with its seeds in order, averaged over nothing but seeds', () => {
    expect(rows.map(({ label, runs, done }) => [label, runs.map(({ experiment }) => experiment.seed), done])).toEqual([
      ['layers=1, regWeight=0.001', [1], 1],
      ['layers=1, regWeight=0.01', [1, 2], 1],
      ['layers=2, regWeight=0.01', [1, 2], 2],
      ['layers=2, regWeight=0.1', [1], 1],
    ]);
    const { mean, sd } = pointMetric(rows[2]!, 'valid', 'recall@20');
    expect(mean).toBeCloseTo(0.4, 12);
    expect(sd).toBeCloseTo(0.2 / Math.SQRT2, 12);
    expect(pointMetric(rows[1]!, 'test', 'recall@20')).toEqual({ mean: 0.175, sd: null });
  });

  it('the best has the highest mean of what is asked', () => {
    expect(bestPoint(rows, 'valid', 'recall@20')?.label).toBe('layers=2, regWeight=0.01');
    expect(bestPoint(rows, 'liked', 'recall@20')).toBeNull();
  });

  it('are saved in full, by point and by run, with the reason of an early end', () => {
    const stopReason = { rule: 'median', epoch: 6, metric: 'recall@20', best: 0.01, median: 0.02, peers: 3 } as const;
    const stopped = pointRows([run({ layers: 1, regWeight: 0.1 }, 1, 0.01, { status: 'stopped', stopReason })], grid);
    const byPoint = pointsTable(rows, grid);
    expect(byPoint.columns.slice(0, 3)).toEqual(['layers', 'regWeight', 'valid_recall@5_mean']);
    expect(byPoint.rows.map((row) => row.slice(0, 3))).toEqual([
      [1, 0.001, 0.1],
      [1, 0.01, 0.35],
      [2, 0.01, 0.4],
      [2, 0.1, 0.2],
    ]);
    const byRun = pointRunsTable(stopped, grid);
    const words =
      'Stopped after epoch 7 by the median rule. Its best validation Recall@20 so far, 0.0100, was below 0.0200, the median of 3 finished runs at that epoch.';
    expect(byRun.rows[0]?.[byRun.columns.indexOf('stopped_because')]).toBe(words);
    expect(stopWords({})).toBeNull();
    expect(readingNotes(stopped, 'test', 'recall@20')).toEqual([
      'Best epochs by validation Recall@20.',
      expect.stringContaining('Choose by validation'),
      expect.stringContaining('1 run ended early by the median rule'),
    ]);
  });

  it('have the baselines of their dataset beneath, which are no points', () => {
    const computed = run({}, 1, 0.9);
    const other = { ...computed, id: 'p', experiment: { ...computed.experiment, model: 'mostpop' as const } };
    const beneath = baselinePoints([...all, other], all);
    expect(beneath).toMatchObject([{ label: 'Popularity (baseline)', values: {}, baseline: true }]);
    for (const table of [pointsTable([...rows, ...beneath], grid), pointRunsTable([...rows, ...beneath], grid)]) {
      const last = table.rows.at(-1);
      expect(last?.slice(0, 2)).toEqual([null, null]);
      expect(last?.[table.columns.indexOf('note')]).toBe('Popularity (baseline)');
      expect(table.rows[0]?.[table.columns.indexOf('note')]).toBeNull();
    }
  });
});

describe('pictures', () => {
  it('suit the axes: a line, a heat map, parallel coordinates', () => {
    const third = { key: 'embeddingSize', values: [8, 16] };
    expect(suitingPicture([layers])).toBe('line');
    expect(suitingPicture([layers, weight])).toBe('heatMap');
    expect(suitingPicture([layers, { ...weight, range: { low: 0.001, high: 0.1, log: true } }])).toBe('parallel');
    expect(suitingPicture([layers, weight, third])).toBe('parallel');
    expect(variedAxes({ ...grid, axes: [layers, { key: 'embeddingSize', values: [8] }] })).toEqual([layers]);
  });

  it('a heat map has one cell per point, and none where there is no result', () => {
    expect(heatMapValues(rows, layers, weight, 'valid', 'recall@20')).toEqual([
      [0.1, 0.35, null],
      [null, 0.4, 0.2],
    ]);
    expect(heatMapValues(rows, weight, layers, 'valid', 'recall@20')).toEqual([
      [0.1, null],
      [0.35, 0.4],
      [null, 0.2],
    ]);
  });

  it('a line goes over one axis while the others stand still, with a band and its seeds', () => {
    const slice = sliceAt(rows, [weight], { regWeight: 0.01 });
    const [line] = lineSeries(slice, 'layers', valueAxis(layers), 'valid', [{ key: 'recall@20', name: 'R' }]);
    const sd = 0.2 / Math.SQRT2;
    expect(line?.points).toEqual([
      [1, 0.35],
      [2, 0.4],
    ]);
    expect(line?.band?.map(([x, low, high]) => [x, low.toFixed(9), high.toFixed(9)])).toEqual([
      [2, (0.4 - sd).toFixed(9), (0.4 + sd).toFixed(9)],
    ]);
    expect(line?.singles).toEqual([
      [2, 0.3],
      [2, 0.5],
    ]);
    expect(sliceAt(rows, [layers, weight], { layers: 1, regWeight: 0.1 })).toEqual([]);
  });

  it('an axis is a logarithm where values span decades, and names where they are no numbers', () => {
    expect(spansDecades([0.001, 0.01, 0.1])).toBe(true);
    expect(spansDecades([16, 32, 64, 128, 256])).toBe(true);
    expect(spansDecades([2, 4, 6, 8, 10, 12, 14, 16, 18, 20])).toBe(false);
    expect(spansDecades([0, 0.01, 1])).toBe(false);
    expect(valueAxis(weight).axis).toMatchObject({ log: true, ticks: [0.001, 0.01, 0.1] });
    const named = valueAxis({ key: 'edgeEnhancer', values: ['none', '+E'] });
    expect([named.at('+E'), named.axis.names?.get(1), named.axis.log]).toEqual([1, '+E', false]);
  });

  it('are described with their highest and lowest point', () => {
    expect(pictureSummary(rows, 'valid', 'recall@20')).toBe(
      'Recall@20, validation, at 4 of 4 points: highest 0.4000 at layers=2, regWeight=0.01, lowest 0.1000 at layers=1, regWeight=0.001.',
    );
  });
});

describe('the dialog', () => {
  const option = (model: ModelId, key: string): Option => modelTable(model).options.find((one) => one.key === key)!;
  const layersOption = option('lightgcn', 'layers');

  it('starts with what the paper searched', () => {
    expect(startAxis(layersOption, 2)).toMatchObject({ text: '1, 2, 3, 4', low: '1', high: '4', log: false });
    expect(startAxis(option('magnet', 'view'), 'dual').chosen).toEqual(['dual', 'single']);
    expect(nextAxis('magnet', completeConfig('magnet', {}), [])?.key).toBe('layers');
  });

  it('reads values and ranges, and says what is wrong', () => {
    const read = (text: string) => readAxis(layersOption, { ...startAxis(layersOption, 2), text }, 'grid');
    expect(read('1;2 4').axis).toEqual({ key: 'layers', values: [1, 2, 4] });
    expect(read('1, 1').problem).toBe('1 is given twice.');
    expect(read('1.5').problem).toContain('whole number');
    expect(read('').problem).toBe('Enter at least one value.');
    const range = (low: string, high: string, log = false) =>
      readAxis(layersOption, { ...startAxis(layersOption, 2), ranged: true, low, high, log }, 'random');
    expect(range('1', '4').axis).toEqual({ key: 'layers', values: [], range: { low: 1, high: 4, log: false } });
    expect([
      range('4', '1').problem,
      range('', '1').problem,
      range('0', '4', true).problem,
      range('0', '4').problem,
    ]).toEqual([
      'The start of the range must be below its end.',
      'A range needs two numbers.',
      'A log-uniform range must start above 0.',
      'Layers L must be between 1 and 8.',
    ]);
    // A grid has no ranges: the list counts.
    expect(readAxis(layersOption, { ...startAxis(layersOption, 2), ranged: true }, 'grid').axis?.values).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('offers an option that has no effect only beside the one that decides on it', () => {
    const config = completeConfig('lightgcn', {});
    const idle = (others: readonly string[]) =>
      offeredOptions('lightgcn', config, others).find((one) => one.option.key === 'neighbours')?.idle;
    expect([idle([]), idle(['edgeEnhancer'])]).toEqual([true, false]);
  });

  it('says how many runs, and how long', () => {
    expect(countWords(grid.axes, 'grid', 5, 1, 2, 1)).toBe(
      '2 × 3 values − 1 = 5 points × 2 seeds = 10 runs, after 1 pre-training run.',
    );
    expect(countWords(grid.axes, 'random', 5, 0, 1, 0)).toBe('5 points × 1 seed = 5 runs.');
    expect(countWords([], 'grid', 0, 0, 1, 0)).toBe('No runs yet: give every axis its values.');
  });

  it('say how long it takes, with what comes before, and where that is known from', () => {
    const nothing = { seconds: 0, most: 0, atMost: false, from: [], probed: [], unknown: [] };
    const around = {
      dataset: 'Demo',
      pretraining: 0,
      before: { runs: 0, seconds: 0, known: true },
      nameOf: (model: ModelId) => modelTable(model).name,
    };
    expect(timeWords({ ...nothing, unknown: ['lightgcn'] }, around)).toBe(
      'How long it takes is not known: LightGCN has no finished run on Demo yet.',
    );
    const from = [run({}, 1, 0.1, { epochsDone: 10, seconds: 20 })];
    expect(timeWords({ ...nothing, seconds: 1200, most: 1200, atMost: true, from }, around)).toBe(
      'At most 20 min: the newest finished run here took 2.00 s per epoch.',
    );
    const before = { runs: 2, seconds: 720, known: true };
    expect(timeWords({ ...nothing, seconds: 240, most: 2100, from }, { ...around, pretraining: 1, before })).toBe(
      'About 4 min, at most 35 min, pre-training included, after about 12 min of queue: the newest finished run here took 2.00 s per epoch.',
    );
    expect(
      timeWords(
        { ...nothing, seconds: 60, most: 60, atMost: true, probed: ['bpr'], unknown: ['lightgcn'] },
        { ...around, before: { ...before, known: false } },
      ),
    ).toBe(
      'At most 60 s, after 2 runs before them: three steps of BPR-MF were measured, without ranking. LightGCN has no finished run on Demo yet and is not counted.',
    );
  });
});
