import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dropFolder, ended, hasTikTok, startRun, TIKTOK } from '../helpers/page';
import { withPalette } from './palette';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const THEMES = ['light', 'dark'] as const;

/** `docs/images/<view>-<width>-<theme>.png`, the whole page, at both widths and in both themes. */
async function shoot(page: Page, view: string): Promise<void> {
  await page.mouse.move(0, 0);
  for (const { width, height } of WIDTHS) {
    await page.setViewportSize({ width, height });
    // Charts measure their new width in a frame of their own.
    await page.waitForTimeout(250);
    // A window as tall as the page: the bars at the edges stay at the edges.
    await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
    await inBothThemes(page, `${view}-${width}`);
  }
  await page.setViewportSize(WIDTHS[0]);
}

/** The window as it is, for a page of which only the top matters. */
async function shootTop(page: Page, view: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  await inBothThemes(page, `${view}-${WIDTHS[0].width}`);
}

async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(100);
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    writeFileSync(`${FOLDER}${name}-${colorScheme}.png`, withPalette(picture));
  }
}

async function choose(page: Page, dataset: string): Promise<void> {
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Dataset' }).selectOption({ label: dataset });
}

test('every view', async ({ page }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  const demo = await page.locator('header strong').innerText();
  await shoot(page, 'data');
  await page.goto('./#/device');
  await expect(page.getByText(/of \d+ passed/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByText('GFLOP/s')).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'device');

  if (hasTikTok) {
    await page.goto('./#/data');
    await dropFolder(page, TIKTOK);
    const store = page.getByRole('button', { name: /store/i }).first();
    await expect(store).toBeVisible({ timeout: 60_000 });
    await shoot(page, 'import-check');
    await store.click();
    await page.getByRole('link', { name: 'Look at it' }).click({ timeout: 60_000 });
  } else {
    await page.locator('header a').first().click();
  }
  await expect(page.getByText('Degree distribution').first()).toBeVisible();
  await shoot(page, 'dataset');

  await choose(page, demo);
  for (const [model, epochs] of [['BPR-MF', '10'], ['VBPR', '10'], ['MGCN', '15'], ['LightGCN', '15']] as const) {
    await ended(page, await startRun(page, model, { 'Epochs, at most': epochs }));
  }
  await expect(page.locator('main ul').first()).toContainText('finished');
  await shoot(page, 'run-finished');
  for (const tab of ['Users', 'Efficiency', 'Config']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByRole('tabpanel').getByRole('heading').first()).toBeVisible();
    await shoot(page, `run-${tab.toLowerCase()}`);
  }

  await page.getByRole('tab', { name: 'Projection' }).click();
  await expect(page.locator('canvas')).toHaveCount(2);
  await shoot(page, 'run-projection');

  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MGCN' });
  await expect(page.getByText('In all')).toBeVisible();
  await shoot(page, 'experiment');
  await startRun(page, 'MGCN', { 'Epochs, at most': '400' });
  await expect(page.locator('main ul').first()).toContainText(/epoch ([6-9]|\d\d+) \//, { timeout: 120_000 });
  await shoot(page, 'run-training');
  await page.goto('./#/runs');
  await shoot(page, 'runs');
});

test('models with presets, observations, findings and ablations', async ({ page }) => {
  test.setTimeout(1_800_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MAGNET' });
  await page.getByRole('button', { name: 'Paper: Baby' }).click();
  await expect(page.getByText('Before it starts')).toBeVisible();
  await expect(page.getByText('In all')).toBeVisible();
  await shootTop(page, 'experiment-magnet');
  await page.getByRole('button', { name: 'Recommended for this dataset' }).click();
  await ended(page, await startRun(page, 'MAGNET', { 'Epochs, at most': '8' }), 600_000);
  await expect(page.locator('main ul').first()).toContainText('finished');
  await shoot(page, 'run-magnet');

  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'EGRA' });
  await expect(page.getByText('In all')).toBeVisible();
  await page.getByRole('textbox', { name: 'Pre-training epochs, at most' }).fill('8');
  await expect(page.getByText('MGCN (pre-training) runs first')).toBeVisible();
  await expect(page.getByText('on the device, for one run')).toBeVisible();
  await shootTop(page, 'experiment-egra');

  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'SiMGR' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('6');
  await page.getByRole('button', { name: 'Ablation set…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Seed' }).fill('1, 2, 3');
  await dialog.getByRole('button', { name: 'Queue 18 runs' }).click();
  await expect(page.getByText('all 18 runs have a result')).toBeVisible({ timeout: 900_000 });
  await shoot(page, 'ablations');
  await page.getByRole('row', { name: /^SiMGR/ }).first().getByRole('link').first().click();
  await page.getByRole('tab', { name: 'Findings' }).click();
  await shoot(page, 'run-findings');
});

test('a comparison', async ({ page }) => {
  test.setTimeout(600_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  for (const model of ['LightGCN', 'BPR-MF']) {
    await page.goto('./#/experiment');
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
    await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('40');
    await page.getByRole('textbox', { name: 'Seed' }).fill('1, 2, 3');
    await page.getByRole('button', { name: /^(Start|Queue)/ }).first().click();
    await page.waitForURL(/#\/runs/);
  }
  await page.goto('./#/runs');
  await expect(page.getByRole('cell', { name: /finished/ })).toHaveCount(6, { timeout: 400_000 });
  await page.goto('./#/compare');
  await page.getByRole('button', { name: 'All 6 on Demo' }).click();
  await expect(page.getByRole('region', { name: /^Against/ }).getByRole('row')).toHaveCount(2);
  await shoot(page, 'compare');
  await page.getByRole('tab', { name: 'Gains' }).click();
  await page.getByRole('button', { name: 'Find the nearest items' }).click();
  await expect(page.getByRole('group', { name: /By difficulty/ }).or(page.getByRole('table', { name: /By difficulty/ })).first()).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'compare-gains');
  await page.getByRole('tab', { name: 'Long tail' }).click();
  await expect(page.getByRole('figure').first()).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'compare-longtail');
});

test('what is shared', async ({ page, context }) => {
  mkdirSync(FOLDER, { recursive: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '30' }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(/Short enough for Discord/)).toBeVisible();
  await shootTop(page, 'share-dialog');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await expect(page.getByText('is here, with the same content')).toBeVisible();
  await shoot(page, 'shared');
});

test('a routing', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await ended(page, await startRun(page, 'MAGNET', { 'Epochs, at most': '20' }), 600_000);
  await page.getByRole('tab', { name: 'Routing' }).click();
  await page.getByRole('radio', { name: 'Item popularity' }).check({ timeout: 60_000 });
  await page.getByRole('button', { name: /^Look inside/ }).first().click();
  await expect(page.getByRole('group', { name: 'Experts of this pair' })).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'run-routing');
});

test('a sweep', async ({ page }) => {
  test.setTimeout(900_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'LightGCN' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('4');
  await page.getByRole('button', { name: 'Sweep…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /^Values of Layers/ }).fill('1, 2, 3');
  for (const [place, label, values] of [[2, 'Learning rate', '0.001, 0.003, 0.01'], [3, 'Embedding size', '16, 64']] as const) {
    await dialog.getByRole('button', { name: 'Add an axis' }).click();
    await dialog.getByRole('combobox', { name: `Axis ${place}` }).selectOption({ label });
    await dialog.getByRole('textbox', { name: new RegExp(`^Values of ${label}`) }).fill(values);
  }
  await shootTop(page, 'sweep-dialog');
  await dialog.getByRole('button', { name: 'Queue 18 runs' }).click();
  await expect(page.getByText('all 18 runs have a result')).toBeVisible({ timeout: 600_000 });
  await shoot(page, 'sweep-parallel');
  await page.getByRole('radio', { name: 'Heat map' }).check();
  await shoot(page, 'sweep-heatmap');
  await page.getByRole('radio', { name: 'Line' }).check();
  await page.getByRole('combobox', { name: 'Over' }).selectOption({ label: 'Learning rate' });
  await shoot(page, 'sweep-line');
});
