import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetDocument } from '../../src/domain/dataset';
import { sideways, stored, violations } from '../helpers/page';

const header = 'visitor,thing_code,score,rating';
const rows = Array.from(
  { length: 60 },
  (_, k) => `u${k % 12},i${(Math.floor(k / 12) * 3 + k) % 8},${k % 7},${1 + (k % 5)}`,
);
const content = [header, ...rows].join('\n');

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(test.info().outputPath(), name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

async function pick(page: Page, path: string): Promise<void> {
  await page.goto('./#/data');
  await expect(page.getByText('Drop a dataset here')).toBeVisible();
  await page.getByLabel('Dataset folder').setInputFiles(path);
}

test('two readings are asked about, answered by keyboard on a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await pick(page, folder('shop', { 'sales.csv': content }));
  const dialog = page.getByRole('dialog', { name: 'How should these files be read?' });
  await expect(dialog).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await sideways(page)).toBe(0);
  // Nothing but keys from here.
  const press = async (name: RegExp | string, key: string): Promise<void> => {
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
      });
      if (typeof name === 'string' ? label === name : name.test(label)) return page.keyboard.press(key);
    }
    throw new Error(`${String(name)} cannot be reached by Tab.`);
  };
  await expect(dialog.getByLabel('Column visitor')).toHaveValue('user');
  await press('Column thing_code', 'i');
  await expect(dialog.getByLabel('Column thing_code')).toHaveValue('item');
  await press('Column score', 'r');
  await expect(dialog.getByLabel('Column score')).toHaveValue('rating');
  await expect(dialog.getByLabel('Column rating')).toHaveValue('');
  await press('Continue', 'Enter');

  await expect(page.getByRole('heading', { name: 'Check of shop' })).toBeVisible();
  await expect(page.getByText('user = visitor, item = thing_code, rating = score; not used: rating')).toBeVisible();
  await expect(
    page.getByText('Split: drawn (random within each user, seed 999). Ratings: column score. Times: none.'),
  ).toBeVisible();
  // What is half under the bar at the bottom counts as too small.
  await page.getByRole('button', { name: /store/i }).scrollIntoViewIfNeeded();
  expect(await violations(page)).toEqual([]);
  expect(await sideways(page)).toBe(0);
  await page.getByRole('button', { name: /store/i }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  const fingerprint = async (): Promise<string> =>
    ((await stored(page, 'datasets', page.url().split('/').at(-1)!)) as DatasetDocument).fingerprint;
  await page.waitForURL(/#\/data\/.+/);
  const asked = await fingerprint();
  await page.getByRole('button', { name: /How the files were read/ }).click();
  await expect(page.getByText('User ids: numbered by first appearance.')).toBeVisible();

  // The same table with nothing to ask about is the same dataset.
  const plain = ['user_id,item_id,rating', ...rows.map((row) => row.split(',').slice(0, 3).join(','))].join('\n');
  await pick(page, folder('plain', { 'plain.csv': plain }));
  await page.getByRole('button', { name: /store/i }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  expect(await fingerprint()).toBe(asked);
});

test('the check can be sent back to be read differently, and an import that asks can be cancelled', async ({
  page,
}) => {
  const good = content.replace(header, 'user_id,item_id,views,rating');
  await pick(page, folder('shop', { 'sales.csv': good, 'notes.txt': 'Some words about the data.' }));
  await expect(page.getByText('user = user_id, item = item_id, rating = rating; not used: views')).toBeVisible();
  await page.getByRole('button', { name: 'Read differently …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Read the files differently' });
  await dialog.getByLabel('Column views').selectOption('Rating');
  await dialog.getByRole('button', { name: 'Read again' }).click();
  await expect(page.getByText('user = user_id, item = item_id, rating = views; not used: rating')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: /Check of/ })).toBeHidden();

  await pick(page, folder('other', { 'sales.csv': content }));
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the import' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByText('Drop a dataset here')).toBeVisible();
});
