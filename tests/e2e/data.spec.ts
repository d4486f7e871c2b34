import { expect, test, type FileChooser, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npy } from '../helpers/dataBuilders';
import { dropFolder, hasTikTok, TIKTOK } from '../helpers/page';

const DEMO = '1,000 users × 600 items';

/** Opens the app as a first-time visitor, who finds the demo dataset. */
async function firstVisit(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
}

const currentDataset = (page: Page) => page.locator('header').getByRole('link', { name: /^Dataset:/ });
const storedDatasets = (page: Page) => page.getByRole('group', { name: 'Stored datasets' }).getByRole('link');
const stat = (page: Page, label: string) =>
  page
    .getByRole('region', { name: 'Interactions' })
    .locator('div', { has: page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) }) })
    .last()
    .getByRole('definition')
    .first();

/** A folder of this machine with the given files. */
function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(test.info().outputPath(), name);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

/** Twelve users with five of eight items each, as a table with any separator. */
function table(separator: string): string {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 12, (Math.floor(i / 12) * 3 + i) % 8].join(separator));
  return [['user_id', 'item_id'].join(separator), ...rows].join('\r\n');
}

test('the first visit finds the demo dataset within seconds', async ({ page }) => {
  const start = Date.now();
  await firstVisit(page);
  expect(Date.now() - start).toBeLessThan(10_000);
  await expect(page.getByText(/1,000 invented users, 600 invented items, 12,003 interactions/)).toBeVisible();
  await expect(currentDataset(page)).toContainText(DEMO);

  await page.getByRole('link', { name: 'Open the demo dataset' }).click();
  await expect(stat(page, 'Users')).toHaveText('1,000');
  await expect(stat(page, 'Items')).toHaveText('600');
  await expect(stat(page, 'Interactions')).toHaveText('12,003');
  await expect(stat(page, 'Density')).toHaveText('2 %');
  await expect(page.getByRole('row', { name: /^image items 600 64/ })).toBeVisible();

  await page.reload();
  await expect(stat(page, 'Users')).toHaveText('1,000');
});

test('a broken folder is explained, nothing of it is stored, and the dataset before it stays', async ({ page }) => {
  await firstVisit(page);
  await dropFolder(
    page,
    folder('broken', {
      'toy.inter': 'userID\titemID\tx_label\n0\t0\t0\n0\t1\t1\n1\t2\t2\n2\t0\t0\n',
      'image_feat.npy': npy(2, 4),
    }),
  );
  const check = page.getByRole('region', { name: 'Check of broken' });
  await expect(check.getByText('Nothing was stored: the dataset has errors.')).toBeVisible();
  const problem = check.getByRole('listitem').filter({ hasText: 'error' });
  await expect(problem).toHaveCount(1);
  for (const words of ['broken/image_feat.npy', 'row 2', 'rows-mismatch'])
    await expect(problem.getByText(words, { exact: true })).toBeVisible();
  await expect(problem).toContainText('Row 4 of toy.inter has item 2, but image_feat.npy has rows 0–1.');
  await expect(problem).toContainText('Check that the feature file belongs to this interaction file.');
  await expect(check.getByRole('button', { name: /store/i })).toBeHidden();

  await check.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await expect(storedDatasets(page)).toHaveText(['Demo']);
  await expect(currentDataset(page)).toContainText(DEMO);
});

test('a CSV with bars becomes the current dataset', async ({ page }) => {
  await firstVisit(page);
  const path = folder('table', { 'ratings.csv': table('|') });
  await page.getByLabel('Dataset files').setInputFiles(join(path, 'ratings.csv'));
  const field = page.getByRole('textbox', { name: 'Name' });
  await expect(field).toHaveValue('ratings');
  await field.fill('With bars');
  await page.getByRole('button', { name: /store/i }).click();
  await expect(
    page.getByRole('status').filter({ hasText: 'With bars is stored and is the current dataset.' }),
  ).toBeVisible();
  await expect(currentDataset(page)).toContainText('12 users × 8 items · no features');

  await page.getByRole('link', { name: 'View the dataset' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'With bars' })).toBeVisible();
  await expect(stat(page, 'Interactions')).toHaveText('60');
  await expect(page.getByRole('row', { name: /^Test/ })).toContainText('12');
});

test('an import can be cancelled while it is read and when it is checked', async ({ page }) => {
  await firstVisit(page);
  // Long enough to be caught in the middle.
  const items = 20_000;
  const rows = Array.from({ length: items }, (_, i) => `${i % 500}\t${i}\t${i % 10 < 8 ? 0 : (i % 10) - 7}`);
  await dropFolder(
    page,
    folder('large', {
      'large.inter': ['userID\titemID\tx_label', ...rows].join('\n'),
      'image_feat.npy': npy(items, 1024),
    }),
  );
  await page.getByRole('region', { name: 'Reading large' }).getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Drop a dataset here')).toBeVisible();

  await dropFolder(page, folder('small', { 'small.csv': table(',') }));
  await page.getByRole('region', { name: 'Check of small' }).getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Drop a dataset here')).toBeVisible();
  await page.reload();
  await expect(storedDatasets(page)).toHaveText(['Demo']);
  // Without the app itself, which is kept for use without a network.
  const left = await page.evaluate(
    async () =>
      ((await navigator.storage.estimate()) as { usageDetails: { indexedDB: number } }).usageDetails.indexedDB,
  );
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(5e6);
});

test('deleting a dataset asks first', async ({ page }) => {
  await firstVisit(page);
  const remove = page.getByRole('button', { name: 'Delete Demo' });
  await remove.click();
  const question = page.getByRole('alertdialog', { name: 'Delete “Demo”?' });
  await expect(question).toContainText('Runs on it keep their results');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  await expect(storedDatasets(page)).toHaveCount(1);

  await remove.click();
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(currentDataset(page)).toContainText('No dataset');
  // What was deleted on purpose does not come back by itself.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Make the demo dataset' })).toBeVisible();
  await expect(currentDataset(page)).toContainText('No dataset');
});

test('a dataset is imported by keyboard alone', async ({ page }) => {
  // Asked for before the page is opened: the browser must know by then that choosers are taken over.
  let chooser: FileChooser | null = null;
  page.on('filechooser', (opened) => (chooser = opened));
  await firstVisit(page);
  const path = folder('keys', { 'keys.csv': table(';') });
  const focusOn = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      // Past the last control the focus is on the page as a whole, whose text is all there is.
      const words = await page.evaluate(() =>
        document.activeElement === document.body ? '' : (document.activeElement?.textContent ?? ''),
      );
      if (name.test(words)) return;
    }
    throw new Error(`Tab does not reach ${name.source}.`);
  };
  await focusOn(/^Choose files$/);
  await expect(async () => {
    // A chooser that headless Chromium closed by itself is opened again.
    await page.keyboard.press('Enter');
    await expect.poll(() => chooser !== null, { timeout: 3000 }).toBe(true);
    await chooser?.setFiles(join(path, 'keys.csv'));
  }).toPass();
  await expect(page.getByRole('region', { name: 'Check of keys' })).toBeVisible();
  await focusOn(/^Store the dataset$|and store$/);
  await page.keyboard.press('Enter');
  await expect(page.getByText('keys is stored and is the current dataset.')).toBeVisible();
  await focusOn(/^Use in an experiment$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Experiment' })).toBeVisible();
});

test('TikTok’s page shows its counts, splits and features', async ({ page }) => {
  test.skip(!hasTikTok, 'the TikTok data is not beside this checkout');
  await firstVisit(page);
  await dropFolder(page, TIKTOK);
  await page.getByRole('button', { name: 'Accept 2 warnings and store' }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  for (const [label, value] of [
    ['Users', '9,308'],
    ['Items', '6,710'],
    ['Interactions', '68,722'],
    ['Density', '0.11 %'],
  ] as const) {
    await expect(stat(page, label)).toHaveText(value);
  }
  for (const [split, count] of [
    ['Training', '59,541'],
    ['Validation', '3,051'],
    ['Test', '6,130'],
  ] as const) {
    await expect(
      page
        .getByRole('row', { name: new RegExp(`^${split}`) })
        .getByRole('cell')
        .first(),
    ).toHaveText(count);
  }
  for (const modality of ['image', 'audio'])
    await expect(page.getByRole('row', { name: new RegExp(`^${modality} items 6,710 128`) })).toBeVisible();
});
