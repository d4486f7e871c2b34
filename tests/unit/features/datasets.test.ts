import { describe, expect, it } from 'vitest';
import { memoryDatabase } from '../../../src/storage/database';
import { generateDemo } from '../../../workers/dataset/demo';
import {
  DEFAULT_DRAFT,
  draftErrors,
  optionsOf,
  optionsSummary,
  suggestedName,
} from '../../../src/features/datasets/importDraft';
import { modelCautions } from '../../../src/features/datasets/cautions';
import { ratingBins } from '../../../src/features/datasets/ratingBins';

const named = (...paths: string[]) => paths.map((path) => ({ path, file: new Blob([]) }));

describe('the suggested name of a dataset', () => {
  it('is the folder, the only file without its ending, or the interaction file', () => {
    expect(suggestedName(named('baby/baby.inter', 'baby/image_feat.npy'))).toBe('baby');
    expect(suggestedName(named('tiktok.zip'))).toBe('tiktok');
    expect(suggestedName(named('sports.inter.gz'))).toBe('sports');
    expect(suggestedName(named('image_feat.npy', 'sports.inter'))).toBe('sports');
  });
});

describe('import options as typed', () => {
  it('become numbers', () => {
    expect(optionsOf({ ...DEFAULT_DRAFT, kCore: ' 5 ' }, 'baby')).toEqual({
      name: 'baby',
      splitRule: 'perUserRandom',
      splitSeed: 999,
      kCore: 5,
      minUserInteractions: 0,
    });
    expect(optionsSummary({ ...DEFAULT_DRAFT, kCore: '5' })).toContain('5-core');
  });

  it('are refused by field when they are not whole numbers in range', () => {
    for (const wrong of ['', '-1', '1.5', 'x', '1001']) {
      expect(Object.keys(draftErrors({ ...DEFAULT_DRAFT, kCore: wrong }))).toEqual(['kCore']);
      expect(optionsOf({ ...DEFAULT_DRAFT, kCore: wrong }, 'baby')).toBeNull();
    }
  });
});

describe('bins of ratings', () => {
  it('are centred on the values of a scale, gaps included', () => {
    expect(
      ratingBins([
        [1, 3],
        [2, 0],
        [4, 7],
        [5, 9],
      ]),
    ).toEqual({ edges: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], counts: [3, 0, 0, 7, 9] });
  });

  it('divide a fine range evenly and lose nothing', () => {
    const fine = Array.from({ length: 200 }, (_, i): [number, number] => [i ** 1.5, 2]);
    const { edges, counts } = ratingBins(fine);
    expect(edges).toHaveLength(counts.length + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(400);
  });
});

describe('cautions of models', () => {
  it('name the model, and the preset where only that calls for one', async () => {
    const demo = await generateDemo(memoryDatabase(), 'small', { seed: 7, users: 60, items: 40, variant: 'plain' });
    const cautions = (of: typeof demo) => modelCautions(of).map(({ model, text }) => `${model}: ${text.split('.')[0]}`);
    expect(cautions(demo)).toEqual([
      expect.stringMatching(/^LLMRec: The dataset has no profiles/),
      'MLLMRec: User vectors will be a stand-in: the mean of the training history’s item vectors instead of profiles',
      expect.stringMatching(/^MAGNET, “Paper: Baby”: Up to \d+/),
    ]);
    expect(cautions({ ...demo, statistics: { ...demo.statistics, ratings: null } })).toContainEqual(
      expect.stringMatching(/^SiMGR: Demo has no ratings/),
    );
    expect(modelCautions({ ...demo, features: [] })).toEqual([]);
  });
});
