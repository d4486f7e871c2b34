import { describe, expect, it } from 'vitest';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { defaultConfig, modelTable } from '../../../src/domain/models/catalogue';
import { newRun, summarise, type EpochPoint } from '../../../src/domain/run';
import {
  epochsTable,
  lossSeries,
  median,
  metricSeries,
  scalarsTable,
  shortMetric,
  stepsPerEpochOf,
  thirdSeries,
  type Curves,
} from '../../../src/features/readings/curves';
import { filterRuns, NO_FILTER } from '../../../src/features/runs/filter';
import { unitHistogram } from '../../../src/features/runs/userRows';
import { itemPopularity, ranked, userView } from '../../../workers/analysis/userResults';
import type { RunDetails } from '../../../src/storage/runs';

const metrics = (value: number) => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
const epoch = (index: number, valid: Metrics | null): EpochPoint => ({
  epoch: index,
  step: (index + 1) * 10,
  learningRate: 1e-3,
  terms: { bpr: 0.5 },
  total: 0.6,
  valid,
  trainSeconds: 2,
  evaluateSeconds: 1,
});

describe('curves', () => {
  const curves: Curves = {
    stepsPerEpoch: 10,
    epochs: [epoch(0, metrics(0.1)), epoch(1, null), epoch(2, metrics(0.2))],
    intervals: [
      { step: 5, epoch: 0, terms: { reg: 0.1, bpr: 0.5, extra: 1 }, total: 1.6 },
      { step: 10, epoch: 0, terms: { reg: 0.1, bpr: 0.4, extra: 1 }, total: 1.5 },
    ],
  };

  it('share one x: epochs done', () => {
    expect(lossSeries(curves, modelTable('lightgcn'))[0]?.points).toEqual([
      [0.5, 0.5],
      [1, 0.4],
    ]);
    expect(metricSeries(curves, ['recall@20'])).toEqual([
      {
        name: 'R@20',
        kind: 'evaluation',
        points: [
          [1, 0.1],
          [3, 0.2],
        ],
      },
    ]);
  });

  it('list the terms as the model does, unknown ones after them, the sum last', () => {
    expect(lossSeries(curves, modelTable('lightgcn')).map(({ name }) => name)).toEqual(['BPR', 'L2', 'extra', 'total']);
  });

  it('offer every cutoff, the learning rate and the times', () => {
    expect(thirdSeries(curves, 'map').map(({ name }) => name)).toEqual(['M@5', 'M@10', 'M@20', 'M@50']);
    expect(thirdSeries(curves, 'learningRate')[0]?.points).toHaveLength(3);
    expect(thirdSeries(curves, 'seconds').map(({ name }) => name)).toEqual(['training', 'evaluation']);
  });

  it('know the steps of an epoch without being told', () => {
    expect(stepsPerEpochOf(58, [])).toBe(58);
    expect(stepsPerEpochOf(0, curves.epochs)).toBe(10);
    expect(stepsPerEpochOf(0, [])).toBe(1);
  });

  it('become a table of one row per epoch, counted from 1, empty where nothing was evaluated', () => {
    const table = epochsTable(curves.epochs, null);
    expect(table.columns.slice(0, 6)).toEqual([
      'epoch',
      'step',
      'learning_rate',
      'loss_bpr',
      'loss_total',
      'valid_recall@5',
    ]);
    expect(table.rows[0]?.slice(0, 6)).toEqual([1, 10, 1e-3, 0.5, 0.6, 0.1]);
    expect(table.rows[1]?.[5]).toBeNull();
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  it('become rows of run, tag, step and value, without what was not measured', () => {
    const { columns, rows } = scalarsTable('a run', curves.epochs, null);
    expect(columns).toEqual(['run', 'tag', 'step', 'value']);
    expect(rows.filter(([, tag]) => tag === 'loss_bpr')).toEqual(
      curves.epochs.map(({ step, terms }) => ['a run', 'loss_bpr', step, terms['bpr']]),
    );
    expect(rows.filter(([, tag]) => tag === 'valid_recall@5').map(([, , step]) => step)).toEqual(
      curves.epochs.filter(({ valid }) => valid).map(({ step }) => step),
    );
    expect(rows.some(([, tag, , value]) => tag === 'epoch' || tag === 'step' || value === null)).toBe(false);
    expect(scalarsTable('a run', curves.epochs, 'A stand-in.').rows[0]?.at(-1)).toBe('A stand-in.');
  });

  it('have short names and a median', () => {
    expect(shortMetric('ndcg@10')).toBe('N@10');
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, null]);
  });
});

describe('the list', () => {
  const run = (id: string, seed: number, status: 'finished' | 'failed', notes = '') =>
    summarise({
      ...newRun(
        id,
        `LightGCN · Demo · seed ${seed}`,
        {
          model: 'lightgcn',
          config: { ...defaultConfig('lightgcn'), layers: seed },
          seed,
          dataset: { id: 'd', name: 'Demo', fingerprint: '' },
          backend: 'auto',
          allowSoftware: false,
        },
        '',
      ),
      status,
      notes,
    });
  const runs = [run('a', 1, 'finished'), run('b', 2, 'failed', 'Odd loss'), run('c', 3, 'finished')];
  const ids = (filter: Partial<typeof NO_FILTER>): string[] =>
    filterRuns(runs, { ...NO_FILTER, ...filter }).map(({ id }) => id);

  it('is narrowed by words in name, note and configuration, by model, dataset and status', () => {
    expect(ids({})).toEqual(['a', 'b', 'c']);
    expect(ids({ text: 'ODD lightgcn' })).toEqual(['b']);
    expect(ids({ text: 'layers=3' })).toEqual(['c']);
    expect(ids({ status: 'finished', dataset: 'Demo', model: 'lightgcn' })).toEqual(['a', 'c']);
    expect(ids({ model: 'mgcn' })).toEqual([]);
  });

  it('is narrowed by comparisons of options, seed, model, dataset and status', () => {
    expect(ids({ text: 'layers<3' })).toEqual(['a', 'b']);
    expect(ids({ text: 'layers>=2 seed<3' })).toEqual(['b']);
    expect(ids({ text: 'seed=2' })).toEqual(['b']);
    expect(ids({ text: 'learningRate<0.01' })).toEqual(['a', 'b', 'c']);
    expect(ids({ text: 'learningrate>0.01' })).toEqual([]);
    expect(ids({ text: 'model=lightgcn status=finished' })).toEqual(['a', 'c']);
    expect(ids({ text: 'model=mgcn' })).toEqual([]);
    expect(ids({ text: 'dataset=demo status=failed' })).toEqual(['b']);
    // 1 is not 10, and an unknown key is a word like any other.
    expect(ids({ text: 'layers=30' })).toEqual([]);
    expect(ids({ text: 'nothing=3' })).toEqual([]);
  });
});

describe('a user', () => {
  const interactions = {
    users: Int32Array.of(0, 0, 1, 1, 1, 2),
    items: Int32Array.of(3, 1, 3, 0, 2, 3),
    ratings: null,
    timestamps: null,
    split: Uint8Array.of(0, 2, 0, 2, 2, 0),
  };
  const values = Object.fromEntries(
    METRIC_KEYS.map((key) => [key, Float32Array.of(1, 0.5)]),
  ) as RunDetails['perUser']['values'];
  const details: RunDetails = {
    perUser: { users: Int32Array.of(0, 1), values },
    cutoff: 3,
    topItems: Int32Array.of(1, 2, 0, 2, 1, -1),
    topScores: Float32Array.of(3, 2, 1, 3, 2, 0),
  };
  const popularity = itemPopularity(interactions);

  it('has a history, hits in the top list, and what was missed', () => {
    const view = userView(details, 1, interactions, popularity);
    expect(view.top.map(({ item, hit }) => [item, hit])).toEqual([
      [2, true],
      [1, false],
    ]);
    expect(view.missed).toEqual([{ item: 0, popularity: 0 }]);
    expect(view.history).toBe(1);
    expect([...popularity]).toEqual([0, 0, 0, 3]);
  });

  it('stands in a distribution over [0, 1]', () => {
    expect(unitHistogram(Float32Array.of(0, 0.5, 1), 2)).toEqual({ edges: [0, 0.5, 1], counts: [1, 2] });
    expect([...ranked(Float32Array.of(0.5, 0, 0.5, 1))]).toEqual([1, 0, 2, 3]);
  });
});
