import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../../src/domain/dataset';
import { defaultConfig, modelTable } from '../../../src/domain/models/catalogue';
import {
  draftConfig,
  draftLike,
  EMPTY_DRAFT,
  parseDraft,
  parseSeeds,
  SEED_OFFERS,
  withConfig,
} from '../../../src/features/drafts/draft';
import { needsProblem } from '../../../src/features/experiments/needs';
import { isRecommendation, lackingChoices, optionsOfGroup, presetButtons } from '../../../src/features/drafts/options';
import { memoryDatabase } from '../../../src/storage/database';
import { generateDemo } from '../../../workers/dataset/demo';

describe('seeds', () => {
  it('are read from a list', () => {
    expect(parseSeeds('999').seeds).toEqual([999]);
    expect(parseSeeds(' 9, 672,5368 12784; 2025 ').seeds).toEqual([9, 672, 5368, 12784, 2025]);
    for (const offer of SEED_OFFERS) expect(parseSeeds(offer.seeds).problem).toBeNull();
  });

  it('are refused in words', () => {
    expect(parseSeeds('').problem).toBe('Enter at least one seed.');
    expect(parseSeeds('1, 2.5').problem).toContain('“2.5” is not a seed');
    expect(parseSeeds('-1').problem).toContain('“-1”');
    expect(parseSeeds('4294967296').problem).toContain('4,294,967,295');
    expect(parseSeeds('7, 7').problem).toBe('Seed 7 is given twice.');
  });
});

describe('a draft', () => {
  it('keeps what was changed for each model', () => {
    const changed = withConfig(EMPTY_DRAFT, { ...defaultConfig('lightgcn'), layers: 3 });
    const other = withConfig({ ...changed, model: 'bpr' }, { ...defaultConfig('bpr'), learningRate: 0.01 });
    expect(draftConfig({ ...other, model: 'lightgcn' })['layers']).toBe(3);
    expect(draftConfig(other)['learningRate']).toBe(0.01);
    expect(other.changes).toEqual({ lightgcn: { layers: 3 }, bpr: { learningRate: 0.01 } });
  });

  it('is filled in as an earlier experiment was, and keeps what was typed for other models', () => {
    const typed = withConfig(EMPTY_DRAFT, { ...defaultConfig('lightgcn'), layers: 3 });
    const draft = draftLike(typed, {
      model: 'bpr',
      config: { ...defaultConfig('bpr'), batchSize: 512 },
      seed: 42,
      backend: 'wasm',
    });
    expect(draft).toEqual({
      model: 'bpr',
      seeds: '42',
      backend: 'wasm',
      changes: { lightgcn: { layers: 3 }, bpr: { batchSize: 512 } },
    });
  });

  it('comes back from storage without options that no longer exist, and only if it is one', () => {
    const stored = {
      model: 'lightgcn',
      changes: { lightgcn: { layers: 3, gone: 1 }, unknown: { a: 1 } },
      seeds: '1',
      backend: null,
    };
    expect(parseDraft(stored)).toEqual({ ...stored, changes: { lightgcn: { layers: 3 } } });
    expect(parseDraft({ ...stored, model: 'nonsense' })).toBeNull();
    expect(parseDraft(undefined)).toBeNull();
  });
});

describe('what a model needs', () => {
  const dataset = (scopes: ('item' | 'user')[]) =>
    ({ name: 'Plain', features: scopes.map((scope) => ({ scope })) }) as unknown as DatasetDocument;

  it('is explained when the dataset does not have it', () => {
    const problem = needsProblem(modelTable('mgcn'), dataset(['user']));
    expect(problem?.message).toBe('MGCN needs 1 item feature matrix, and Plain has none.');
    expect(problem?.hint).toContain('LightGCN');
    expect(needsProblem(modelTable('mgcn'), dataset(['item']))).toBeNull();
    expect(needsProblem(modelTable('lightgcn'), dataset([]))).toBeNull();
  });
});

describe('the options as the form shows them', () => {
  it('put aside what has no effect and was left alone, with the reason', () => {
    const fixed = optionsOfGroup('magnet', 'loss', defaultConfig('magnet')).hidden.find(
      ({ option }) => option.key === 'switchStep',
    );
    expect(fixed?.idle).toBe('No effect while “Stages” is “by entropy”.');
    const touched = optionsOfGroup('magnet', 'loss', { ...defaultConfig('magnet'), switchStep: 7 });
    expect(touched.shown.map(({ option }) => option.key)).toContain('switchStep');
    expect(
      optionsOfGroup('egra', 'graph', { ...defaultConfig('egra'), enhancedGraph: false }).hidden.map(
        ({ option }) => option.key,
      ),
    ).toContain('pretrained');
  });

  it('offer the recommendation, the papers’ settings and the defaults, and know which of them stands', async () => {
    const demo = await generateDemo(memoryDatabase(), 'small', { seed: 7, users: 60, items: 40, variant: 'plain' });
    const buttons = presetButtons('magnet', draftConfig({ ...EMPTY_DRAFT, model: 'magnet' }, demo), demo);
    expect(buttons.map(({ label }) => label)).toEqual([
      'Recommended for this dataset',
      'Paper: Baby',
      'Paper: Sports',
      'Paper: Clothing',
      'Paper: Electronics',
      'All defaults',
    ]);
    expect(buttons.filter(({ pressed }) => pressed).map(({ id }) => id)).toEqual(['recommended']);
    expect(buttons.filter(isRecommendation)).toHaveLength(1);
    const paper = buttons.find(({ id }) => id === 'paper-sports');
    expect(
      presetButtons('magnet', { ...defaultConfig('magnet'), ...paper?.changes }, demo).find(({ pressed }) => pressed)
        ?.id,
    ).toBe('paper-sports');
    expect(
      presetButtons('magnet', { ...defaultConfig('magnet'), layers: 3 }, demo).some(({ pressed }) => pressed),
    ).toBe(false);
  });

  it('name the data that a choice needs and the dataset lacks', async () => {
    const demo = await generateDemo(memoryDatabase(), 'small', { seed: 7, users: 60, items: 40, variant: 'plain' });
    const profiles = modelTable('mllmrec').options.find(({ key }) => key === 'profiles');
    if (!profiles) throw new Error('MLLMRec has lost its user vectors');
    expect([...lackingChoices(profiles, demo)]).toEqual([
      ['file', 'Demo has no user profile vectors (user_preferences_feat.npy).'],
    ]);
    expect(lackingChoices(profiles, null).size).toBe(0);
  });
});
