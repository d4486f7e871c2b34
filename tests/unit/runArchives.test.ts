import { describe, expect, it } from 'vitest';
import { embeddingsArchive, topListsArchive } from '../../src/sharing/runArchives';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { deleteDataset, readLabels } from '../../src/storage/datasets';
import { writeRun } from '../../src/storage/runs';
import { writeWeights } from '../../src/storage/weights';
import { blobSource } from '../../workers/formats/source';
import { open } from '../../workers/formats/recognise';
import { importDataset } from '../../workers/dataset/import';
import { named } from '../helpers/dataRoom';
import { details, finishedRun } from '../helpers/storedRuns';

const run = finishedRun('r', 1);

/** Nine users numbered from 101 on, and items by their ASINs; numbered by first appearance. */
async function shop(): Promise<Database> {
  const database = memoryDatabase();
  const rows = Array.from({ length: 9 }, (_, user) =>
    [0, 1, 2].map((split) => `${101 + user},B00${(user + split) % 4},${split}`).join('\n'),
  );
  await importDataset(
    database,
    { id: 'd', files: [named('shop.csv', `user,item,x_label\n${rows.join('\n')}\n`)], options: {} },
    { confirm: async () => true },
  );
  await writeRun(database, run, details);
  const weights = {
    'represent/users': new Float32Array(18),
    'represent/items': Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  };
  await writeWeights(database, run.id, weights);
  return database;
}

async function filesOf(blob: Blob): Promise<Map<string, string>> {
  const opened = await open(blobSource('a.zip', blob), {});
  if (opened.kind !== 'archive') throw new Error(opened.kind);
  const files = new Map<string, string>();
  for (const entry of opened.entries) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of entry.chunks({})) parts.push(new Uint8Array(chunk));
    files.set(entry.path.slice('a.zip/'.length), await new Blob(parts).text());
  }
  return files;
}

describe('what a run hands out', () => {
  it('lists name users and items as their file did', async () => {
    const database = await shop();
    const labels = (await readLabels(database, 'd'))!;
    expect(labels.originalUsers?.slice(0, 2)).toEqual(['101', '102']);
    const files = await filesOf(await topListsArchive(database, run));
    expect([...files.keys()]).toEqual(['recommendations.csv', 'top-2.tsv', 'users.csv', 'items.csv']);
    expect(files.get('recommendations.csv')).toBe(
      'user,rank,item,score,user_index,item_index\n' +
        '104,1,B001,0.5000000,3,1\n104,2,B002,0.2500000,3,2\n108,1,B003,0.1250000,7,3\n',
    );
    expect(files.get('top-2.tsv')).toBe('id\ttop_0\ttop_1\n3\t1\t2\n7\t3\t-1\n');
    expect(files.get('items.csv')).toBe('index,id,name\n0,B000,\n1,B001,\n2,B002,\n3,B003,\n');
    await deleteDataset(database, 'd');
    expect([...(await filesOf(await topListsArchive(database, run))).keys()]).toEqual(['top-2.tsv']);
  });

  it('embeddings come with the ids of their rows', async () => {
    const files = await filesOf(await embeddingsArchive(await shop(), run, 'item'));
    expect([...files.keys()]).toEqual(['items.npy', 'items.csv']);
    expect(files.get('items.npy')).toContain("'shape': (4, 2)");
    expect(files.get('items.csv')?.split('\n')[2]).toBe('1,B001,');
  });

  it('what is not stored is said to be missing', async () => {
    const database = memoryDatabase();
    await expect(topListsArchive(database, run)).rejects.toMatchObject({ code: 'RUN_NO_WEIGHTS' });
    await expect(embeddingsArchive(database, run, 'user')).rejects.toMatchObject({ code: 'RUN_NO_WEIGHTS' });
  });
});
