import { expect, test, type Page } from '@playwright/test';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetDocument } from '../../src/domain/dataset';
import { METRIC_KEYS } from '../../src/domain/metrics';
import { entriesOf } from '../helpers/zipEntries';
import { dropFolder, ended, expectFit, startRun, stored } from '../helpers/page';

/** What a button saves. */
async function saved(page: Page, button: string): Promise<{ readonly name: string; readonly path: string }> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), path: await download.path() };
}

const textOf = ({ path }: { readonly path: string }): string => readFileSync(path, 'utf8');

/** A float32 matrix of NumPy, read as its format says. */
function matrixOf(bytes: Buffer): { readonly rows: number; readonly columns: number; readonly values: Float32Array } {
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const start = 10 + bytes.readUInt16LE(8);
  const [, rows, columns] = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$/
    .exec(bytes.toString('latin1', 10, start))!
    .map(Number);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  expect(values).toHaveLength(rows! * columns!);
  return { rows: rows!, columns: columns!, values };
}

/** What is stored beside a run, as plain lists. */
const detailsOf = (
  page: Page,
  id: string,
): Promise<{ users: number[]; items: number[]; scores: number[]; cutoff: number }> =>
  page.evaluate(
    (key) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const request = opening.result.transaction('runs').objectStore('runs').get(key);
          request.onsuccess = () => {
            const { perUser, topItems, topScores, cutoff } = request.result;
            resolve({ users: [...perUser.users], items: [...topItems], scores: [...topScores], cutoff });
            opening.result.close();
          };
        };
      }),
    `${id}/details`,
  );

const fingerprints = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const request = opening.result.transaction('datasets').objectStore('datasets').getAll();
          request.onsuccess = () => {
            resolve(request.result.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
            opening.result.close();
          };
        };
      }),
  );

test('a run: curves, embeddings that give the stored scores, top lists, a configuration', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '3', Seed: '5' }));
  const details = await detailsOf(page, run.id);
  await page.getByRole('button', { name: 'Export' }).click();
  await expectFit(page, 'the export of a run');
  await page.setViewportSize({ width: 1440, height: 900 });

  const curves = await saved(page, 'Curves CSV');
  expect(textOf(curves).trimEnd().split('\r\n')).toHaveLength(1 + 3);
  const scalars = textOf(await saved(page, 'Long CSV'))
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  expect(scalars[0]).toEqual(['run', 'tag', 'step', 'value']);
  for (const key of METRIC_KEYS)
    expect(scalars.filter(([, tag]) => tag === `valid_${key}`).map((row) => row.slice(2).map(Number))).toEqual(
      run.epochs.map(({ step, valid }) => [step, valid![key]]),
    );

  const [userFiles, itemFiles] = [
    entriesOf((await saved(page, 'Users')).path),
    entriesOf((await saved(page, 'Items')).path),
  ];
  const users = matrixOf(userFiles.get('users.npy')!);
  const items = matrixOf(itemFiles.get('items.npy')!);
  expect([users.rows, users.columns, items.rows, items.columns]).toEqual([1000, 64, 600, 64]);
  const product = (user: number, item: number): number => {
    let sum = 0;
    for (let k = 0; k < 64; k++) sum += users.values[user * 64 + k]! * items.values[item * 64 + k]!;
    return sum;
  };
  let furthest = 0;
  details.users.forEach((user, row) => {
    for (let rank = 0; rank < 3; rank++)
      furthest = Math.max(
        furthest,
        Math.abs(
          product(user, details.items[row * details.cutoff + rank]!) - details.scores[row * details.cutoff + rank]!,
        ),
      );
  });
  expect(details.users).toHaveLength(1000);
  expect(furthest).toBeLessThan(1e-4);

  const lists = await saved(page, 'Lists');
  expect(lists.name).toMatch(/top-lists\.zip$/);
  const listFiles = entriesOf(lists.path);
  expect([...listFiles.keys()]).toEqual(['recommendations.csv', 'top-50.tsv', 'users.csv', 'items.csv']);
  for (const [name, files] of [
    ['users.csv', userFiles],
    ['items.csv', itemFiles],
  ] as const)
    expect(listFiles.get(name)!.equals(files.get(name)!), name).toBe(true);
  const [idHeader, first] = listFiles.get('items.csv')!.toString().split('\n');
  expect([idHeader, first]).toEqual(['index,id,name', expect.stringMatching(/^0,0,\w+ \w+ 0$/)]);
  expect(listFiles.get('recommendations.csv')!.toString().split('\n')[1]).toBe(
    [
      details.users[0],
      1,
      details.items[0],
      details.scores[0]!.toPrecision(7),
      details.users[0],
      details.items[0],
    ].join(),
  );
  const [header, ...rows] = listFiles
    .get('top-50.tsv')!
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(header).toEqual(['id', ...Array.from({ length: 50 }, (_, rank) => `top_${rank}`)]);
  expect(rows.map(([id]) => Number(id))).toEqual(details.users);
  expect(rows.flatMap((row) => row.slice(1).map(Number))).toEqual(details.items);

  const yaml = textOf(await saved(page, 'YAML'));
  for (const line of [
    'seed: [5]',
    'epochs: 3',
    'n_layers: 2',
    'reg_weight: 0.0001',
    'stopping_step: 20',
    'valid_metric: "Recall@20"',
    '# python main.py -m LightGCN -d Demo',
  ])
    expect(yaml.split('\n')).toContain(line);
  expect(yaml).toContain(`Recall@20 ${run.result!.test['recall@20'].toFixed(4)}`);

  // What is beside the run can be gone: it came from a file without weights, or the data were deleted.
  await page.evaluate(
    (keys) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const change = opening.result.transaction(['runs', 'checkpoints'], 'readwrite');
          change.objectStore('runs').delete(keys.details);
          change.objectStore('checkpoints').delete(keys.weights);
          change.oncomplete = () => {
            resolve();
            opening.result.close();
          };
        };
      }),
    { details: `${run.id}/details`, weights: `${run.id}/weights` },
  );
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Items', exact: true }).click();
  await expect(dialog.getByText('The embeddings of this run are not stored here.')).toBeVisible();
  await expect(dialog.getByText('RUN_NO_WEIGHTS')).toBeVisible();
  await dialog.getByRole('button', { name: 'Lists', exact: true }).click();
  await expect(dialog.getByText('The top lists of this run are not stored here.')).toBeVisible();
});

test('a dataset with ids of its own: pages, tables and files name users and items by them', async ({ page }) => {
  const rows = Array.from({ length: 320 }, (_, row) => {
    const [user, place] = [row % 40, Math.floor(row / 40)];
    return `${user + 101},B${String((7 * user + 3 * place) % 50).padStart(3, '0')},${Math.max(0, place - 5)}`;
  });
  await page.goto('./#/data');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page
    .getByLabel('Dataset files')
    .setInputFiles([
      { name: 'shop.csv', mimeType: 'text/csv', buffer: Buffer.from(`user,item,x_label\n${rows.join('\n')}\n`) },
    ]);
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await expect(page.getByRole('link', { name: 'shop', exact: true }).first()).toBeVisible({ timeout: 60_000 });
  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '1' }));

  await page.getByRole('tab', { name: 'Users' }).click();
  const id = page.getByRole('textbox', { name: 'User id' });
  await id.fill('3');
  await expect(page.getByText('User 3 has no test items or does not exist.')).toBeVisible();
  await id.fill('104');
  await expect(page.getByRole('heading', { name: 'User 104' })).toBeVisible();
  const list = page.getByRole('group', { name: 'Top list of user 104' });
  await expect(list.getByRole('rowheader').first()).toHaveText(/^B0\d\d index \d+$/);
  const items = await list.getByRole('rowheader').allTextContents();
  await expectFit(page, 'a user by the original id');
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByRole('button', { name: 'Export' }).click();
  const [, ...lines] = entriesOf((await saved(page, 'Lists')).path)
    .get('recommendations.csv')!
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const own = lines.filter(([user]) => user === '104');
  expect(own.map(([, , item, , , index]) => `${item} index ${index}`)).toEqual(items);
  expect(new Set(lines.map(([user]) => user)).size).toBe((await detailsOf(page, run.id)).users.length);
});

test('a dataset: the archive holds what is stored, and comes back with the same fingerprint', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Demo', exact: true }).first().click();
  await page.waitForURL(/#\/data\/.+/);
  const id = page.url().replace(/^.*#\/data\//, '');
  const document = (await stored(page, 'datasets', id)) as DatasetDocument;
  await page.getByRole('button', { name: 'Export for MMRec' }).click();
  await expectFit(page, 'the export of a dataset');
  await page.setViewportSize({ width: 1440, height: 900 });
  const zip = await saved(page, 'Save Demo.zip');
  expect(zip.name).toBe('Demo.zip');
  await expect(page.getByText(/Demo\.zip saved, \d+ KB/)).toBeVisible();

  const files = entriesOf(zip.path);
  expect([...files.keys()]).toEqual(['Demo/Demo.yaml', 'Demo/Demo.inter', 'Demo/image_feat.npy', 'Demo/text_feat.npy']);
  const [header, ...rows] = files
    .get('Demo/Demo.inter')!
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(header).toEqual(['userID', 'itemID', 'rating', 'timestamp', 'x_label']);
  const { splits, ratings } = document.statistics;
  expect([0, 1, 2].map((label) => rows.filter((row) => row[4] === String(label)).length)).toEqual(
    [splits.train, splits.valid, splits.test].map(({ interactions }) => interactions),
  );
  expect(ratings!.map(([rating]) => [rating, rows.filter((row) => row[2] === String(rating)).length])).toEqual(ratings);
  expect(new Set(rows.map(([user]) => user)).size).toBe(1000);
  const image = matrixOf(files.get('Demo/image_feat.npy')!);
  expect([image.rows, image.columns]).toEqual([600, 64]);
  expect(Math.hypot(...image.values.subarray(0, 64))).toBeGreaterThanOrEqual(document.features[0]!.statistics.normMin);

  const folder = mkdtempSync(join(tmpdir(), 'lodestone-export-'));
  copyFileSync(zip.path, join(folder, 'Demo.zip'));
  await page.goto('/#/data');
  await dropFolder(page, folder);
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await expect
    .poll(() => fingerprints(page), { timeout: 60_000 })
    .toEqual([document.fingerprint, document.fingerprint]);
});
