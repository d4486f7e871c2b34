import { beforeEach, describe, expect, it } from 'vitest';
import { summarise } from '../../src/domain/run';
import { unreadableSentence } from '../../src/domain/unreadable';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { moveRuns } from '../../src/storage/runLayout';
import {
  deleteRun,
  findFinished,
  listRuns,
  readDetails,
  readRun,
  writeDetails,
  writeRun,
} from '../../src/storage/runs';
import { readTrace, readWeights, writeWeights } from '../../src/storage/weights';
import { readCheckpoint } from '../../workers/training/checkpoint';
import { contentOf, details, finishedRun } from '../helpers/storedRuns';

const whole = (id: string) => finishedRun(id, 3);
const { epochs: _epochs, ...cut } = whole('cut');

/** What may lie under a run's id, and the sentence that its row says. */
const STORED: readonly (readonly [id: string, stored: unknown, sentence: string])[] = [
  [
    'model',
    { ...whole('model'), experiment: { ...whole('model').experiment, model: 'xyz' } },
    'This run is of the model “xyz”, which this version does not have.',
  ],
  [
    'modelSummary',
    {
      layout: 2,
      summary: { ...summarise(whole('modelSummary')), experiment: { ...whole('m').experiment, model: 'xyz' } },
    },
    'This run is of the model “xyz”, which this version does not have.',
  ],
  ['version', { ...whole('version'), version: 2 }, 'This run was written by a newer version of Lodestone.'],
  [
    'versionAndModel',
    { version: 7, experiment: { model: 'xyz' } },
    'This run was written by a newer version of Lodestone.',
  ],
  ['layout', { layout: 3, head: {} }, 'This run was written by a newer version of Lodestone.'],
  ['field', { ...whole('field'), mood: 'good' }, 'This run was written by a newer version of Lodestone.'],
  [
    'option',
    {
      ...whole('option'),
      experiment: { ...whole('o').experiment, config: { ...whole('o').experiment.config, newOption: 1 } },
    },
    'This run was written by a newer version of Lodestone.',
  ],
  ['cut', cut, 'This run’s document is damaged: “epochs” is missing.'],
  [
    'metrics',
    { ...whole('metrics'), best: { epoch: 0, valid: { 'recall@20': 1 } } },
    'This run’s document is damaged: “best.valid.recall@5” is missing.',
  ],
  [
    'status',
    { ...whole('status'), status: 'bored' },
    'This run’s document is damaged: “status” is not what it should be.',
  ],
  [
    'time',
    { ...whole('time'), createdAt: 'yesterday' },
    'This run’s document is damaged: “createdAt” is not what it should be.',
  ],
  [
    'value',
    {
      ...whole('value'),
      experiment: { ...whole('v').experiment, config: { ...whole('v').experiment.config, embeddingSize: 7 } },
    },
    'This run’s document is damaged: of LightGCN: Embedding size must be a multiple of 4.',
  ],
  [
    'best',
    { ...whole('best'), best: { epoch: 3, valid: whole('b').best!.valid } },
    'This run’s document is damaged: its best epoch is not among its epochs.',
  ],
  [
    'order',
    { ...whole('order'), epochs: whole('o').epochs.toReversed() },
    'This run’s document is damaged: its epochs are not in order.',
  ],
  ['other', whole('another'), 'This run’s document is damaged: it says that it is the run another.'],
  ['number', 5, 'This run’s document is damaged: what is stored is no document.'],
  ['nothing', undefined, 'This run’s document is damaged: nothing is stored.'],
  ['null', null, 'This run’s document is damaged: what is stored is no document.'],
  ['list', [1, 2], 'This run’s document is damaged: what is stored is no document.'],
  ['array', new Float32Array(3), 'This run’s document is damaged: “version” is missing.'],
];

let database: Database;

beforeEach(async () => {
  database = memoryDatabase();
  await writeRun(database, whole('good'));
  await database.runs.setMany(STORED.map(([id, stored]) => [id, stored]));
});

describe('runs that cannot be read', () => {
  it('are listed with why, beside those that can', async () => {
    const { readable, unreadable } = await listRuns(database);
    expect(readable).toEqual([summarise(whole('good'))]);
    const sentences = Object.fromEntries(unreadable.map(({ id, why }) => [id, unreadableSentence('run', why)]));
    expect(sentences).toEqual(Object.fromEntries(STORED.map(([id, , sentence]) => [id, sentence])));
    expect(unreadable.find(({ id }) => id === 'cut')?.name).toBe('Run cut');
    expect(unreadable.find(({ id }) => id === 'modelSummary')?.name).toBe('Run modelSummary');
    expect(unreadable.find(({ id }) => id === 'number')?.name).toBeNull();
  });

  it.each(STORED.filter(([id]) => id !== 'modelSummary'))(
    '%s is refused in the same words',
    async (id, _, sentence) => {
      await expect(readRun(database, id)).rejects.toMatchObject({ code: 'RUN_UNREADABLE', message: sentence });
    },
  );

  it('stay as they are when the list is read and moved, and pre-training is looked for', async () => {
    const before = await contentOf(database);
    await listRuns(database);
    await findFinished(database, whole('good').experiment);
    await moveRuns(database);
    expect(await contentOf(database)).toEqual(before);
  });

  it('are deleted with all that is stored under them, and nothing else', async () => {
    await writeDetails(database, 'cut', details);
    await database.runs.set('cut/later', 'of a newer version');
    await writeWeights(database, 'cut', { item: Float32Array.of(1) });
    const before = await contentOf(database);
    await deleteRun(database, 'cut');
    expect(await contentOf(database)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([key]) => !/ cut(\/|$)/.test(key))),
    );
    await expect(readRun(database, 'cut')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('with a whole summary and a damaged document are listed, and refused when they are opened', async () => {
    await writeRun(database, whole('half'));
    await database.runs.set('half/document', cut);
    expect((await listRuns(database)).readable.map(({ id }) => id)).toContain('half');
    await expect(readRun(database, 'half')).rejects.toMatchObject({ code: 'RUN_UNREADABLE' });
  });

  it('but for their summary are still listed: it is made from the document', async () => {
    await writeRun(database, whole('half'));
    await database.runs.set('half', { layout: 2, summary: { version: 1 } });
    expect((await listRuns(database)).readable).toContainEqual(summarise(whole('half')));
    expect(await readRun(database, 'half')).toEqual(whole('half'));
  });
});

describe('a run that can be read', () => {
  it('may have numbers that are none, and has the defaults of options that came later', async () => {
    const run = whole('older');
    const { layers: _later, ...config } = run.experiment.config;
    await database.runs.set('older', { ...run, experiment: { ...run.experiment, config } });
    const read = await readRun(database, 'older');
    expect(read).toEqual(run);
    expect(read.epochs[0]!.total).toBeNaN();
  });
});

describe('what lies beside a run', () => {
  it.each([
    ['another kind of array', { ...details, topItems: Float64Array.from(details.topItems) }],
    ['columns of different lengths', { ...details, perUser: { ...details.perUser, users: Int32Array.of(1) } }],
    ['a list that is cut', { ...details, topScores: details.topScores.slice(1) }],
    ['something else', 'details'],
  ])('is refused where details are %s', async (_, stored) => {
    await database.runs.set('good/details', stored);
    await expect(readDetails(database, 'good')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  it('is given as it is stored where details are whole, and null where there are none', async () => {
    expect(await readDetails(database, 'good')).toBeNull();
    await writeDetails(database, 'good', details);
    expect(await readDetails(database, 'good')).toEqual(details);
  });

  it('is refused where weights, traces or checkpoints are damaged', async () => {
    await writeWeights(database, 'good', { item: Float32Array.of(1, 2) });
    for (const part of [Float64Array.of(1, 2), Float32Array.of(1), undefined]) {
      await database.checkpoints.set('good/weights/item/0', part);
      await expect(readWeights(database, 'good')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    }
    await database.checkpoints.set('good/weights', { item: { key: 'x', length: 'two' } });
    await expect(readWeights(database, 'good')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await database.checkpoints.set('good/trace', { json: '' });
    await expect(readTrace(database, 'good')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(await readCheckpoint(database, 'good')).toBeNull();
    await database.checkpoints.set('good/slot1', { version: 2, step: 4 });
    await expect(readCheckpoint(database, 'good')).rejects.toMatchObject({ code: 'STORE_BROKEN' });
  });
});
