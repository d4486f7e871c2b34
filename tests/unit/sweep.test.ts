import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { judgeByMedian } from '../../src/domain/medianRule';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type ModelId } from '../../src/domain/models/table';
import { newRun, summarise, type Experiment, type RunSummary, type SweepAxis } from '../../src/domain/run';
import {
  planSweep,
  pointLabel,
  suggestedValues,
  sweepOptions,
  sweepRuns,
  type SweepRequest,
} from '../../src/domain/sweep';
import { estimateTime } from '../../src/domain/timeEstimate';

const dataset = {
  name: 'Plain',
  features: ['image', 'text'].map((key) => ({ scope: 'item', key, rows: 50, columns: 4 })),
  statistics: { ratings: null },
} as unknown as Pick<DatasetDocument, 'name' | 'features' | 'statistics'>;

const base = (model: ModelId, changes: Config = {}): Omit<Experiment, 'seed'> => ({
  model,
  config: completeConfig(model, changes),
  dataset: { id: 'd', name: 'Plain', fingerprint: 'f' },
  backend: 'wasm',
  allowSoftware: false,
});
const grid = (axes: readonly SweepAxis[]): SweepRequest => ({ axes, method: 'grid', draws: 0, drawSeed: 0 });
const random = (axes: readonly SweepAxis[], draws: number, drawSeed = 1): SweepRequest => ({
  axes,
  method: 'random',
  draws,
  drawSeed,
});
const layers = { key: 'layers', values: [1, 2, 3] };
const weight = { key: 'regWeight', values: [0.001, 0.01] };

describe('a grid', () => {
  it('is the product of its axes, the last one running fastest, each point complete and otherwise as the form', () => {
    const { points, leftOut } = planSweep(base('lightgcn', { embeddingSize: 16 }), grid([layers, weight]), dataset);
    expect(points.map(({ values }) => [values['layers'], values['regWeight']])).toEqual([
      [1, 0.001],
      [1, 0.01],
      [2, 0.001],
      [2, 0.01],
      [3, 0.001],
      [3, 0.01],
    ]);
    expect(leftOut).toEqual([]);
    for (const { config, values } of points)
      expect(config).toEqual(completeConfig('lightgcn', { embeddingSize: 16, ...values }));
  });

  it('leaves out what the table refuses, with its words', () => {
    const { points, leftOut } = planSweep(
      base('lightgcn'),
      grid([{ key: 'embeddingSize', values: [16, 18, 2048] }]),
      dataset,
    );
    expect(points.map(({ values }) => values['embeddingSize'])).toEqual([16]);
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      'Embedding size must be a multiple of 4.',
      'Embedding size must be between 4 and 1024.',
    ]);
  });

  it('leaves out what the dataset lacks', () => {
    const { points, leftOut } = planSweep(
      base('mllmrec', { profiles: 'history' }),
      grid([{ key: 'profiles', values: ['file', 'history'] }]),
      dataset,
    );
    expect(points.map(({ values }) => values['profiles'])).toEqual(['history']);
    expect(leftOut[0]?.reason).toContain('user_preferences_feat.npy');
  });

  it('runs a model once where an option has no effect', () => {
    const { points, leftOut } = planSweep(
      base('lightgcn'),
      grid([
        { key: 'edgeEnhancer', values: ['none', '+G'] },
        { key: 'neighbours', values: [5, 10] },
      ]),
      dataset,
    );
    expect(points.map(({ values }) => pointLabel(values))).toEqual([
      'edgeEnhancer=none, neighbours=5',
      'edgeEnhancer=+G, neighbours=5',
      'edgeEnhancer=+G, neighbours=10',
    ]);
    expect(leftOut).toEqual([
      {
        values: { edgeEnhancer: 'none', neighbours: 10 },
        reason: 'Same as edgeEnhancer=none, neighbours=5: “Neighbours K of +G” has no effect there.',
      },
    ]);
  });

  it('becomes runs seed by seed, each with what was asked', () => {
    const { points } = planSweep(base('lightgcn'), grid([weight]), dataset);
    const sweep = { axes: [weight], method: 'grid', medianRule: false } as const;
    const runs = sweepRuns(base('lightgcn'), points, [7, 8], { id: 'g', name: 'n', sweep });
    expect(
      runs.map(({ experiment, group }) => [experiment.seed, experiment.config['regWeight'], group.variant]),
    ).toEqual([
      [7, 0.001, 'regWeight=0.001'],
      [7, 0.01, 'regWeight=0.01'],
      [8, 0.001, 'regWeight=0.001'],
      [8, 0.01, 'regWeight=0.01'],
    ]);
    expect(runs[3]?.group.sweep).toBe(sweep);
  });
});

describe('random draws', () => {
  const labels = (request: SweepRequest, of = base('lightgcn')): string[] =>
    planSweep(of, request, dataset).points.map(({ values }) => pointLabel(values));

  it('are the same for a seed, other for another, and never repeat', () => {
    const once = labels(random([layers, weight], 4, 3));
    expect(labels(random([layers, weight], 4, 3))).toEqual(once);
    expect(labels(random([layers, weight], 4, 4))).not.toEqual(once);
    expect(new Set(once).size).toBe(4);
  });

  it('of more points than there are give each once', () => {
    expect(labels(random([layers, weight], 50)).sort()).toEqual(
      planSweep(base('lightgcn'), grid([layers, weight]), dataset)
        .points.map(({ values }) => pointLabel(values))
        .sort(),
    );
  });

  it('every combination is as likely as another', () => {
    const firsts = Array.from({ length: 600 }, (_, seed) => labels(random([layers, weight], 1, seed))[0] ?? '');
    const counts = [...new Set(firsts)].map((label) => firsts.filter((one) => one === label).length);
    expect(counts).toHaveLength(6);
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  it('from a range lie in it, evenly in the logarithm where asked, and become the values of the axis', () => {
    const axis = { key: 'learningRate', values: [], range: { low: 1e-4, high: 1e-2, log: true } };
    const { points, axes } = planSweep(base('lightgcn'), random([axis], 400), dataset);
    const values = points.map(({ values: { learningRate } }) => Number(learningRate));
    expect(points.length).toBe(400);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...values)).toBeLessThanOrEqual(1e-2);
    expect(Math.abs(values.filter((value) => value < 1e-3).length - 200)).toBeLessThan(50);
    expect(axes[0]?.values).toEqual([...values].sort((a, b) => a - b));
  });

  it('from a range of whole numbers take the ends as often as the middle, and stop when all are drawn', () => {
    const axis = { key: 'layers', values: [], range: { low: 1, high: 4, log: false } };
    expect(labels(random([axis], 100)).sort()).toEqual(['layers=1', 'layers=2', 'layers=3', 'layers=4']);
    const firsts = Array.from({ length: 800 }, (_, seed) => labels(random([axis], 1, seed))[0] ?? '');
    for (const value of [1, 2, 3, 4])
      expect(Math.abs(firsts.filter((label) => label === `layers=${value}`).length - 200)).toBeLessThan(60);
  });

  it('meet the table: an embedding size is a multiple of 4', () => {
    const { points } = planSweep(
      base('lightgcn'),
      random([{ key: 'embeddingSize', values: [], range: { low: 8, high: 64, log: false } }], 10),
      dataset,
    );
    expect(points).toHaveLength(10);
    for (const { values } of points) expect(Number(values['embeddingSize']) % 4).toBe(0);
  });
});

describe('axes', () => {
  it('are the marked options, and what is suggested for them is acceptable', () => {
    for (const model of MODEL_IDS) {
      const options = sweepOptions(model);
      expect(options.length).toBeGreaterThan(2);
      expect(options.every(({ key }) => modelTable(model).options.find((option) => option.key === key)?.sweep)).toBe(
        true,
      );
      for (const option of options) {
        for (const value of suggestedValues(option, option.default))
          expect(() => completeConfig(model, { [option.key]: value })).not.toThrow();
      }
    }
  });

  it('of the papers’ figures are offered', () => {
    const keys = (model: ModelId) => sweepOptions(model).map(({ key }) => key);
    expect(keys('egra')).toEqual(expect.arrayContaining(['enhancedNeighbours', 'weightEpochs', 'weightMin']));
    expect(keys('mllmrec')).toEqual(expect.arrayContaining(['minSimilarity', 'coNeighbours', 'embeddingSize']));
    expect(keys('magnet')).toEqual(
      expect.arrayContaining(['entropyThreshold', 'coverageWindow', 'expertCopies', 'topExperts']),
    );
    expect(keys('simgr')).toEqual(expect.arrayContaining(['thresholdMix', 'tailShare', 'positiveCut', 'negativeCut']));
  });
});

describe('the time', () => {
  const finished = (
    model: ModelId,
    epochs: number,
    epochsDone: number,
    seconds: number,
    over: Partial<RunSummary> = {},
  ): RunSummary => ({
    ...summarise(newRun('r', 'r', { ...base(model, { epochs }), seed: 1 }, '')),
    status: 'finished',
    epochsDone,
    seconds,
    ...over,
  });
  const asked = (epochs: number, model: ModelId = 'lightgcn'): Experiment => ({ ...base(model, { epochs }), seed: 2 });

  it('is that of the newest finished run of the same model and dataset, per epoch', () => {
    const runs = [finished('lightgcn', 5, 5, 100), finished('lightgcn', 1000, 40, 80), finished('bpr', 5, 5, 1)];
    expect(estimateTime([asked(1000), asked(10)], runs)).toMatchObject({
      seconds: 80 + 20,
      atMost: false,
      from: [runs[1]],
    });
  });

  it('is a limit where that run was ended by its own', () => {
    expect(estimateTime([asked(50)], [finished('lightgcn', 5, 5, 10)])).toMatchObject({ seconds: 100, atMost: true });
    expect(estimateTime([asked(3)], [finished('lightgcn', 5, 5, 10)])).toMatchObject({ seconds: 6, atMost: false });
  });

  it('is unknown without one: other data, other model, not finished', () => {
    const unknown = { seconds: 0, from: [], unknown: ['lightgcn'] };
    const other = finished('lightgcn', 5, 5, 1);
    expect(
      estimateTime(
        [asked(5)],
        [{ ...other, experiment: { ...other.experiment, dataset: { id: 'e', name: 'Plain', fingerprint: 'other' } } }],
      ),
    ).toMatchObject(unknown);
    expect(estimateTime([asked(5)], [finished('lightgcn', 5, 3, 1, { status: 'stopped' })])).toMatchObject(unknown);
    expect(estimateTime([asked(5), asked(5, 'bpr')], [other])).toMatchObject({ seconds: 1, unknown: ['bpr'] });
  });

  it('says the most that it can be, beside what earlier runs needed', () => {
    expect(estimateTime([asked(1000)], [finished('lightgcn', 1000, 40, 80)])).toMatchObject({
      seconds: 80,
      most: 2000,
    });
  });

  it('follows a few measured steps where no run is known', () => {
    const measured = estimateTime([asked(50), asked(10, 'bpr')], [finished('bpr', 5, 5, 10)], ({ model }) =>
      model === 'lightgcn' ? 0.5 : null,
    );
    expect(measured).toMatchObject({
      seconds: 25 + 20,
      most: 25 + 20,
      atMost: true,
      probed: ['lightgcn'],
      unknown: [],
    });
  });
});

describe('the median rule', () => {
  const run = (...values: (number | null)[]) => values;
  const peers = [run(1, 2, 3, 4, 5, 6), run(3, 3, 3, 3, 3, 3), run(9, 1, 1, 1, 1, 1)];

  it('compares best values so far after the same epoch', () => {
    // Best so far after epoch 6: 6, 3 and 9.
    expect(judgeByMedian(run(1, 1, 5.9, 1, 1, 1), peers)).toEqual({ epoch: 5, best: 5.9, median: 6, peers: 3 });
    expect(judgeByMedian(run(1, 1, 6, 1, 1, 1), peers)).toBeNull();
    expect(judgeByMedian(run(1, 1, 1, 1, 1, 5), [...peers, run(1, 1, 1, 1, 1, 4)])).toBeNull();
    expect(judgeByMedian(run(1, 1, 1, 1, 1, 4.9), [...peers, run(1, 1, 1, 1, 1, 4)])).toMatchObject({ median: 5 });
  });

  it('never judges within the grace, nor by fewer than three', () => {
    expect(judgeByMedian(run(0, 0, 0, 0, 0), peers)).toBeNull();
    expect(judgeByMedian(run(0, 0, 0, 0, 0, 0), peers.slice(1))).toBeNull();
  });

  it('looks at evaluated epochs alone, and lets one that ended earlier count with its best', () => {
    expect(judgeByMedian(run(0, 0, 0, 0, 0, 0, null), peers)).toBeNull();
    expect(judgeByMedian(run(null, 0, null, 0, null, 0, null, 0), peers)).toMatchObject({ epoch: 7, median: 6 });
    expect(judgeByMedian(run(0, 0, 0, 0, 0, 0), [...peers, run(null, null)])).toMatchObject({ peers: 3 });
  });
});
