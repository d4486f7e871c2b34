import { expect, test, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { DatasetDocument, DatasetLabels } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { ended, expectFit, startRun, stored, storedRun } from '../helpers/page';

/** The rows of the CSV behind a chart. */
async function csvOf(page: Page, title: string | RegExp): Promise<{ columns: string[]; rows: string[][] }> {
  await page.getByRole('button', { name: title }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  await page.keyboard.press('Escape');
  const [columns, ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n')
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
  return { columns: columns!, rows };
}

const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

const shareIn = (label: string): number => Number(/\(([\d.]+) %\)/.exec(label)?.[1]) / 100;

/** How many points a cloud draws. */
const drawn = (panel: Locator): Promise<string | null> => panel.locator('canvas').first().getAttribute('data-points');

test('users and items in the plane: components, colours, UMAP, directions', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await startRun(page, 'LightGCN', { 'Epochs, at most': '2' });
  const { experiment } = await ended(page, run);
  const { users, items } = ((await stored(page, 'datasets', experiment.dataset.id)) as DatasetDocument).statistics;
  await page.getByRole('tab', { name: 'Projection' }).click();
  const final = page.getByRole('region', { name: 'Final representation' });
  await expect(final.locator('canvas')).toBeVisible();

  // Every item is a point, and what the axes say of the variance is that of the stored vectors.
  expect(await drawn(final)).toBe(String(items));
  const { columns, rows } = await csvOf(page, 'Numbers of Principal components, Final representation');
  expect(rows).toHaveLength(items);
  const vectors = await page.evaluate(async (key) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('lodestone');
      opening.onsuccess = () => resolve(opening.result);
    });
    return new Promise<number[]>((resolve) => {
      const request = database.transaction('checkpoints').objectStore('checkpoints').get(key);
      request.onsuccess = () => resolve([...(request.result as Float32Array)]);
    });
  }, `${run}/weights/represent/items/0`);
  const width = vectors.length / items;
  const total = Array.from({ length: width }, (_, column) =>
    variance(vectors.filter((_, at) => at % width === column)),
  ).reduce((sum, value) => sum + value, 0);
  const along = [4, 5].map((column) => variance(rows.map((row) => Number(row[column]))) / total);
  expect(along[0]).toBeGreaterThanOrEqual(along[1]!);
  expect(along[0]! + along[1]!).toBeLessThan(1);
  [4, 5].forEach((column, place) => expect(shareIn(columns[column]!)).toBeCloseTo(along[place]!, 3));

  // One point is read out by the keyboard.
  const slider = final.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('Home');
  const interactions = (await stored(page, 'features', `${experiment.dataset.id}/interactions`)) as Interactions;
  const popularity = interactions.items.filter((item, row) => item === 0 && interactions.split[row] === 0).length;
  await expect(slider).toHaveAttribute('aria-valuetext', new RegExp(`^.+ 0, Training interactions: ${popularity}$`));
  await page.keyboard.press('PageDown');
  await expect(slider).toHaveAttribute('aria-valuetext', /^.+ 1, Training/);

  // The directions of the points are a density.
  const angles = await csvOf(page, 'Numbers of Density of the angle');
  expect(angles.columns[1]).toBe('items');
  const step = (2 * Math.PI) / (angles.rows.length - 1);
  expect(angles.rows.slice(0, -1).reduce((sum, row) => sum + Number(row[1]) * step, 0)).toBeCloseTo(1, 6);

  // Categories are the dataset's.
  const labels = (await stored(page, 'features', `${experiment.dataset.id}/labels`)) as DatasetLabels;
  await page.getByRole('combobox', { name: 'Colour' }).selectOption({ label: 'Category' });
  const legend = final.getByRole('list', { name: 'Category' }).getByRole('listitem');
  const shown = (await legend.allTextContents()).map((text) => /^. (.*) \((\d+)\)$/.exec(text)!);
  const counts = new Map(
    labels.itemCategories!.names.map((name, category) => [
      name,
      labels.itemCategories!.of.filter((one) => one === category).length,
    ]),
  );
  expect(shown.length).toBe(Math.min(7, counts.size) + (counts.size === 8 ? 1 : 0));
  for (const [, name, count] of shown) expect(counts.get(name!)).toBe(Number(count));

  // Before and after stand side by side.
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'Input embeddings' });
  await page.getByRole('radio', { name: 'Both' }).check();
  const before = page.getByRole('region', { name: 'Input embeddings' });
  await expect(before.locator('canvas')).toHaveAttribute('data-points', String(users + items));
  await expect(final.locator('canvas')).toHaveAttribute('data-points', String(users + items));
  await expect(page.getByRole('group', { name: 'Spread of directions' }).getByRole('row')).toHaveCount(5);
  await expectFit(page, 'projection');

  // UMAP says how far it is, and can be cancelled; done twice it is the same.
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'Nothing' });
  await page.getByRole('radio', { name: 'UMAP' }).check();
  await expect(final.getByText(/(neighbours|step \d+ of \d+): [\d.]+ %/)).toBeVisible();
  await final.getByRole('button', { name: 'Cancel' }).click();
  await expect(final.getByText('Cancelled.')).toBeVisible();
  await expect(final.locator('canvas')).toHaveCount(0);
  await final.getByRole('button', { name: 'Project again' }).click();
  await expect(final.locator('canvas')).toHaveAttribute('data-points', String(users + items), { timeout: 120_000 });
  const once = await csvOf(page, /^Numbers of UMAP/);
  expect(new Set(once.rows.map((row) => row[4])).size).toBeGreaterThan(0.9 * (users + items));
  await page.reload();
  await page.getByRole('tab', { name: 'Projection' }).click();
  await page.getByRole('radio', { name: 'Both' }).check();
  await page.getByRole('radio', { name: 'UMAP' }).check();
  await expect(final.locator('canvas')).toBeVisible({ timeout: 120_000 });
  expect((await csvOf(page, /^Numbers of UMAP/)).rows.map((row) => row.slice(0, 6))).toEqual(
    once.rows.map((row) => row.slice(0, 6)),
  );
});

test('a run that trains is drawn from its newest checkpoint, and MAGNET by where it sends pairs', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await startRun(page, 'MAGNET', { 'Epochs, at most': '200' });
  const { experiment } = (await storedRun(page, run))!;
  const { items } = ((await stored(page, 'datasets', experiment.dataset.id)) as DatasetDocument).statistics;
  await page.getByRole('tab', { name: 'Projection' }).click();
  const final = page.getByRole('region', { name: 'Final representation' });
  // A checkpoint is due 15 s after the one before. Paused until then, the run takes nothing from what else the machine does.
  const bar = page.getByRole('region', { name: 'Run in progress' });
  const training = async (): Promise<number> => Number(/epoch (\d+) /.exec(await bar.innerText())?.[1]);
  const checkpoint = async (after: number): Promise<void> => {
    await expect.poll(training, { timeout: 120_000 }).toBeGreaterThan(after);
    await bar.getByRole('button', { name: 'Pause the run' }).click();
    await expect(bar).toContainText('paused', { timeout: 60_000 });
    await page.waitForTimeout(15_000);
    await bar.getByRole('button', { name: 'Resume the run' }).click();
  };
  // Without a checkpoint it says so; with the first one the picture comes by itself, and follows the next.
  await checkpoint(1);
  await expect(final.locator('canvas')).toHaveAttribute('data-points', String(items), { timeout: 120_000 });
  await expect(final).toContainText(`${items} items, 576 columns, after epoch`);
  const epoch = async (): Promise<number> => Number(/after epoch (\d+)/.exec(await final.innerText())?.[1]);
  const first = await epoch();
  await checkpoint(first + 1);
  await expect.poll(epoch, { timeout: 120_000 }).toBeGreaterThan(first);

  // Each item has one dominant modality, or none without training interactions.
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
  await ended(page, run);
  const interactions = (await stored(page, 'features', `${experiment.dataset.id}/interactions`)) as Interactions;
  const trained = new Set(interactions.items.filter((_, row) => interactions.split[row] === 0)).size;
  for (const [colour, names] of [
    ['Dominant modality', ['behaviour', 'image', 'text']],
    ['Dominant expert family', ['Dom', 'Bal', 'Com']],
  ] as const) {
    await page.getByRole('combobox', { name: 'Colour' }).selectOption({ label: colour });
    const legend = final.getByRole('list', { name: colour }).getByRole('listitem');
    await expect(legend).toHaveCount(3, { timeout: 120_000 });
    const texts = await legend.allTextContents();
    expect(texts.map((text) => text.replace(/^. | \(.*$/g, ''))).toEqual(names);
    expect(texts.map((text) => Number(/\((\d+)\)/.exec(text)?.[1])).reduce((sum, count) => sum + count, 0)).toBe(
      trained,
    );
  }
});
