import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { writeAnswers } from '../../src/storage/reasoning';
import { readRun, writeRun } from '../../src/storage/runs';
import { readShapes, readWeights, writeWeights } from '../../src/storage/weights';
import { writeArchive, type Written } from '../../workers/sharing/archive';
import { choiceOfAll, makeBackup } from '../../workers/sharing/backup';
import { importFiles } from '../../workers/sharing/importFiles';
import { differences } from '../../workers/sharing/verify';
import { copyOf, executed, tinyStudy, type Stored } from '../helpers/runs';

const NOW = new Date('2026-03-04T05:06:07.000Z');
const silent = (): void => undefined;
const KEY = 'c'.repeat(64);

let made: Stored;
let database: Database;
beforeAll(async () => {
  const stored = await tinyStudy('lightgcn', { epochs: 2 }, 'cpu');
  made = { ...stored, run: await executed(stored, 'cpu') };
  await writeAnswers(made.database, [[KEY, { vector: Float32Array.of(1, 2, 3) }]]);
}, 60_000);
beforeEach(async () => {
  database = await copyOf(made.database);
});

const written = async (): Promise<Written> => writeArchive(database, await choiceOfAll(database, true), NOW, silent);

describe('an archive that is read back', () => {
  it('is what was written', async () => {
    const { file, contents } = await written();
    expect([contents.datasets.size, contents.runs.size, contents.files.size]).toEqual([1, 1, 2]);
    expect(await differences('b', file, contents)).toEqual([]);
  });

  const CHANGES: Readonly<Record<string, readonly [string, () => Promise<void>]>> = {
    'an epoch': [
      'run/run',
      async () => {
        const run = await readRun(database, 'run');
        await writeRun(database, {
          ...run,
          epochs: run.epochs.map((epoch) => (epoch.epoch === 1 ? { ...epoch, total: epoch.total + 1e-12 } : epoch)),
        });
      },
    ],
    'what a user got': [
      'run/run',
      async () => {
        const details = (await database.runs.get('run/details')) as { topScores: Float32Array };
        details.topScores[0]! += 1;
        await database.runs.set('run/details', details);
      },
    ],
    'a weight': [
      'run/run',
      async () => {
        const weights = (await readWeights(database, 'run'))!;
        weights['userEmbedding']![5]! += 1e-6;
        await writeWeights(database, 'run', weights, await readShapes(database, 'run', 'best'));
      },
    ],
    'the name of a dataset': [
      'dataset/small',
      async () => {
        const dataset = (await database.datasets.get('small')) as object;
        await database.datasets.set('small', { ...dataset, name: 'another' });
      },
    ],
    'the name of an item': [
      'dataset/small',
      async () => {
        const labels = (await database.features.get('small/labels')) as { items: string[] };
        labels.items[2] = 'another';
        await database.features.set('small/labels', labels);
      },
    ],
    'an answer': ['answers', () => writeAnswers(database, [[KEY, { vector: Float32Array.of(1, 2, 4) }]])],
  };

  it.each(Object.entries(CHANGES))('is found to differ in %s', async (_what, [place, change]) => {
    const { contents } = await written();
    await change();
    expect(await differences('b', (await written()).file, contents)).toEqual([place]);
  });

  it('is refused where bytes of it were lost', async () => {
    const { file, contents } = await written();
    await expect(differences('b', file.slice(0, file.size - 40), contents)).rejects.toThrow();
    const bytes = new Uint8Array(await file.arrayBuffer());
    bytes.fill(0, 2000, 3000);
    expect(await differences('b', new Blob([bytes]), contents)).not.toEqual([]);
  });
});

describe('a backup', () => {
  it('says what it holds', async () => {
    const { file, report } = await makeBackup(database, true, NOW, silent);
    expect(report).toEqual({
      datasets: 1,
      runs: 1,
      asStored: 0,
      bytes: file.size,
      written: 1,
      gone: [],
      seconds: { run: made.run.seconds },
    });
  });

  it('keeps as it is stored what it could not give back, and says so', async () => {
    const interactions = (await database.features.get('small/interactions')) as { users: Int32Array };
    interactions.users[0]! = interactions.users[0] === 0 ? 1 : 0;
    await database.features.set('small/interactions', interactions);
    const { file, report } = await makeBackup(database, true, NOW, silent);
    expect(report).toMatchObject({ datasets: 0, runs: 1, asStored: 1 });
    expect(await file.text()).toContain('unreadable/datasets/small.json');
    const target = memoryDatabase();
    const { refused, runs } = await importFiles(target, [{ path: 'b.lodestone.zip', file }], () => 'copy', NOW, silent);
    expect([refused, runs.length]).toEqual([[], 1]);
  });
});
