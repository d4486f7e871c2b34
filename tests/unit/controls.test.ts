import { describe, expect, it } from 'vitest';
import type { SettingComparison } from '../../src/domain/comparison';
import { controlRows } from '../../src/domain/controlSet';
import { controlOf, readModalities } from '../../src/domain/controls';
import { controlVerdicts } from '../../src/domain/controlVerdicts';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { configLacks } from '../../src/domain/needs';
import { prerequisiteOf } from '../../src/domain/prerequisite';
import { memoryDatabase } from '../../src/storage/database';
import { generateDemo } from '../../workers/dataset/demo';
import { heldRows, readAll } from '../../workers/engine/rowSource';
import { stream } from '../../workers/numbers/rng';
import { readTrainingData } from '../../workers/training/input';
import { controlledFeature } from '../../workers/training/featureControls';

const dataset = await generateDemo(memoryDatabase(), 'd', { seed: 1, users: 60, items: 40, variant: 'plain' });
const full = (model: string) => ({
  model,
  config: completeConfig(model, {}),
  dataset: { id: dataset.id, name: dataset.name, fingerprint: dataset.fingerprint },
  backend: 'cpu' as const,
  allowSoftware: false,
});

const ROWS = 50;
const COLUMNS = 3;
const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, place) => place + (place % COLUMNS) * 100);
const feature = { key: 'image', ...heldRows(values, ROWS, COLUMNS) };
const streams = (seed: number) => (name: string) => stream(seed, name);
const moments = (all: Float32Array, column: number): [number, number] => {
  const own = Array.from({ length: ROWS }, (_, row) => all[row * COLUMNS + column]!);
  const mean = own.reduce((sum, value) => sum + value, 0) / ROWS;
  return [mean, Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS)];
};

describe('features as a control', () => {
  it('shuffled are the same rows at other places', async () => {
    const made = await readAll(controlledFeature(feature, 'shuffled', streams(3)));
    const rowsOf = (all: Float32Array): string[] =>
      Array.from({ length: ROWS }, (_, row) => all.slice(row * COLUMNS, (row + 1) * COLUMNS).join(' '));
    expect(rowsOf(made).sort()).toEqual(rowsOf(values).sort());
    expect(rowsOf(made).filter((row, place) => row === rowsOf(values)[place]).length).toBeLessThan(ROWS / 5);
    expect(await readAll(controlledFeature(feature, 'shuffled', streams(3)))).toEqual(made);
    expect(await readAll(controlledFeature(feature, 'shuffled', streams(4)))).not.toEqual(made);
  });

  it('as noise have the columns’ moments, and the same rows in whatever order they are read', async () => {
    const noise = controlledFeature(feature, 'noise', streams(3));
    const made = await readAll(noise);
    for (let column = 0; column < COLUMNS; column++) {
      const [[mean, deviation], [own, ownDeviation]] = [moments(values, column), moments(made, column)];
      // Three standard errors.
      expect(Math.abs(own - mean)).toBeLessThan((3 * deviation) / Math.sqrt(ROWS));
      expect(Math.abs(ownDeviation / deviation - 1)).toBeLessThan(3 / Math.sqrt(2 * ROWS));
    }
    expect(await controlledFeature(feature, 'noise', streams(3)).read(7, 2)).toEqual(
      made.slice(7 * COLUMNS, 9 * COLUMNS),
    );
  });

  it('constant are the mean row', async () => {
    const made = await readAll(controlledFeature(feature, 'constant', streams(3)));
    for (let place = 0; place < made.length; place++)
      expect(made[place]).toBeCloseTo(moments(values, place % COLUMNS)[0], 3);
  });

  it('reach the model, and those left out do not', async () => {
    const database = memoryDatabase();
    const { id, name, fingerprint } = await generateDemo(database, 'd', {
      seed: 1,
      users: 60,
      items: 40,
      variant: 'plain',
    });
    const read = async (config: Record<string, string>) => {
      const experiment = {
        ...full('vbpr'),
        seed: 9,
        dataset: { id, name, fingerprint },
        config: completeConfig('vbpr', config),
      };
      const { input } = await readTrainingData(database, experiment, async () => undefined);
      return new Map(await Promise.all(input.features.map(async (one) => [one.key, await readAll(one)] as const)));
    };
    const plain = await read({});
    const image = await read({ featureControl: 'shuffled', controlled: 'image' });
    expect(image.get('text')).toEqual(plain.get('text'));
    expect(image.get('image')).not.toEqual(plain.get('image'));
    const without = await read({ featureControl: 'without', controlled: 'image' });
    expect([...without.keys()]).toEqual(['text']);
    const all = await read({ featureControl: 'constant' });
    expect([...all.keys()].sort()).toEqual(['image', 'text']);
  });
});

describe('ratings as a control', () => {
  it('are shuffled between training interactions, and held-out items are liked as before', async () => {
    const database = memoryDatabase();
    const { id, name, fingerprint } = await generateDemo(database, 'd', {
      seed: 1,
      users: 60,
      items: 40,
      variant: 'plain',
    });
    const read = (config: Record<string, string>) =>
      readTrainingData(
        database,
        { ...full('siren'), seed: 9, dataset: { id, name, fingerprint }, config: completeConfig('siren', config) },
        async () => undefined,
      );
    const plain = await read({});
    const shuffled = await read({ featureControl: 'shuffled', controlled: 'ratings' });
    expect(shuffled.input.ratings).not.toEqual(plain.input.ratings);
    expect(shuffled.input.ratings?.toSorted()).toEqual(plain.input.ratings?.toSorted());
    expect(shuffled.thresholds).toEqual(plain.thresholds);
    // A control that would change nothing is refused, not run.
    await expect(read({ featureControl: 'shuffled' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(controlRows(full('siren'), dataset, ['shuffled']).map(({ label }) => label)).toEqual([
      'SiReN',
      'ratings shuffled',
    ]);
  });
});

describe('a control set', () => {
  it('has each modality and all of them under each kind', () => {
    const rows = controlRows(full('mgcn'), dataset, ['shuffled', 'noise', 'constant', 'without']);
    expect(rows.map(({ label }) => label)).toEqual([
      'MGCN',
      ...['shuffled', 'as noise', 'constant'].flatMap((kind) =>
        ['image', 'text', 'all features'].map((what) => `${what} ${kind}`),
      ),
      'without image',
      'without text',
    ]);
    const need = modelTable('mgcn').minModalities;
    for (const { label, experiment } of rows)
      expect(configLacks('mgcn', experiment.config, dataset) === null).toBe(need < 2 || !label.startsWith('without'));
  });

  it('is about items’ features unless it says profiles', () => {
    expect(controlOf({ featureControl: 'shuffled', controlled: 'all' }, 'profiles')).toBeNull();
    expect(controlOf({ featureControl: 'shuffled', controlled: 'profiles' }, 'profiles')).toBe('shuffled');
    expect(controlOf({ featureControl: 'none', controlled: 'all' }, 'image')).toBeNull();
    expect(readModalities(dataset, { featureControl: 'without', controlled: 'all' })).toEqual([]);
    expect(configLacks('vbpr', completeConfig('vbpr', { featureControl: 'without' }), dataset)).toContain(
      'the control leaves 0',
    );
  });

  it('that would change nothing says so', () => {
    const words = (model: string, controlled: string, featureControl = 'shuffled', data = dataset) =>
      configLacks(model, completeConfig(model, { featureControl, controlled }), data);
    expect(words('vbpr', 'audio')).toContain('has no audio features');
    expect(words('vbpr', 'profiles')).toBe('VBPR reads no profiles, so the control would change nothing.');
    expect(words('vbpr', 'ratings')).toBe('VBPR reads no ratings, so the control would change nothing.');
    expect(words('siren', 'all')).toBe('SiReN reads no item features, so the control would change nothing.');
    expect(words('siren', 'ratings', 'noise')).toBe('As a control, ratings can only be shuffled.');
    expect(words('mllmrec', 'profiles')).toContain('has no user profile vectors');
    const unrated = { ...dataset, statistics: { ...dataset.statistics, ratings: null } };
    expect(words('siren', 'ratings', 'shuffled', unrated)).toContain('has no ratings');
    expect(words('siren', 'ratings')).toBeNull();
    expect(words('vbpr', 'image')).toBeNull();
  });

  it('goes through pre-training too', () => {
    const config = completeConfig('egra', { featureControl: 'noise', controlled: 'text' });
    expect(prerequisiteOf({ ...full('egra'), config, seed: 1 })?.config).toMatchObject({
      featureControl: 'noise',
      controlled: 'text',
    });
  });
});

describe('verdicts of controls', () => {
  const compared = (key: string, mean: number, p: number): SettingComparison => ({
    key,
    seeds: [1],
    bySeed: null,
    scatter: { users: 100, seeds: 1, ofUsers: 0.01, withinUsers: null, ofMeans: null },
    users: {
      pairs: 100,
      mean,
      deviation: 0.1,
      higher: 1,
      lower: 1,
      t: { statistic: 0, p, effect: 0 },
      wilcoxon: { statistic: 0, p, effect: 0 },
      interval: [mean - 0.01, mean + 0.02],
    },
  });

  it('name what falls, what rises, and what could not be shown', () => {
    const verdicts = controlVerdicts([
      compared('a', -0.05, 0.001),
      compared('b', 0.05, 0.002),
      compared('c', -0.01, 0.06),
      { ...compared('d', 0, 1), users: { refused: 'no' } },
    ]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['used', 'harmful', 'unseen', 'open']);
    expect(verdicts[0]?.cost?.mean).toBeCloseTo(0.05);
    expect(verdicts[0]?.cost?.low).toBeCloseTo(0.03);
    expect(verdicts[0]?.cost?.high).toBeCloseTo(0.06);
    expect(verdicts[2]?.p).toBeCloseTo(0.06);
    expect(verdicts[2]?.least).toBeCloseTo(0.028, 3);
  });
});
