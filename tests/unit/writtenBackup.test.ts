import { beforeEach, expect, it } from 'vitest';
import type { Report } from '../../src/domain/report';
import { withPreset } from '../../src/domain/ownPresets';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { changeOwnPresets, readOwnPresets } from '../../src/storage/ownPresets';
import { changeStudyBook, readReports, readStudyBook, writeReport } from '../../src/storage/studies';
import { makeBackup } from '../../workers/sharing/backup';
import { backUpToFolder } from '../../workers/sharing/folderBackup';
import { importFiles } from '../../workers/sharing/importFiles';
import { MemoryFolder } from '../helpers/memoryFolder';

const NOW = new Date('2026-05-01T00:00:00.000Z');
const silent = (): void => undefined;
const report: Report = {
  version: 1,
  id: 'r',
  title: 'Mine',
  createdAt: NOW.toISOString(),
  changedAt: NOW.toISOString(),
  blocks: [{ id: '1', kind: 'text', text: 'words' }],
};
let database: Database;

beforeEach(async () => {
  database = memoryDatabase();
  await writeReport(database, report);
  const kept = { id: 'k', name: 'kept', notes: '', createdAt: NOW.toISOString(), runs: ['a'], look: 'metric=ndcg@10' };
  await changeStudyBook(database, () => ({ words: { g: { name: 'set', notes: 'why' } }, comparisons: [kept] }));
  const config = { ...defaultConfig('lightgcn'), layers: 4 };
  await changeOwnPresets(database, (presets) => withPreset(presets, { model: 'lightgcn', name: 'deep', config }));
});

const restored = (into: Database, files: Parameters<typeof importFiles>[1]) =>
  importFiles(into, files, () => 'new', NOW, silent);

it('what a person wrote comes back from an archive, once, and what is here stays', async () => {
  const { file } = await makeBackup(database, false, NOW, silent);
  const other = memoryDatabase();
  await changeStudyBook(other, (book) => ({ ...book, words: { g: { name: 'another name', notes: '' } } }));
  const files = [{ path: 'b.lodestone.zip', file: new File([file], 'b.lodestone.zip') }];
  expect(await restored(other, files)).toMatchObject({ written: 3, refused: [] });
  expect((await readReports(other)).reports).toEqual([report]);
  expect((await readStudyBook(other))!.words['g']!.name).toBe('another name');
  expect((await readStudyBook(other))!.comparisons).toHaveLength(1);
  expect((await readOwnPresets(other))[0]!.changes).toEqual({ layers: 4 });
  expect(await restored(other, files)).toMatchObject({ written: 0, refused: [] });
});

it('a folder holds it too, and writes it anew only when it has changed', async () => {
  const folder = new MemoryFolder();
  const backUp = () => backUpToFolder(database, folder, { weights: false, clear: false }, NOW, silent);
  expect((await backUp()).written).toBe(1);
  expect((await backUp()).written).toBe(0);
  await writeReport(database, { ...report, title: 'Changed' });
  expect((await backUp()).written).toBe(1);
  const other = memoryDatabase();
  expect(await restored(other, folder.named('Backup'))).toMatchObject({ written: 4, refused: [] });
  expect((await readReports(other)).reports[0]!.title).toBe('Changed');
});
