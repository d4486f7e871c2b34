import { describe, expect, it } from 'vitest';
import { ablationRows, ablationRuns } from '../../src/domain/ablation';
import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import { completeConfig, defaultConfig, modelTable } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type DataNeed, type ModelId } from '../../src/domain/models/table';
import { cautionsFor, configLacks, lacking, recommendedFor } from '../../src/domain/needs';
import { prerequisiteOf, pretrainedSource, sameExperiment } from '../../src/domain/prerequisite';
import { presetsFor, RECOMMENDED, startConfig } from '../../src/domain/presets';
import type { Experiment } from '../../src/domain/run';

type Dataset = Pick<DatasetDocument, 'name' | 'features' | 'statistics'>;

interface Shape {
  readonly features?: readonly (readonly ['item' | 'user', string])[];
  readonly ratings?: boolean;
  /** `[degree, users]` */
  readonly degrees?: readonly (readonly [number, number])[];
  readonly train?: number;
}

/** A dataset in which 80 % of the interactions are for training. */
function dataset({
  features = [
    ['item', 'image'],
    ['item', 'text'],
  ],
  ratings = false,
  degrees = [[10, 100]],
  train = 0.8,
}: Shape = {}): Dataset {
  const users = degrees.reduce((sum, [, count]) => sum + count, 0);
  const interactions = degrees.reduce((sum, [degree, count]) => sum + degree * count, 0);
  const part = (share: number) => ({ interactions: Math.round(share * interactions), users, items: 50 });
  return {
    name: 'Plain',
    features: features.map(([scope, key]) => ({ scope, key, rows: 50, columns: 4 })),
    statistics: {
      splits: { train: part(train), valid: part((1 - train) / 2), test: part((1 - train) / 2) },
      userDegrees: degrees,
      ratings: ratings
        ? [
            [1, 3],
            [5, 4],
          ]
        : null,
    },
  } as unknown as Dataset;
}

const experiment = (model: ModelId, changes: Config = {}, seed = 7): Experiment => ({
  model,
  config: completeConfig(model, changes),
  seed,
  dataset: { id: 'd', name: 'Plain', fingerprint: 'f' },
  backend: 'wasm',
  allowSoftware: false,
});

describe('what a dataset lacks', () => {
  const cases: readonly (readonly [DataNeed, Shape])[] = [
    ['profiles', { features: [['user', 'user_preferences']] }],
    ['attributes', { features: [['item', 'attribute_1']] }],
    ['preferredPairs', { features: [['user', 'user_pairs']] }],
    ['textVectors', { features: [['item', 'text']] }],
    ['imageVectors', { features: [['item', 'image']] }],
    ['pretrained', { features: [['item', 'pretrained']] }],
    ['ratings', { ratings: true }],
  ];
  for (const [need, shape] of cases) {
    it(`is said of ${need} where it is missing, and only there`, () => {
      expect(lacking(need, dataset({ features: [['item', 'audio']] }))).toContain('Plain has no');
      expect(lacking(need, dataset(shape))).toBeNull();
    });
  }

  it('is not made up for by features of the other side', () => {
    expect(lacking('profiles', dataset({ features: [['item', 'user_preferences']] }))).not.toBeNull();
    expect(lacking('textVectors', dataset({ features: [['user', 'text']] }))).not.toBeNull();
    expect(lacking('profiles', dataset({ features: [['user', 'user_pairs']] }))).not.toBeNull();
  });

  it('keeps a configuration from running only where the choice has an effect', () => {
    expect(configLacks('mllmrec', completeConfig('mllmrec', {}), dataset())).toContain('“User vectors”');
    expect(configLacks('mllmrec', completeConfig('mllmrec', { profiles: 'history' }), dataset())).toBeNull();
    expect(
      configLacks(
        'mllmrec',
        completeConfig('mllmrec', { profiles: 'history', itemVectors: 'text' }),
        dataset({ features: [['item', 'image']] }),
      ),
    ).toContain('“Item vectors”');
    expect(configLacks('egra', completeConfig('egra', { pretrained: 'imported' }), dataset())).toContain(
      'pretrained_feat.npy',
    );
    expect(
      configLacks('egra', completeConfig('egra', { pretrained: 'imported', enhancedGraph: false }), dataset()),
    ).toBeNull();
    expect(configLacks('lightgcn', completeConfig('lightgcn', { pretrained: 'imported' }), dataset())).toBeNull();
    expect(
      configLacks('lightgcn', completeConfig('lightgcn', { pretrained: 'imported', edgeEnhancer: '+E' }), dataset()),
    ).not.toBeNull();
  });

  it('is a caution where the run can go on without it', () => {
    const of = (model: ModelId, changes: Config, shape: Shape = {}): readonly string[] =>
      cautionsFor(model, completeConfig(model, changes), dataset(shape));
    expect(of('simgr', {})).toHaveLength(1);
    expect(of('simgr', {}, { ratings: true })).toEqual([]);
    expect(of('mllmrec', { profiles: 'history' })[0]).toContain('mean of the training history');
    expect(of('mllmrec', { profiles: 'random' })[0]).toContain('random and trained');
    expect(of('mllmrec', {}, { features: [['user', 'user_preferences']] })).toEqual([]);
    // Eight training items a user: 150 induced edges are 18.8 for each of them, but 4 · 1 neighbours allow no more than four.
    expect(of('magnet', {})[0]).toContain('18.8');
    expect(of('magnet', {})[0]).toContain('r = 16');
    expect(of('magnet', { neighbours: 2, inducedPerUser: 150 })[0]).toContain('4.0');
    expect(of('magnet', { neighbours: 1 })).toEqual([]);
    expect(of('magnet', { inducedPerUser: 24 })).toEqual([]);
    expect(of('magnet', { view: 'single' })).toEqual([]);
  });
});

describe('what is recommended', () => {
  it('for MAGNET is a single view where most users have at most three training interactions, else twice the mean history', () => {
    const of = (degrees: Shape['degrees']): Config =>
      recommendedFor('magnet', dataset({ ...(degrees && { degrees }) }));
    expect(
      of([
        [4, 60],
        [40, 40],
      ]),
    ).toMatchObject({ view: 'single' });
    expect(
      of([
        [4, 40],
        [20, 60],
      ]),
    ).toMatchObject({ view: 'dual', inducedPerUser: Math.round((2 * 0.8 * (160 + 1200)) / 100) });
    expect(of([[5, 100]])).toMatchObject({ view: 'dual', inducedPerUser: 10 });
  });

  it('for MAGNET is a patience of as many steps, however few an epoch has, and never less than the paper’s', () => {
    // One, eight and a few thousand steps an epoch.
    const patience = [100, 1000, 1e6].map(
      (users) => recommendedFor('magnet', dataset({ degrees: [[10, users]] }))['patience'],
    );
    expect(patience).toEqual([250, 32, 5]);
  });

  it('for EGRA is a batch with which an epoch has twenty steps and more, where there are enough interactions', () => {
    const batch = [20, 1000, 3000, 6000, 1e6].map(
      (users) => recommendedFor('egra', dataset({ degrees: [[10, users]] }))['batchSize'],
    );
    // 160, 8,000, 24,000, 48,000 and eight million training interactions.
    expect(batch).toEqual([128, 256, 1024, undefined, undefined]);
  });

  it('for MLLMRec is a stand-in where there are no profiles, and for others nothing', () => {
    expect(recommendedFor('mllmrec', dataset())).toEqual({ profiles: 'history' });
    expect(recommendedFor('mllmrec', dataset({ features: [['user', 'user_preferences']] }))).toEqual({});
    expect(recommendedFor('bpr', dataset())).toEqual({});
  });
});

describe('presets', () => {
  it('start with the recommendation where the model has one and the dataset is known', () => {
    expect(presetsFor('magnet', dataset()).map(({ id }) => id)).toEqual([
      RECOMMENDED,
      'paper-baby',
      'paper-sports',
      'paper-clothing',
      'paper-electronics',
    ]);
    expect(presetsFor('magnet', null)[0]?.id).toBe('paper-baby');
    expect(presetsFor('egra', dataset()).map(({ id }) => id)).toEqual([RECOMMENDED, 'paper', 'paper-baby']);
    expect(presetsFor('lightgcn', dataset())).toEqual([]);
  });

  it('lie between the defaults and what a person changes', () => {
    const start = (preset: string | null, changes: Config = {}): Config =>
      startConfig('magnet', preset, changes, dataset());
    expect(start(null)).toEqual({ ...defaultConfig('magnet'), ...recommendedFor('magnet', dataset()) });
    expect(start(RECOMMENDED)).toEqual(start(null));
    expect(start(null)).not.toEqual(defaultConfig('magnet'));
    expect(start('paper-sports')).toMatchObject({
      userCue: 'history',
      featureScale: 'none',
      minCoverageEpochs: 0,
      delta: 0.4,
      learningRate: 1.5e-3,
      inducedPerUser: 200,
      alpha: 0.6,
    });
    expect(start('paper-sports', { delta: 0.1, epochs: 3 })).toMatchObject({
      delta: 0.1,
      epochs: 3,
      learningRate: 1.5e-3,
    });
    expect(startConfig('bpr', RECOMMENDED, { epochs: 2 }, dataset())).toEqual({ ...defaultConfig('bpr'), epochs: 2 });
  });

  it('that do not exist are refused with those that do', () => {
    const refused = (model: ModelId): AppError | null => {
      try {
        startConfig(model, 'nonsense', {}, dataset());
      } catch (error) {
        if (error instanceof AppError) return error;
      }
      return null;
    };
    expect(refused('egra')).toMatchObject({ code: 'CONFIG_INVALID', hint: 'It has: recommended, paper, paper-baby.' });
    expect(refused('bpr')).toMatchObject({ code: 'CONFIG_INVALID', hint: 'It has no presets.' });
  });
});

describe('pre-training', () => {
  it('is asked for only where its embeddings are used', () => {
    const source = (model: ModelId, changes: Config = {}): string | null =>
      pretrainedSource(model, completeConfig(model, changes));
    expect([
      source('egra'),
      source('egra', { pretrained: 'random' }),
      source('egra', { enhancedGraph: false }),
    ]).toEqual(['mgcn', 'random', null]);
    expect([
      source('mgcn'),
      source('mgcn', { edgeEnhancer: '+G' }),
      source('mgcn', { edgeEnhancer: '+E', pretrained: 'bpr' }),
    ]).toEqual([null, null, 'bpr']);
    expect([source('bpr'), source('magnet')]).toEqual([null, null]);
  });

  it('is a run of its own with that model’s defaults, the same seed, data, size and batch', () => {
    const wanted = prerequisiteOf(
      experiment('egra', {
        pretrained: 'lightgcn',
        embeddingSize: 32,
        pretrainingEpochs: 50,
        batchSize: 512,
        userItemLayers: 2,
      }),
    );
    expect(wanted).toEqual(experiment('lightgcn', { embeddingSize: 32, epochs: 50, batchSize: 512 }));
    for (const pretrained of ['random', 'imported'])
      expect(prerequisiteOf(experiment('egra', { pretrained }))).toBeNull();
    expect(prerequisiteOf(experiment('lightgcn'))).toBeNull();
  });

  it('is used again by an experiment with the same numbers, on whichever device', () => {
    const own = experiment('mgcn');
    expect(sameExperiment(own, { ...own, backend: 'webgpu', allowSoftware: true, config: {} })).toBe(true);
    const others: Experiment[] = [
      { ...own, seed: 8 },
      { ...own, dataset: { ...own.dataset, fingerprint: 'g' } },
      experiment('mgcn', { neighbours: 9 }),
      { ...own, model: 'lattice', config: {} },
    ];
    for (const other of others) expect(sameExperiment(own, other)).toBe(false);
    expect(sameExperiment(own, { ...own, dataset: { ...own.dataset, id: 'elsewhere', name: 'Other' } })).toBe(true);
  });
});

describe('an ablation table', () => {
  for (const id of MODEL_IDS) {
    it(`of ${id} has the full model first, and rows that change nothing but what they name`, () => {
      const full = experiment(id, { epochs: 5, embeddingSize: 32 });
      const rows = ablationRows(full, dataset({ features: [] }), null);
      const ablations = modelTable(id).ablations ?? [];
      expect(rows.map((row) => row.id)).toEqual(['full', ...ablations.map((ablation) => ablation.id)]);
      expect(rows[0]!.experiment.config).toEqual(full.config);
      rows.slice(1).forEach((row, place) => {
        const { config, needs } = ablations[place]!;
        expect(row.experiment.config).toEqual({ ...full.config, ...config });
        expect(row.reason === null).toBe(needs === undefined);
      });
    });
  }

  it('gives a fixed switch half the steps of a finished run', () => {
    const full = experiment('magnet');
    const switchOf = (steps: number | null): unknown =>
      ablationRows(full, dataset(), steps).find(({ id }) => id === 'fixed')?.experiment.config['switchStep'];
    expect([switchOf(null), switchOf(301), switchOf(40)]).toEqual([full.config['switchStep'], 151, 20]);
    expect(
      ablationRows(full, dataset(), 301).find(({ id }) => id === 'coverage')?.experiment.config['switchStep'],
    ).toBe(full.config['switchStep']);
  });

  it('becomes runs seed by seed, named by their rows', () => {
    const rows = ablationRows(experiment('lightgcn'), dataset(), null);
    const runs = ablationRuns(rows, [9, 4], { id: 'g', name: 'set' });
    expect(runs.map(({ experiment: { seed }, group }) => [seed, group.variant])).toEqual([
      [9, 'LightGCN'],
      [9, '+E'],
      [9, '+G'],
      [4, 'LightGCN'],
      [4, '+E'],
      [4, '+G'],
    ]);
    expect(runs.every(({ group }) => group.id === 'g' && group.name === 'set')).toBe(true);
    expect(runs[5]!.experiment).toEqual(experiment('lightgcn', { edgeEnhancer: '+G' }, 4));
  });
});
