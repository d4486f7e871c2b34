import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runName } from '../../src/domain/runName';
import { AppError } from '../../src/domain/errors';
import {
  changedOptions,
  completeConfig,
  configProblems,
  defaultConfig,
  idleBecause,
  isModelId,
  MODEL_TABLES,
  REFERENCE_IDS,
  REFERENCE_TABLES,
  modelTable,
  negativesOf,
  protocolOf,
  typedConfig,
} from '../../src/domain/models/catalogue';
import { optionProblem, parseOption } from '../../src/domain/models/config';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { casesOf } from '../helpers/cases';
import { table as bpr } from '../../workers/models/bpr/table';
import { type BooleanOption, type ChoiceOption, type Config, type NumberOption } from '../../src/domain/models/table';

const FOLDERS = new URL('../../workers/models/', import.meta.url);

const base = { key: 'x', label: 'The option', help: 'Help.', group: 'model', sweep: false } as const;
const integer: NumberOption = { ...base, type: 'integer', default: 2, min: 1, max: 8 };
const number: NumberOption = { ...base, type: 'number', default: 0.5, min: 0, max: 1 };
const choice: ChoiceOption = {
  ...base,
  type: 'choice',
  default: 'a',
  choices: [
    { value: 'a', label: 'A' },
    { value: 'b', label: 'B' },
  ],
};
const boolean: BooleanOption = { ...base, type: 'boolean', default: true };

function codeOf(work: () => unknown): { code: string; option: unknown } {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) {
      expect(error.message).toMatch(/^\S.*\.$/);
      expect(error.hint).toMatch(/^\S.*\.$/);
      return { code: error.code, option: error.context['option'] };
    }
  }
  return { code: 'nothing was thrown', option: null };
}

describe('values of an option', () => {
  it('are checked by kind', () => {
    expect([1, 2, 8].map((value) => optionProblem(integer, value))).toEqual([null, null, null]);
    expect([0, 1, 0.25].map((value) => optionProblem(number, value))).toEqual([null, null, null]);
    expect([optionProblem(choice, 'b'), optionProblem(boolean, false)]).toEqual([null, null]);
  });

  it('that are not acceptable are named in words', () => {
    for (const value of [NaN, Infinity, -Infinity, '2', true, undefined]) {
      expect(optionProblem(integer, value)).toBe('The option must be a number.');
      expect(optionProblem(number, value)).toBe('The option must be a number.');
    }
    expect(optionProblem(integer, 2.5)).toBe('The option must be a whole number.');
    expect([0, 9].map((value) => optionProblem(integer, value))).toEqual(
      Array(2).fill('The option must be between 1 and 8.'),
    );
    expect([-1e-9, 1 + 1e-9].map((value) => optionProblem(number, value))).toEqual(
      Array(2).fill('The option must be between 0 and 1.'),
    );
    for (const value of ['c', 'A', '', 0, undefined, 'toString'])
      expect(optionProblem(choice, value)).toBe('The option must be one of: a, b.');
    for (const value of ['true', 1, undefined])
      expect(optionProblem(boolean, value)).toBe('The option must be on or off.');
    const size: NumberOption = { ...integer, multipleOf: 4, max: 100 };
    expect(optionProblem(size, 8)).toBeNull();
    expect(optionProblem(size, 6)).toBe('The option must be a multiple of 4.');
  });

  it('are read from text', () => {
    expect(parseOption(integer, '3')).toBe(3);
    expect(parseOption(number, '2.5e-1')).toBe(0.25);
    expect(parseOption(choice, 'b')).toBe('b');
    expect([parseOption(boolean, 'true'), parseOption(boolean, 'false')]).toEqual([true, false]);
    for (const text of ['', ' ', 'x', '1,5', '3.5', '9', 'NaN', 'Infinity', '1e999'])
      expect(codeOf(() => parseOption(integer, text))).toEqual({ code: 'CONFIG_INVALID', option: 'x' });
    for (const text of ['yes', '1', 'True', ''])
      expect(codeOf(() => parseOption(boolean, text)).code).toBe('CONFIG_INVALID');
    for (const text of ['c', '', '__proto__'])
      expect(codeOf(() => parseOption(choice, text)).code).toBe('CONFIG_INVALID');
  });
});

describe('a configuration', () => {
  it('is completed by the defaults', () => {
    const config = completeConfig('lightgcn', { layers: 3 });
    expect(config).toEqual({ ...defaultConfig('lightgcn'), layers: 3 });
    expect(completeConfig('lightgcn', {})).toEqual(defaultConfig('lightgcn'));
  });

  it('tells which options have no effect, also when that is decided further off', () => {
    const idle = (changes: Config): string[] =>
      modelTable('mgcn').options.flatMap((option) =>
        idleBecause('mgcn', option, completeConfig('mgcn', changes)) ? [option.key] : [],
      );
    expect(idle({})).toEqual(expect.arrayContaining(['pretrained', 'pretrainingEpochs', 'mutual', 'minSimilarity']));
    expect(idle({ edgeEnhancer: '+E' })).toEqual([
      'featurePrecision',
      'mutual',
      'minSimilarity',
      'coNeighbours',
      'dropIdentical',
      'controlled',
    ]);
    expect(idle({ edgeEnhancer: '+E', pretrained: 'random', itemGraph: 'refined' })).toEqual([
      'featurePrecision',
      'pretrainingEpochs',
      'mutual',
      'controlled',
    ]);
    expect(idle({ edgeEnhancer: '+G' })).toContain('pretrainingEpochs');
  });

  it('names all its problems, and unknown options', () => {
    const { layers: _missing, ...rest } = defaultConfig('lightgcn');
    const problems = configProblems('lightgcn', { ...rest, epochs: NaN, routerHidden: 10, constructor: 1 });
    expect([...problems.keys()].sort()).toEqual(['constructor', 'epochs', 'layers', 'routerHidden']);
    expect(problems.get('routerHidden')).toBe('LightGCN has no option “routerHidden”.');
    expect(configProblems('mgcn', defaultConfig('mgcn')).size).toBe(0);
  });

  it('is refused for the first problem', () => {
    for (const [changes, option] of [
      [{ epochs: 0 }, 'epochs'],
      [{ nothing: 1 }, 'nothing'],
      [{ learningRate: '1e-3' }, 'learningRate'],
      [{ negativesFrom: 'none' }, 'negativesFrom'],
    ] as const) {
      expect(codeOf(() => completeConfig('bpr', changes))).toEqual({ code: 'CONFIG_INVALID', option });
    }
  });

  it('from JSON cannot reach a prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"epochs": 3}}') as Config;
    expect(codeOf(() => completeConfig('bpr', hostile))).toEqual({ code: 'CONFIG_INVALID', option: '__proto__' });
    expect([...configProblems('bpr', { ...defaultConfig('bpr'), ...hostile }).keys()]).toEqual(['__proto__']);
    expect(Object.prototype).not.toHaveProperty('epochs');
    // Inherited values are no values of the configuration.
    const inherited = Object.create(defaultConfig('bpr')) as Config;
    expect(configProblems('bpr', inherited).size).toBe(modelTable('bpr').options.length);
  });

  it('says what differs from the defaults', () => {
    expect(changedOptions('mgcn', defaultConfig('mgcn'))).toEqual({});
    expect(
      changedOptions('mgcn', completeConfig('mgcn', { neighbours: 5, trainFeatures: false, temperature: 0.2 })),
    ).toEqual({ neighbours: 5, trainFeatures: false });
    expect(changedOptions('mgcn', { unknown: 1 })).toEqual({});
  });

  it('is read with its types', () => {
    const complete = completeConfig('bpr', { batchSize: 7 });
    expect(protocolOf(complete)).toMatchObject({ batchSize: 7, stopMetric: 'recall@20' });
    expect(codeOf(() => protocolOf({ ...complete, batchSize: '7' })).code).toBe('CONFIG_INVALID');
    const { batchSize: _left, ...without } = complete;
    expect(codeOf(() => protocolOf(without)).code).toBe('CONFIG_INVALID');
    expect(typedConfig(bpr, complete).regWeight).toBe(complete['regWeight']);
    expect(codeOf(() => typedConfig(bpr, { ...complete, regWieght: 1 })).code).toBe('CONFIG_INVALID');
    expect(codeOf(() => modelTable('no such model')).code).toBe('MODEL_UNKNOWN');
  });

  it('of a model that draws no negatives has no options for them', () => {
    for (const { id, negatives, options } of MODEL_TABLES) {
      const keys = options.map(({ key }) => key);
      for (const key of ['negativesPerPositive', 'negativesFrom'])
        expect(keys.includes(key), id).toBe(negatives !== 'none');
      expect(negativesOf(id, defaultConfig(id)) === null, id).toBe(negatives === 'none');
    }
  });
});

describe('the tables', () => {
  it('are one per model', () => {
    expect(MODEL_TABLES.map(({ id }) => id)).toEqual(MODEL_IDS);
    expect([...MODEL_IDS, ...REFERENCE_IDS].sort()).toEqual(
      readdirSync(FOLDERS)
        .filter((name) => existsSync(new URL(`${name}/table.ts`, FOLDERS)))
        .sort(),
    );
    for (const id of MODEL_IDS) expect(modelTable(id).id).toBe(id);
    expect(['bpr', 'BPR', '__proto__', ''].map(isModelId)).toEqual([true, false, false, false]);
  });

  for (const { id, options, observations, shownFirst, presets, terms, publishedAs, summary, citation } of [
    ...MODEL_TABLES,
    ...REFERENCE_TABLES,
  ]) {
    it(`${id}: every option has words, one key, and a default that is allowed`, () => {
      expect(new Set(options.map(({ key }) => key)).size).toBe(options.length);
      expect(new Set(options.map(({ label }) => label)).size).toBe(options.length);
      for (const option of options) {
        expect(option.help, option.key).toMatch(/^[\p{Lu}\d].*\.$/u);
        expect(option.label.length).toBeGreaterThan(2);
        expect(option.key).toMatch(/^[a-z][A-Za-z]*$/);
        expect(optionProblem(option, option.default), option.key).toBeNull();
        if (option.type === 'integer' || option.type === 'number') {
          expect(option.min).toBeLessThan(option.max);
          for (const value of option.suggested ?? [])
            expect(optionProblem(option, value), `${option.key} = ${value}`).toBeNull();
        }
        if (option.type === 'choice') {
          expect(new Set(option.choices.map(({ value }) => value)).size).toBe(option.choices.length);
          expect(option.choices.length).toBeGreaterThan(1);
        }
      }
    });

    it(`${id}: what an option's effect depends on is an option, and has the values that it names`, () => {
      for (const { key, when } of options) {
        if (!when) continue;
        const decides = options.find((option) => option.key === when.key);
        expect(decides, key).toBeDefined();
        expect(when.key).not.toBe(key);
        for (const value of 'values' in when ? when.values : when.except)
          expect(decides && optionProblem(decides, value), `${key}: ${when.key} = ${value}`).toBeNull();
      }
    });

    it(`${id}: shows first what it observes`, () => {
      for (const key of shownFirst ?? []) expect(observations?.map((one) => one.key)).toContain(key);
    });

    it(`${id}: presets are configurations that differ from the defaults`, () => {
      expect(new Set(presets.map((preset) => preset.id)).size).toBe(presets.length);
      for (const preset of presets)
        expect(changedOptions(id, completeConfig(id, preset.config))).toEqual(preset.config);
    });

    it(`${id}: says what it is`, () => {
      expect(summary).toMatch(/\.$/);
      expect(citation.year).toBeGreaterThan(1990);
      // The papers' tables print no computed baseline.
      expect(publishedAs.length > 0, id).toBe(MODEL_IDS.includes(id));
      expect(new Set(terms.map(({ key }) => key)).size).toBe(terms.length);
    });
  }

  it('have the settings of the protocol and of the reference framework by default', () => {
    for (const { id, negatives } of MODEL_TABLES) {
      expect(defaultConfig(id)).toMatchObject({
        embeddingSize: 64,
        learningRate: 1e-3,
        ...(negatives !== 'none' && { negativesPerPositive: 1, negativesFrom: 'trainItems' }),
        roundForStopping: 'off',
        evaluateEvery: 1,
        ...{ batchSize: 2048, epochs: 1000, patience: 20, stopMetric: 'recall@20' },
        ...casesOf(id).protocol,
      });
    }
    expect(defaultConfig('mgcn')).toMatchObject({
      userItemLayers: 2,
      itemItemLayers: 1,
      neighbours: 10,
      contrastWeight: 0.01,
      temperature: 0.2,
      regWeight: 1e-4,
      trainFeatures: true,
      lrDecay: 0.96,
      lrDecayEpochs: 50,
    });
    expect(defaultConfig('lightgcn')).toMatchObject({ regWeight: 1e-4, lrDecay: 1 });
  });
});

describe('the name of a run', () => {
  const dataset = { id: 'd', name: 'Demo', fingerprint: '' };

  it('says what is not at its default, three options at most', () => {
    const named = (changes: Config): string =>
      runName({ model: 'lightgcn', config: completeConfig('lightgcn', changes), dataset, seed: 9 });
    expect(named({})).toBe('LightGCN · Demo · seed 9');
    expect(named({ layers: 3 })).toBe('LightGCN · Demo · seed 9 · layers=3');
    expect(named({ layers: 3, embeddingSize: 32, batchSize: 512, epochs: 5, patience: 2 })).toMatch(
      /^LightGCN · Demo · seed 9 · layers=3 · .* · .* · 2 more$/,
    );
  });
});
