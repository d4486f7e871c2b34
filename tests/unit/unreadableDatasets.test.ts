import { beforeEach, describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { unreadableSentence } from '../../src/domain/unreadable';
import { memoryDatabase, type Database } from '../../src/storage/database';
import {
  deleteDataset,
  findInteractions,
  listDatasets,
  readDataset,
  readFeatures,
  readInteractions,
  readLabels,
  sweepDatasets,
} from '../../src/storage/datasets';
import { listEncoders, readEncoderInfo } from '../../src/storage/encoders';
import { keepModelKey, readModelKeys } from '../../src/storage/modelKeys';
import {
  readAnswer,
  readDigests,
  readImported,
  readInputs,
  readJob,
  readPicture,
  readVariants,
  writeAnswers,
} from '../../src/storage/reasoning';
import { generateDemo } from '../../workers/dataset/demo';
import { contentOf } from '../helpers/storedRuns';

let database: Database;
let demo: DatasetDocument;

beforeEach(async () => {
  database = memoryDatabase();
  demo = await generateDemo(database, 'demo', { seed: 7, users: 48, items: 40, variant: 'plain' });
});

describe('datasets that cannot be read', () => {
  const { statistics: _statistics, ...rest } = { statistics: null, version: 1, name: 'Cut', id: 'cut' };

  it('are listed with why, beside those that can, and nothing of them is touched', async () => {
    await database.datasets.setMany([
      ['newer', { ...demo, id: 'newer', version: 2 }],
      ['field', { ...demo, id: 'field', mood: 'good' }],
      ['cut', rest],
      ['number', 5],
      ['other', demo],
    ]);
    await database.features.set('newer/interactions', 'of another form');
    const before = await contentOf(database);
    const { readable, unreadable } = await listDatasets(database);
    expect(readable).toEqual([demo]);
    expect(unreadable.map(({ id, name, why }) => [id, name, unreadableSentence('dataset', why)])).toEqual([
      ['cut', 'Cut', 'This dataset’s document is damaged: “fingerprint” is missing.'],
      ['field', demo.name, 'This dataset was written by a newer version of Lodestone.'],
      ['newer', demo.name, 'This dataset was written by a newer version of Lodestone.'],
      ['number', null, 'This dataset’s document is damaged: what is stored is no document.'],
      ['other', demo.name, 'This dataset’s document is damaged: it says that it is the dataset demo.'],
    ]);
    await expect(readDataset(database, 'newer')).rejects.toMatchObject({ code: 'DATA_UNREADABLE' });
    await expect(readDataset(database, 'gone')).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    // Its content is no remains of an import.
    expect(await sweepDatasets(database, new Set())).toBe(0);
    expect(await contentOf(database)).toEqual(before);
    await deleteDataset(database, 'newer');
    expect(Object.keys(await contentOf(database))).toEqual(
      Object.keys(before).filter((key) => !/ newer(\/|$)/.test(key)),
    );
  });
});

describe('a dataset’s content', () => {
  it('is given as it is stored', async () => {
    expect((await readInteractions(database, 'demo')).users).toBeInstanceOf(Int32Array);
    expect((await readLabels(database, 'demo'))?.items).toHaveLength(40);
    expect(await readFeatures(database, 'demo', demo.features[0]!)).toHaveLength(40 * demo.features[0]!.columns);
    expect(await findInteractions(database, 'gone')).toBeNull();
  });

  it('is refused where an array is of another kind or length', async () => {
    const interactions = await readInteractions(database, 'demo');
    const damaged = { code: 'STORE_DAMAGED' };
    for (const change of [
      { users: Array.from(interactions.users) },
      { split: new Int8Array(interactions.split) },
      { items: interactions.items.slice(1) },
      { timestamps: new Float32Array(interactions.users.length) },
    ]) {
      await database.features.set('demo/interactions', { ...interactions, ...change });
      await expect(readInteractions(database, 'demo')).rejects.toMatchObject(damaged);
      await expect(findInteractions(database, 'demo')).rejects.toMatchObject(damaged);
    }
    await database.features.set('demo/labels', { items: [1, 2] });
    await expect(readLabels(database, 'demo')).rejects.toMatchObject(damaged);
    const [chunk] = (await database.features.keys('demo/')).filter((key) => /\/0+$/.test(key));
    const [feature] = demo.features.filter(({ key }) => chunk?.includes(`/${key}/`));
    for (const stored of [new Float64Array(4), new Float32Array(4)]) {
      await database.features.set(chunk!, stored);
      await expect(readFeatures(database, 'demo', feature!)).rejects.toMatchObject(damaged);
    }
  });

  it('has typed arrays neither read nor copied by the check', async () => {
    const stored = await database.features.get('demo/interactions');
    const passing: Database = { ...database, features: { ...database.features, get: async () => stored } };
    const read = await readInteractions(passing, 'demo');
    expect(read.users).toBe((stored as typeof read).users);
  });
});

describe('what is stored of the reasoning stage, of encoders and of keys', () => {
  const key = 'a'.repeat(64);

  it.each([
    ['the settings', 'job/demo', { version: 1, settings: { seed: 'many' } }, () => readJob(database, 'demo')],
    ['settings of a newer form', 'job/demo', { version: 2 }, () => readJob(database, 'demo')],
    ['an answer', `answer/${key}`, { text: 3 }, () => readAnswer(database, key)],
    ['a vector', `answer/${key}`, { vector: Float64Array.of(1) }, () => readAnswer(database, key)],
    ['the inputs', 'input/demo', { texts: null, pictures: {}, strangers: 0 }, () => readInputs(database, 'demo')],
    ['a picture', 'input/demo/picture/3', 'picture', () => readPicture(database, 'demo', 3)],
    [
      'imported texts',
      'imported/demo/profiles',
      { file: 'f', texts: [1] },
      () => readImported(database, 'demo', 'profiles'),
    ],
    ['variants', 'asked/demo', [{ id: 'x' }], () => readVariants(database, 'demo')],
    ['an encoder', 'encoder/x', { id: 'x' }, () => readEncoderInfo(database, 'x')],
  ])('is refused where %s is damaged', async (_, at, stored, read) => {
    await database.texts.set(at, stored);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(await database.texts.get(at)).toEqual(stored);
  });

  it('has the defaults of settings that came later', async () => {
    const { settings } = await readJob(database, 'demo');
    const { encoder, concurrency, ...older } = settings;
    await database.texts.set('job/demo', {
      version: 1,
      datasetId: 'demo',
      settings: { ...older, seed: 5 },
      overrides: { items: { 3: { kind: 'skipped' } }, users: {} },
    });
    expect(await readJob(database, 'demo')).toEqual({
      version: 1,
      datasetId: 'demo',
      settings: { ...settings, encoder, concurrency, seed: 5 },
      overrides: { items: { 3: { kind: 'skipped' } }, users: {} },
    });
  });

  it('is given where it is whole', async () => {
    await writeAnswers(database, [[key, { vector: Float32Array.of(1, 2) }]]);
    expect(await readAnswer(database, key)).toEqual({ vector: Float32Array.of(1, 2) });
    expect(await readAnswer(database, 'b'.repeat(64))).toBeNull();
    await database.texts.set('encoder/x', { id: 'x' });
    await database.texts.set('encoder/y', { id: 'y', name: 'Y', bytes: 1, width: 2, longest: 3 });
    const { readable, unreadable } = await listEncoders(database);
    expect([readable.map(({ id }) => id), unreadable]).toEqual([['y'], ['x']]);
    // Digests are asked for again.
    await database.texts.set('digests/http://server', { model: 3 });
    expect(await readDigests(database, 'http://server')).toEqual({});
  });

  it('does not lock a key out that is kept in place of damaged ones', async () => {
    await database.settings.set('modelKeys', { 'http://server': 3 });
    await expect(readModelKeys(database)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await keepModelKey(database, 'http://server', 'secret');
    expect(await readModelKeys(database)).toEqual({ 'http://server': 'secret' });
  });
});
