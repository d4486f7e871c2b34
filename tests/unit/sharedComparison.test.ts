import { describe, expect, it } from 'vitest';
import { byKey } from '../../src/domain/metrics';
import { defaultConfig } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import type { SharedStudy } from '../../src/domain/shared';
import type { SharedRun } from '../../src/domain/sharedRun';
import { settingSeries } from '../../src/features/compare/curves';
import { noCurvesWords, placeOf, sharedSettings } from '../../src/features/shared/sharedSettings';

const run = (model: ModelId, seed: number, recall: number | null, epochs: readonly number[] = []): SharedRun => ({
  model,
  config: defaultConfig(model),
  seed,
  name: `${model} ${seed}`,
  dataset: 0,
  backend: 'webgpu',
  device: 'NVIDIA H200',
  epochs: 9,
  result: recall === null ? null : { bestEpoch: 1, valid: byKey(() => recall), test: byKey(() => recall) },
  curves:
    epochs.length === 0
      ? null
      : { epochs, recall: epochs.map((epoch) => epoch / 10 + seed / 100), ndcg: epochs.map(() => 0.2) },
  routing: null,
});

const study = (runs: readonly SharedRun[], baselines?: readonly number[]): SharedStudy => ({
  datasets: [
    { name: 'Demo', fingerprint: 'ab'.repeat(32), users: 9, items: 9, interactions: 9, split: 'provided', demo: null },
  ],
  runs,
  ...(baselines && { baselines }),
});

describe('the settings of a shared study', () => {
  it('are its finished runs by everything but the seed, on their devices', () => {
    const { settings, baselines } = sharedSettings(
      study([run('lightgcn', 2, 0.2), run('bpr', 1, 0.1), run('lightgcn', 1, 0.3), run('bpr', 2, null)]),
    );
    expect(settings.map(({ label, runs }) => [label, runs.map(placeOf)])).toEqual([
      ['LightGCN', [2, 0]],
      ['BPR-MF', [1]],
    ]);
    expect(settings[0]!.runs[0]).toMatchObject({
      status: 'finished',
      device: { backend: 'webgpu', name: 'NVIDIA H200' },
    });
    expect(baselines).toEqual([]);
  });

  it('have baselines beside them, unless there is nothing else', () => {
    const runs = [run('lightgcn', 1, 0.2), run('mostpop', 1, 0.1)];
    const { settings, baselines } = sharedSettings(study(runs, [1]));
    expect(settings.map(({ label }) => label)).toEqual(['LightGCN']);
    expect(baselines.map(({ label }) => label)).toEqual(['Popularity (baseline)']);
    const alone = sharedSettings(study(runs.slice(1), [0]));
    expect(alone.settings.map(({ label }) => label)).toEqual(['Popularity']);
    expect(alone.baselines).toEqual([]);
  });
});

describe('the curves of a shared study', () => {
  it('are means over seeds where all seeds have the epoch, thinned as each is', () => {
    const { settings, epochs } = sharedSettings(
      study([run('lightgcn', 1, 0.2, [0, 2, 4, 5]), run('lightgcn', 2, 0.2, [0, 1, 2, 4])]),
    );
    const [line] = settingSeries(settings, epochs, 'recall@20', 'all');
    expect(line!.points.map(([x, y]) => [x, Number(y.toFixed(4))])).toEqual([
      [1, 0.015],
      [3, 0.215],
      [5, 0.415],
    ]);
    expect(line!.band).toHaveLength(3);
  });

  it('are those of two metrics; of others, and without any, it is said why there are none', () => {
    const whole = study([run('lightgcn', 1, 0.2, [0, 1])]);
    const { settings, epochs } = sharedSettings(whole);
    expect(settingSeries(settings, epochs, 'ndcg@20', 'all')[0]!.points).toHaveLength(2);
    expect(settingSeries(settings, epochs, 'recall@10', 'all')[0]!.points).toEqual([]);
    expect(noCurvesWords(whole)).toContain('Recall@20 and NDCG@20 only');
    expect(noCurvesWords(study([run('lightgcn', 1, 0.2)]))).toContain('without curves');
  });
});
