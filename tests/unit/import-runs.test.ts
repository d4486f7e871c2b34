import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { listRuns, readDetails, readRun, relinkRuns, writeRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { exportStudy, exportWeights } from '../../workers/sharing/exportRuns';
import { importFiles } from '../../workers/sharing/importFiles';
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
const read = (database: Database, ...files: readonly NamedFile[]) => importFiles(database, files, () => 'copy', NOW, () => undefined);

describe('importing runs', () => {
  it('stores a run as it was, says where it came from, and gives it its weights', async () => {
    const database = memoryDatabase();
    const report = await read(database, named('w.safetensors', weights), named('a.lodestone.json', study));
    expect(report).toEqual({ runs: [{ id: 'run', name: made.run.name }], known: 0, copies: 0, weights: 1, datasets: [], refused: [] });
    const { origin, ...rest } = await readRun(database, 'run');
    expect(rest).toEqual(made.run);
    expect(origin).toMatchObject({ file: 'a.lodestone.json', importedAt: NOW.toISOString(), dataset: { users: 48, items: 40, demo: { seed: 7, users: 48, items: 40, variant: 'plain' } } });
    expect(await readDetails(database, 'run')).toEqual(await readDetails(made.database, 'run'));
    expect(await readWeights(database, 'run')).toEqual(await readWeights(made.database, 'run'));
  });

  it('knows a run again, whatever it is called by now, and leaves it as it is', async () => {
    const database = await copyOf(made.database);
    await writeRun(database, { ...made.run, name: 'renamed', notes: 'mine' });
    expect(await read(database, named('a.lodestone.json', study), named('w.safetensors', weights))).toMatchObject({ runs: [], known: 2, weights: 0, refused: [] });
    expect(await readRun(database, 'run')).toMatchObject({ name: 'renamed', notes: 'mine' });
    expect(await listRuns(database)).toHaveLength(1);
  });

  it('puts another state of a run beside the one that is here, with its weights', async () => {
    const database = await copyOf(made.database);
    const mine = { ...made.run, epochs: made.run.epochs.slice(0, 1), best: null, result: null, status: 'interrupted' as const };
    await writeRun(database, mine);
    expect(await read(database, named('a.lodestone.json', study), named('w.safetensors', weights))).toMatchObject({ runs: [{ id: 'copy' }], known: 0, copies: 1, weights: 1 });
    expect(await readRun(database, 'run')).toEqual(mine);
    expect((await readRun(database, 'copy')).result).toEqual(made.run.result);
    expect(await readWeights(database, 'copy')).toEqual(await readWeights(made.database, 'run'));
  });

  it('finds the dataset here under its own id, and starts nothing', async () => {
    const other = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
    const elsewhere = { ...other.run, id: 'theirs', status: 'running' as const, experiment: { ...other.run.experiment, dataset: { ...other.run.experiment.dataset, id: 'their-place' } } };
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
    expect(await relinkRuns(database, { id: 'later', fingerprint: 'ef'.repeat(32) })).toBe(false);
    await database.datasets.set('later', {});
    expect(await relinkRuns(database, { id: 'later', fingerprint })).toBe(true);
    expect((await readRun(database, 'run')).experiment.dataset).toEqual({ ...made.run.experiment.dataset, id: 'later' });
    expect(await relinkRuns(database, { id: 'later still', fingerprint })).toBe(false);
  });

  it('takes the good files and refuses the others, each with its reason', async () => {
    const database = memoryDatabase();
    const report = await read(database, named('broken.lodestone.json', new Blob(['{'])), named('a.lodestone.json', study), named('x.safetensors', new Blob(['?'])), named('photo.jpg', new Blob(['?'])));
    expect(report.runs).toHaveLength(1);
    expect(report.refused.map(({ file, fault }) => [file, fault.code])).toEqual([['broken.lodestone.json', 'STUDY_UNREADABLE'], ['x.safetensors', 'WEIGHTS_UNREADABLE'], ['photo.jpg', 'STUDY_UNREADABLE']]);
    expect((await read(memoryDatabase(), named('w.safetensors', weights))).refused.map(({ fault }) => fault.message)).toEqual([expect.stringContaining('a run that is not here')]);
  });

  it('leaves nothing of a run for which there is no room', async () => {
    const full = memoryDatabase();
    const database: Database = { ...full, runs: { ...full.runs, set: async (key, value) => {
      if (!key.includes('/')) throw new AppError('STORE_QUOTA', 'The browser has no room left for this page.', 'Delete something.');
      await full.runs.set(key, value);
    } } };
    await expect(read(database, named('a.lodestone.json', study))).rejects.toMatchObject({ code: 'STORE_QUOTA' });
    expect(await full.runs.keys()).toEqual([]);
  });
});
