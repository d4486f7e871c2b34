import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { listRuns, readDetails, readRun, relinkRuns, writeRun } from '../../src/storage/runs';
import { readText, readVector, writeAnswers } from '../../src/storage/reasoning';
import { readWeights } from '../../src/storage/weights';
import { exportStudy, exportWeights } from '../../workers/sharing/exportRuns';
import { importFiles } from '../../workers/sharing/importFiles';
import { stream } from '../../workers/numbers/rng';
import { generateDemo } from '../../workers/dataset/demo';
import { readDataset } from '../../src/storage/datasets';
import { writeArchive } from '../../workers/sharing/archive';
import { choiceOfAll, makeBackup } from '../../workers/sharing/backup';
import { copyOf, executed, tinyStudy, type Stored } from '../helpers/runs';

const NOW = new Date('2026-03-04T05:06:07.000Z');
let made: Stored;
let study: Blob;
let weights: Blob;
beforeAll(async () => {
  const stored = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
  made = { ...stored, run: await executed(stored, 'cpu') };
  study = await exportStudy(made.database, ['run'], NOW);
  weights = await exportWeights(made.database, 'run');
}, 60_000);

const named = (path: string, file: Blob): NamedFile => ({ path, file });
const read = (database: Database, ...files: readonly NamedFile[]) =>
  importFiles(
    database,
    files,
    () => 'copy',
    NOW,
    () => undefined,
  );

describe('importing runs', () => {
  it('stores a run as it was, says where it came from, and gives it its weights', async () => {
    const database = memoryDatabase();
    const report = await read(database, named('w.safetensors', weights), named('a.lodestone.json', study));
    expect(report).toEqual({
      runs: [{ id: 'run', name: made.run.name }],
      known: 0,
      copies: 0,
      weights: 1,
      answers: 0,
      written: 0,
      datasets: [],
      refused: [],
    });
    const { origin, ...rest } = await readRun(database, 'run');
    expect(rest).toEqual(made.run);
    expect(origin).toMatchObject({
      file: 'a.lodestone.json',
      importedAt: NOW.toISOString(),
      dataset: { users: 48, items: 40, demo: { seed: 7, users: 48, items: 40, variant: 'plain' } },
    });
    expect(await readDetails(database, 'run')).toEqual(await readDetails(made.database, 'run'));
    expect(await readWeights(database, 'run')).toEqual(await readWeights(made.database, 'run'));
  });

  it('knows a run again, whatever it is called by now, and leaves it as it is', async () => {
    const database = await copyOf(made.database);
    await writeRun(database, { ...made.run, name: 'renamed', notes: 'mine' });
    expect(await read(database, named('a.lodestone.json', study), named('w.safetensors', weights))).toMatchObject({
      runs: [],
      known: 2,
      weights: 0,
      refused: [],
    });
    expect(await readRun(database, 'run')).toMatchObject({ name: 'renamed', notes: 'mine' });
    expect((await listRuns(database)).readable).toHaveLength(1);
  });

  it('puts another state of a run beside the one that is here, with its weights', async () => {
    const database = await copyOf(made.database);
    const mine = {
      ...made.run,
      epochs: made.run.epochs.slice(0, 1),
      best: null,
      result: null,
      status: 'interrupted' as const,
    };
    await writeRun(database, mine);
    expect(await read(database, named('a.lodestone.json', study), named('w.safetensors', weights))).toMatchObject({
      runs: [{ id: 'copy' }],
      known: 0,
      copies: 1,
      weights: 1,
    });
    expect(await readRun(database, 'run')).toEqual(mine);
    expect((await readRun(database, 'copy')).result).toEqual(made.run.result);
    expect(await readWeights(database, 'copy')).toEqual(await readWeights(made.database, 'run'));
  });

  it('finds the dataset here under its own id, and starts nothing', async () => {
    const other = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
    const elsewhere = {
      ...other.run,
      id: 'theirs',
      status: 'running' as const,
      experiment: { ...other.run.experiment, dataset: { ...other.run.experiment.dataset, id: 'their-place' } },
    };
    await writeRun(other.database, elsewhere);
    const database = await copyOf(made.database);
    await read(database, named('b.lodestone.json', await exportStudy(other.database, ['theirs'], NOW)));
    const found = await readRun(database, 'theirs');
    expect(found.status).toBe('stopped');
    expect(found.experiment.dataset.id).toBe(made.run.experiment.dataset.id);
  });

  it('finds its dataset when that comes later', async () => {
    const database = memoryDatabase();
    await read(database, named('a.lodestone.json', study));
    const { fingerprint } = made.run.experiment.dataset;
    expect(await relinkRuns(database, [{ id: 'later', fingerprint: 'ef'.repeat(32) }])).toBe(false);
    await database.datasets.set('later', {});
    expect(await relinkRuns(database, [{ id: 'later', fingerprint }])).toBe(true);
    expect((await readRun(database, 'run')).experiment.dataset).toEqual({
      ...made.run.experiment.dataset,
      id: 'later',
    });
    expect(await relinkRuns(database, [{ id: 'later still', fingerprint }])).toBe(false);
  });

  it('takes the good files and refuses the others, each with its reason', async () => {
    const database = memoryDatabase();
    const report = await read(
      database,
      named('broken.lodestone.json', new Blob(['{'])),
      named('a.lodestone.json', study),
      named('x.safetensors', new Blob(['?'])),
      named('photo.jpg', new Blob(['?'])),
    );
    expect(report.runs).toHaveLength(1);
    expect(report.refused.map(({ file, fault }) => [file, fault.code])).toEqual([
      ['broken.lodestone.json', 'STUDY_UNREADABLE'],
      ['photo.jpg', 'STUDY_UNREADABLE'],
      ['x.safetensors', 'WEIGHTS_UNREADABLE'],
    ]);
    expect(
      (await read(memoryDatabase(), named('w.safetensors', weights))).refused.map(({ fault }) => fault.message),
    ).toEqual([expect.stringContaining('a run that is not here')]);
  });

  it('leaves nothing of a run for which there is no room', async () => {
    const full = memoryDatabase();
    const database: Database = {
      ...full,
      runs: {
        ...full.runs,
        setMany: async () => {
          throw new AppError('STORE_QUOTA', 'The browser has no storage left for this page.', 'Delete something.');
        },
      },
    };
    await expect(read(database, named('a.lodestone.json', study))).rejects.toMatchObject({ code: 'STORE_QUOTA' });
    expect(await full.runs.keys()).toEqual([]);
  });
});

describe('a backup', () => {
  const archived = async (database: Database, weights = true): Promise<NamedFile> =>
    named('all.lodestone.zip', (await makeBackup(database, weights, NOW, () => undefined)).file);
  const everything = async (database: Database): Promise<unknown> => {
    const tables = ['datasets', 'features', 'runs', 'checkpoints'] as const;
    return Promise.all(
      tables.map(async (name) =>
        Promise.all(
          (await database[name].keys())
            .filter((key) => !/\/(slot\d|trace)/.test(key))
            .map(async (key) => [key, await database[name].get(key)]),
        ),
      ),
    );
  };

  it('brings back datasets, runs and weights as they were, into an empty browser', async () => {
    const database = memoryDatabase();
    const report = await read(database, await archived(made.database));
    expect(report).toMatchObject({
      runs: [{ id: 'run' }],
      known: 0,
      copies: 0,
      weights: 1,
      datasets: [{ id: 'small' }],
      refused: [],
    });
    expect(await everything(database)).toEqual(await everything(made.database));
    // A second time nothing is new.
    expect(await read(database, await archived(made.database))).toMatchObject({
      runs: [],
      datasets: [],
      known: 3,
      weights: 0,
      refused: [],
    });
  });

  it('brings back what model servers answered, and only what is not here', async () => {
    const answered = await copyOf(made.database);
    const [first, second, third] = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
    const text = {
      text: 'Red, wooden.',
      model: 'm',
      at: NOW.toISOString(),
      promptTokens: 9,
      answerTokens: null,
      cut: false,
    };
    await writeAnswers(answered, [
      [first!, text],
      [second!, { vector: Float32Array.of(0.5, -1.25) }],
      [third!, text],
    ]);
    const database = memoryDatabase();
    await writeAnswers(database, [[third!, { ...text, text: 'mine' }]]);
    expect(await read(database, await archived(answered))).toMatchObject({ answers: 2, refused: [] });
    expect(await readText(database, first!)).toEqual(text);
    expect(await readVector(database, second!)).toEqual(Float32Array.of(0.5, -1.25));
    expect((await readText(database, third!))!.text).toBe('mine');
  });

  it('leaves weights out where they are not wanted', async () => {
    const database = memoryDatabase();
    expect(await read(database, await archived(made.database, false))).toMatchObject({
      runs: [{ id: 'run' }],
      weights: 0,
      refused: [],
    });
    expect(await readWeights(database, 'run')).toBeNull();
  });

  it('keeps what is here: another dataset under the same id stays, and the runs find theirs', async () => {
    const database = memoryDatabase();
    await generateDemo(database, 'small', { seed: 8, users: 48, items: 40, variant: 'plain' });
    const before = await readDataset(database, 'small');
    const report = await read(database, await archived(made.database));
    expect(report).toMatchObject({ datasets: [{ id: 'copy' }], runs: [{ id: 'run' }], refused: [] });
    expect(await readDataset(database, 'small')).toEqual(before);
    expect((await readRun(database, 'run')).experiment.dataset.id).toBe('copy');
    expect((await readDataset(database, 'copy')).fingerprint).toBe(made.run.experiment.dataset.fingerprint);
  });

  it('whose content is not the one it was saved with gives nothing of that dataset, and the rest', async () => {
    const database = memoryDatabase();
    const changed = await copyOf(made.database);
    const interactions = (await changed.features.get('small/interactions')) as { ratings: Float32Array };
    interactions.ratings[3]! += 1;
    await changed.features.set('small/interactions', interactions);
    const { file } = await writeArchive(changed, await choiceOfAll(changed, true), NOW, () => undefined);
    const report = await read(database, named('all.lodestone.zip', file));
    expect(report.refused.map(({ file, fault }) => [file, fault.code])).toEqual([
      ['all.lodestone.zip/datasets/small', 'STUDY_UNREADABLE'],
    ]);
    expect(report.runs).toHaveLength(1);
    expect([...(await database.datasets.keys()), ...(await database.features.keys())]).toEqual([]);
  });

  it('that is damaged anywhere never does anything but refuse or give what was saved', async () => {
    const { file } = await archived(made.database);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const random = stream(21, 'backups');
    for (let round = 0; round < 60; round++) {
      const copy = bytes.slice(0, random.uniform() < 0.2 ? Math.floor(random.uniform() * bytes.length) : bytes.length);
      for (let change = 0; change < 3; change++)
        copy[Math.floor(random.uniform() * copy.length)] = Math.floor(random.uniform() * 256);
      const database = memoryDatabase();
      const report = await read(database, named('all.lodestone.zip', new Blob([copy])));
      for (const { fault } of report.refused) expect(fault.code).toMatch(/^(STUDY|ZIP|WEIGHTS|FILE)_/);
      for (const { id } of report.datasets)
        expect((await readDataset(database, id)).fingerprint).toBe(made.run.experiment.dataset.fingerprint);
      expect(await database.datasets.keys()).toHaveLength(report.datasets.length);
    }
  }, 120_000);
});
