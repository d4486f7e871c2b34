import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NamedFile } from '../../src/domain/protocol';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { listDatasets } from '../../src/storage/datasets';
import { readText, writeAnswers } from '../../src/storage/reasoning';
import { deleteRun, listRuns, readDetails, readRun, writeRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { backUpToFolder } from '../../workers/sharing/folderBackup';
import { folderTrouble } from '../../workers/sharing/folder';
import { importFiles } from '../../workers/sharing/importFiles';
import { MANIFEST, parseManifest, type Entry } from '../../workers/sharing/manifest';
import { MemoryFolder } from '../helpers/memoryFolder';
import { copyOf, executed, tinyStudy, type Stored } from '../helpers/runs';
import { finishedRun } from '../helpers/storedRuns';

const NOW = new Date('2026-03-04T05:06:07.000Z');
const silent = (): void => undefined;
const answer = (text: string) => ({
  text,
  model: 'm',
  at: '2026-01-01T00:00:00.000Z',
  promptTokens: 1,
  answerTokens: 1,
  cut: false,
});
const keyOf = (digit: string): string => digit.repeat(64);

let made: Stored;
let database: Database;
let folder: MemoryFolder;
beforeAll(async () => {
  const stored = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
  made = { ...stored, run: await executed(stored, 'cpu') };
  await writeRun(made.database, finishedRun('second', 3));
  await writeAnswers(made.database, [[keyOf('a'), answer('first')]]);
}, 60_000);
beforeEach(async () => {
  database = await copyOf(made.database);
  folder = new MemoryFolder();
});

const backUp = (options: { weights?: boolean; clear?: boolean } = {}) =>
  backUpToFolder(database, folder, { weights: true, clear: false, ...options }, NOW, silent);
const restore = async (files: readonly NamedFile[] = folder.named('Backup'), target = memoryDatabase()) => ({
  target,
  report: await importFiles(target, files, () => 'copy', NOW, silent),
});
const manifest = async (): Promise<readonly Entry[]> =>
  parseManifest(MANIFEST, await folder.files.get(MANIFEST)!.text());
const fileOf = async (kind: Entry['kind'], id?: string): Promise<string> =>
  (await manifest()).find((entry) => entry.kind === kind && (id === undefined || entry.id === id))!.file;

describe('a backup in a folder', () => {
  it('gives everything back in another browser', async () => {
    expect(await backUp()).toMatchObject({ datasets: 1, runs: 2, asStored: 0, written: 4, gone: [] });
    const { target, report } = await restore();
    expect(report).toMatchObject({ answers: 1, weights: 1, known: 0, refused: [] });
    expect(await readRun(target, 'run')).toEqual(made.run);
    expect(await readRun(target, 'second')).toEqual(await readRun(made.database, 'second'));
    expect(await readDetails(target, 'run')).toEqual(await readDetails(made.database, 'run'));
    expect(await readWeights(target, 'run')).toEqual(await readWeights(made.database, 'run'));
    expect((await listDatasets(target)).readable).toEqual((await listDatasets(made.database)).readable);
    expect((await readText(target, keyOf('a')))?.text).toBe('first');
  });

  it('writes only what has changed, and keeps one file of each', async () => {
    await backUp();
    const before = await manifest();
    folder.written.length = 0;
    expect(await backUp()).toMatchObject({ written: 0, runs: 2 });
    expect(folder.written).toEqual([MANIFEST]);

    await writeRun(database, { ...(await readRun(database, 'second')), notes: 'another word' });
    await writeAnswers(database, [[keyOf('b'), answer('later')]]);
    folder.written.length = 0;
    expect(await backUp()).toMatchObject({ written: 2 });
    expect(folder.written.map((path) => path.replace(/\/.*/, ''))).toEqual(['runs', 'answers', MANIFEST]);
    const [old] = before.filter(({ id }) => id === 'second');
    expect([...folder.files.keys()]).not.toContain(old!.file);
    expect([...folder.files.keys()].sort()).toEqual([...(await manifest()).map(({ file }) => file), MANIFEST].sort());
    const { target, report } = await restore();
    expect(report.answers).toBe(2);
    expect((await readRun(target, 'second')).notes).toBe('another word');
  });

  it('keeps what was deleted here until it is told to remove it', async () => {
    await backUp();
    await deleteRun(database, 'second');
    expect(await backUp()).toMatchObject({ runs: 1, gone: ['Run second'] });
    expect((await restore()).report.runs.map(({ id }) => id).sort()).toEqual(['run', 'second']);
    expect(await backUp({ clear: true })).toMatchObject({ runs: 1, gone: [], written: 0 });
    expect((await restore()).report.runs.map(({ id }) => id)).toEqual(['run']);
    expect([...folder.files.keys()].filter((path) => path.startsWith('runs/second'))).toEqual([]);
  });

  it('keeps the weights that it has when later ones are made without', async () => {
    await backUp();
    await writeRun(database, { ...(await readRun(database, 'run')), notes: 'new' });
    await backUp({ weights: false });
    const { target } = await restore();
    expect(await readWeights(target, 'run')).not.toBeNull();
    expect((await readRun(target, 'run')).notes).toBe('new');
  });

  it('writes a file again that was damaged or is missing', async () => {
    await backUp();
    const [run, dataset] = [await fileOf('run', 'run'), await fileOf('dataset')];
    const bytes = new Uint8Array(await folder.files.get(run)!.arrayBuffer());
    bytes[bytes.length >> 1]! ^= 1;
    folder.files.set(run, new Blob([bytes]));
    folder.files.delete(dataset);
    const { report } = await restore();
    expect(report.refused.map(({ fault }) => fault.message)).toEqual([
      expect.stringContaining('it is missing'),
      expect.stringContaining('it is not as it was saved'),
    ]);
    expect(report.runs.map(({ id }) => id)).toEqual(['second']);
    expect(await backUp()).toMatchObject({ written: 2 });
    expect((await restore()).report.refused).toEqual([]);
  });

  it('does not give up a good file for a run that was damaged since', async () => {
    await backUp();
    await writeRun(database, { ...(await readRun(database, 'run')), notes: 'new' });
    await database.runs.set('run/document', { version: 1 });
    expect(await backUp()).toMatchObject({ runs: 2, asStored: 1 });
    expect(await readRun((await restore()).target, 'run')).toEqual(made.run);
  });
});

describe('a backup in a folder that stops on the way', () => {
  const change = async (): Promise<void> => {
    await writeRun(database, { ...(await readRun(database, 'run')), notes: 'changed' });
    await writeRun(database, { ...(await readRun(database, 'second')), notes: 'changed' });
    await writeRun(database, finishedRun('third', 1));
  };

  it.each(['QuotaExceededError', 'NotAllowedError', 'NotFoundError', 'InvalidStateError'])(
    'for %s, at whatever step, leaves the last good backup as it was',
    async (name) => {
      await backUp();
      const good = new Map(folder.files);
      const notes = async () => {
        const { target, report } = await restore();
        expect(report.refused).toEqual([]);
        return Promise.all(['run', 'second'].map(async (id) => (await readRun(target, id)).notes));
      };
      const before = await notes();
      await change();
      // Three runs and the manifest are written; what fails after them are removals, which nobody misses.
      for (let step = 0; step < 4; step++) {
        folder.files.clear();
        for (const [path, file] of good) folder.files.set(path, file);
        let done = 0;
        folder.before = () => {
          if (done++ >= step) throw folderTrouble('Backup', new DOMException('no', name));
        };
        const refused = await backUp().catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: 'BACKUP_FOLDER' });
        expect((refused as Error).message).toMatch(/^[^.]*“Backup”[^.]*(\.|: no)$/);
        folder.before = silent;
        expect(await folder.files.get(MANIFEST)!.text()).toBe(await good.get(MANIFEST)!.text());
        expect(await notes()).toEqual(before);
      }
      folder.before = () => {
        if (folder.written.at(-1) === MANIFEST) throw folderTrouble('Backup', new DOMException('no', name));
      };
      folder.written.length = 0;
      await backUp();
      folder.before = silent;
      expect(await notes()).toEqual(['changed', 'changed']);
    },
  );

  it('because the disk gives other bytes back, says so and leaves the last good backup', async () => {
    await backUp();
    await change();
    const write = folder.write.bind(folder);
    folder.write = async (path, content) => write(path, path.startsWith('runs/') ? new Blob([content, 'x']) : content);
    await expect(backUp()).rejects.toMatchObject({ code: 'BACKUP_DIFFERS' });
    const { target, report } = await restore();
    expect(report.refused).toEqual([]);
    expect(await readRun(target, 'run')).toEqual(made.run);
    expect((await listRuns(target)).readable).toHaveLength(2);
  });

  it('because a newer version, or somebody else, has written its list, changes nothing', async () => {
    for (const [text, code] of [
      ['{"format":"lodestone/backup-folder","version":2}', 'STUDY_VERSION'],
      ['{"format":"lodestone/backup-folder","version":1}', 'STUDY_UNREADABLE'],
      ['not a list', 'STUDY_UNREADABLE'],
    ] as const) {
      folder.files.set(MANIFEST, new Blob([text]));
      await expect(backUp()).rejects.toMatchObject({ code });
      expect([...folder.files.keys()]).toEqual([MANIFEST]);
      expect(await folder.files.get(MANIFEST)!.text()).toBe(text);
    }
  });
});

describe('restoring from a folder', () => {
  it('takes what the list names, and nothing that a backup left behind', async () => {
    await backUp();
    const stray = new Map(folder.files);
    await writeRun(database, { ...(await readRun(database, 'second')), notes: 'newest' });
    await backUp();
    for (const [path, file] of stray) if (!folder.files.has(path)) folder.files.set(path, file);
    const { target, report } = await restore();
    expect(report).toMatchObject({ copies: 0, refused: [] });
    expect((await readRun(target, 'second')).notes).toBe('newest');
  });

  it('takes the archives one by one where the list is damaged, and says so', async () => {
    await backUp();
    folder.files.set(MANIFEST, new Blob(['{']));
    const { report } = await restore();
    expect(report.refused.map(({ file, fault }) => [file, fault.code])).toEqual([
      [`Backup/${MANIFEST}`, 'STUDY_UNREADABLE'],
    ]);
    expect(report.runs).toHaveLength(2);
    expect(report.datasets).toHaveLength(1);
  });

  it('knows again what is here already', async () => {
    await backUp();
    expect((await restore(folder.named('Backup'), database)).report).toMatchObject({
      runs: [],
      datasets: [],
      copies: 0,
    });
  });
});
