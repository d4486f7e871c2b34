import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, sideways, startRun } from '../helpers/page';

const LONG = 'a_long_name_of_a_dataset_that_somebody_gave_without_a_single_space_in_it_2026';
const rows = Array.from({ length: 240 }, (_, k) => `u${k % 24},i${(Math.floor(k / 24) * 5 + k) % 30}`);

/** Imports the same table under a name; returns its page's address. */
async function importAs(page: Page, name: string): Promise<string> {
  const path = join(test.info().outputPath(), name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'shop.csv'), ['user_id,item_id', ...rows].join('\n'));
  await page.goto('./#/data');
  await expect(page.getByText('Drop a dataset here')).toBeVisible();
  await page.getByLabel('Dataset folder').setInputFiles(path);
  await page.getByRole('button', { name: /store/i }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  await page.waitForURL(/#\/data\/.+/);
  return page.url();
}

test('a long name widens no page, and the buttons beside it stay in view', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const dataset = await importAs(page, LONG);
  const run = await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' });
  await ended(page, run);
  for (const place of [dataset, './#/data', './#/experiment', './#/runs', `./#/runs/${run}`, './#/compare']) {
    await page.goto(place);
    await expect(page.locator('main').getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('main')).toContainText(place.includes('compare') ? 'Choose what to compare' : LONG);
    expect.soft(await sideways(page), place).toBe(0);
  }
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto('./#/data');
    const box = await page.getByRole('button', { name: `Delete ${LONG}` }).boundingBox();
    expect(box!.x + box!.width).toBeLessThanOrEqual(width);
    await page.goto('./#/compare');
    const all = await page.getByRole('button', { name: /^All 1 on/ }).boundingBox();
    expect(all!.x + all!.width).toBeLessThanOrEqual(width);
  }
});

test('a run outlives its dataset where the same content has another name, and says once where it has none', async ({
  page,
}) => {
  await importAs(page, 'second');
  const first = await importAs(page, 'first');
  const run = await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' });
  await ended(page, run);
  const remove = async (name: string): Promise<void> => {
    await page.goto('./#/data');
    await page.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(page.getByRole('alertdialog')).toBeHidden();
  };
  const openTab = async (name: string): Promise<void> => {
    await page.goto(`./#/runs/${run}`);
    await page.getByRole('tab', { name }).click();
  };
  expect(first).toContain('/data/');
  await remove('first');
  await openTab('Projection');
  await expect(page.getByText(/explains .* of the variance/)).toBeVisible();
  await openTab('Long tail');
  await expect(page.getByText('no longer stored')).toBeHidden();

  await remove('second');
  await openTab('Projection');
  const main = page.locator('main');
  await expect(main.getByText('The run’s dataset is no longer stored here.')).toBeVisible();
  await expect(main.getByRole('alert')).toHaveCount(0);
  await expect(main.getByRole('tabpanel')).not.toContainText(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test('where the system forces its colours, magnitudes keep theirs and the chosen tab differs by more than weight', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await startRun(page, 'MAGNET', { 'Epochs, at most': '2' });
  await ended(page, run);
  await page.getByRole('tab', { name: 'Routing' }).click();
  const cells = page.getByRole('grid').first().getByRole('gridcell', { name: /: \d/ });
  await expect(cells.first()).toBeVisible({ timeout: 60_000 });
  const grounds = await cells.evaluateAll((all) => all.map((cell) => getComputedStyle(cell).backgroundColor));
  expect(new Set(grounds).size).toBeGreaterThan(3);
  const border = (name: string) =>
    page.getByRole('tab', { name }).evaluate((tab) => getComputedStyle(tab).borderBottomColor);
  expect(await border('Routing')).not.toBe(await border('Curves'));
});

test('a drag across a chart selects no words', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '3' }));
  const chart = await page.getByRole('slider', { name: 'Cursor in Ranking, validation' }).boundingBox();
  await page.mouse.move(chart!.x + 60, chart!.y + 60);
  await page.mouse.down();
  await page.mouse.move(chart!.x + chart!.width - 10, chart!.y + chart!.height - 4, { steps: 8 });
  await page.mouse.up();
  expect(await page.evaluate(() => String(getSelection()))).toBe('');
});
