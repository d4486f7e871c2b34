import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/domain/comparison';
import { convergenceOf, timedValues, timeUnit } from '../../src/domain/efficiency';
import { METRIC_KEYS, type Metrics } from '../../src/domain/metrics';
import { newRun, summarise, type EpochPoint, type RunSummary } from '../../src/domain/run';
import {
  costSpread,
  efficiencyPaper,
  efficiencyRows,
  efficiencyTable,
  timeSeries,
} from '../../src/features/compare/efficiencyRows';

const metrics = (value: number): Metrics =>
  Object.fromEntries(METRIC_KEYS.map((key) => [key, key === 'recall@20' ? value : 1 - value])) as Metrics;

/** One epoch a value, 2 s of training and 1 s of evaluation each; null: not evaluated. */
const epochsOf = (values: readonly (number | null)[], train = 2): EpochPoint[] =>
  values.map((value, epoch) => ({
    epoch,
    step: epoch + 1,
    learningRate: 0.001,
    terms: {},
    total: 0,
    valid: value === null ? null : metrics(value),
    trainSeconds: train,
    evaluateSeconds: value === null ? 0 : 1,
    ...(value !== null && { validLiked: metrics(value / 2) }),
  }));

describe('time until a run is nearly as good as it gets', () => {
  const epochs = epochsOf([0.1, null, 0.19, 0.18, 0.2, 0.19]);

  it('counts training and evaluation, and epochs without an evaluation too', () => {
    expect(timedValues(epochs, 'recall@20', 'all').map(({ epoch, seconds, value }) => [epoch, seconds, value])).toEqual(
      [
        [0, 3, 0.1],
        [2, 8, 0.19],
        [3, 11, 0.18],
        [4, 14, 0.2],
        [5, 17, 0.19],
      ],
    );
    expect(timedValues(epochs, 'recall@20', 'liked')[1]?.value).toBe(0.095);
  });

  it('ends at the first evaluation with 95 % of the best', () => {
    const found = convergenceOf(epochs, { stopMetric: 'recall@20' }, null);
    expect(found.best).toMatchObject({ epoch: 4, seconds: 14 });
    expect(found.t95).toMatchObject({ epoch: 2, seconds: 8 });
    expect(found.lastEpoch).toBe(5);
    // Another stopping metric is best elsewhere, and a run's own choice counts before the highest value.
    expect(convergenceOf(epochs, { stopMetric: 'ndcg@20' }, null).best?.epoch).toBe(0);
    expect(convergenceOf(epochs, { stopMetric: 'recall@20' }, 2)).toMatchObject({
      best: { epoch: 2 },
      t95: { epoch: 2 },
    });
  });

  it('has no end without a value above 0', () => {
    expect(convergenceOf([], {}, null)).toEqual({ evaluations: [], best: null, t95: null, lastEpoch: null });
    expect(convergenceOf(epochsOf([0, 0]), {}, 0).t95).toBeNull();
  });

  it('reads in a unit that fits', () => {
    expect([200, 301, 20_000].map((seconds) => timeUnit(seconds).seconds)).toEqual([1, 60, 3600]);
  });
});

describe('costs of settings', () => {
  const run = (id: string, seed: number, seconds: number): RunSummary => {
    const document = newRun(
      id,
      id,
      {
        model: 'bpr',
        config: {},
        seed,
        dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
        backend: 'wasm',
        allowSoftware: false,
      },
      '2026-01-01T00:00:00Z',
    );
    return {
      ...summarise(document),
      seconds,
      status: 'finished',
      memory: { tensors: 1, allocated: 2, peak: 3000 },
      result: { bestEpoch: 1, valid: metrics(0.2), test: metrics(0.2) },
    };
  };
  const settings = settingsOf([run('a', 1, 10), run('b', 2, 20)]);
  const epochs = new Map([
    ['a', epochsOf([0.1, 0.2])],
    ['b', epochsOf([0.1, 0.3, 0.2], 4)],
  ]);
  const rows = efficiencyRows(settings, epochs);

  it('are means and deviations over seeds', () => {
    const [row] = rows;
    expect(costSpread(row!, 'totalSeconds')).toEqual({ mean: 15, sd: Math.sqrt(50) });
    expect(costSpread(row!, 'trainSeconds')).toEqual({ mean: 3, sd: Math.SQRT2 });
    expect(costSpread(row!, 't95Seconds').mean).toBe((6 + 10) / 2);
    expect(costSpread(row!, 'lastEpoch').mean).toBe(2.5);
    expect(efficiencyTable(rows).rows[1]).toEqual(['BPR-MF', 2, 4, 20, 3000, 10, 2, 2, 3, null]);
    expect(
      efficiencyPaper(rows, 'Demo')
        .rows[0]!.map(({ text }) => text)
        .slice(0, 4),
    ).toEqual(['BPR-MF', '3.00 s ± 1.41 s', '15.0 s ± 7.1 s', '3 KB ± 0 B']);
  });

  it('are drawn over the mean time of the epochs that all seeds have', () => {
    const { series, label } = timeSeries(settings, epochs, 'recall@20', 'all');
    expect(label).toBe('seconds of working time');
    expect(series[0]?.points).toEqual([
      [4, 0.1],
      [8, 0.25],
    ]);
  });
});
