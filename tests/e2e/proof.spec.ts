import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { chooseWebGpu, violations } from '../helpers/page';

/** Proves the software adapter; answers the panel. */
async function prove(page: Page) {
  await chooseWebGpu(page);
  const panel = page.getByRole('region', { name: 'Proof' });
  await panel.getByRole('button', { name: 'Prove this device' }).click();
  await expect(panel.getByRole('progressbar')).toBeVisible();
  await expect(panel.getByText(/computes as it should|gives wrong results/)).toBeVisible({ timeout: 540_000 });
  return panel;
}

/** Changes the code that a page is served, as a driver might compile a shader otherwise. */
async function serveChanged(context: BrowserContext, from: string, to: string): Promise<() => number> {
  let changed = 0;
  await context.route('**/assets/*.js', async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    if (body.includes(from)) changed += 1;
    await route.fulfill({ response, body: body.replaceAll(from, to) });
  });
  return () => changed;
}

test('a device is proved, and the proof is kept, saved and shared', async ({ page, browser }) => {
  const panel = await prove(page);
  await expect(panel.getByText('computes as it should')).toBeVisible();
  await expect(panel.getByText('It is a software adapter')).toBeVisible();
  const models = panel.getByRole('group', { name: 'Models' }).getByRole('row');
  expect(await models.count()).toBeGreaterThan(12);
  await expect(panel.getByText('does not agree')).toHaveCount(0);
  const magnet = models.filter({ hasText: 'MAGNET' });
  await expect(magnet).toContainText('agrees');
  // Digits of loss and gradients.
  await expect(magnet.getByRole('cell')).toHaveText([/agrees/, /^\d+$/, /^\d+$/]);
  expect(await violations(page)).toEqual([]);

  await page.reload();
  await expect(panel.getByText('computes as it should')).toBeVisible();

  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save as file' }).click();
  const file = await (await download).path();
  const { proof } = JSON.parse(await readFile(file, 'utf8'));
  expect(proof.kernels.length).toBeGreaterThan(15);

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel.getByRole('button', { name: 'Copy link' }).click();
  await expect(panel.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(4000);

  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(link);
  await expect(theirs.getByText('Someone shared this proof of their device with you.')).toBeVisible();
  await expect(theirs.getByText(`${proof.device.name} computes as it should.`)).toBeVisible();
  await expect(theirs.getByRole('group', { name: 'Models' }).getByRole('row')).toHaveCount(await models.count());
  await stranger.close();

  await panel.getByLabel('Proof of a device', { exact: true }).setInputFiles(file);
  await expect(page.getByText('Someone shared this proof of their device with you.')).toBeVisible();
  await page.goto('./#/shared/device?p=1.AAAA');
  await expect(page.getByText('The link is incomplete: it was cut or changed on the way.')).toBeVisible();
});

test('a shader that computes something else is found and named', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ ...(baseURL && { baseURL }), serviceWorkers: 'block' });
  const changed = await serveChanged(context, 'before < ', 'before <= ');
  const panel = await prove(await context.newPage());
  expect(changed()).toBeGreaterThan(0);
  await expect(panel.getByText('gives wrong results')).toBeVisible();
  await expect(panel.getByText(/1 of \d+ kernels does not agree: mask of the greatest\./)).toBeVisible();
  await expect(panel.getByText('Do not train on it.')).toBeVisible();
  await context.close();
});

test('steps are timed where a person would train', async ({ page }) => {
  await page.goto('./#/device');
  await page.getByRole('radio', { name: /WASM/ }).check();
  const panel = page.getByRole('region', { name: 'Proof' });
  await panel.getByRole('button', { name: 'Prove this device' }).click();
  await expect(panel.getByText('You can train on it.')).toBeVisible({ timeout: 540_000 });
  const magnet = panel.getByRole('group', { name: 'Models' }).getByRole('row').filter({ hasText: 'MAGNET' });
  await expect(magnet.getByRole('cell')).toHaveText([/agrees/, /^\d+$/, /^\d+$/, /^[\d,.]+$/, '–']);
});

test('a proof in progress is called off', async ({ page }) => {
  await page.goto('./#/device');
  const panel = page.getByRole('region', { name: 'Proof' });
  await panel.getByRole('button', { name: 'Prove this device' }).click();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByRole('button', { name: 'Prove this device' })).toBeVisible();
});
