import { expect, test, type Page } from '@playwright/test';
import { contentPolicy } from '../../cli/contentPolicy';
import { watchPolicy } from '../helpers/contentPolicy';
import { chooseWebGpu, ended, startRun } from '../helpers/page';

test.use({ serviceWorkers: 'allow' });

/** Whether an inline script that is put into the page runs. */
function runsInlineScript(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.documentElement.dataset.injected = "yes"';
    document.body.append(script);
    return document.documentElement.dataset['injected'] === 'yes';
  });
}

test('training and its views stay inside the content policy and ask no other host', async ({
  page,
  context,
  baseURL,
}) => {
  const watch = await watchPolicy(context, baseURL ?? '');
  const response = await page.goto('/');
  expect(response?.headers()['content-security-policy']).toBe(contentPolicy());
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveAttribute(
    'content',
    contentPolicy({ inMeta: true }),
  );
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });

  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '2' }));
  expect(run.device?.backend).toBe('wasm');
  // The headers isolate the page: its threads share the work.
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(run.device?.name).toMatch(cores > 1 ? /^WebAssembly SIMD × \d$/ : /^WebAssembly SIMD$/);
  await page.getByRole('button', { name: 'Save figure of Loss terms' }).click();
  const preview = page.getByRole('img', { name: /Preview of the figure/ });
  await expect.poll(() => preview.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download PNG' }).click();
  expect((await download).suggestedFilename()).toBe('loss-terms.png');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const items = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: 'Items', exact: true }).click();
  expect((await items).suggestedFilename()).toMatch(/items\.zip$/);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('tab', { name: 'Projection' }).click();
  await expect(page.getByRole('main')).toContainText('explain', { timeout: 60_000 });
  await page.getByRole('tab', { name: 'Users' }).click();
  await expect(page.getByRole('group', { name: /Top list of user/ })).toBeVisible();

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Data' }).click();
  await page.getByRole('link', { name: 'Demo', exact: true }).first().click();
  await page.getByRole('button', { name: 'Export for MMRec' }).click();
  const archive = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save Demo.zip' }).click();
  expect((await archive).suggestedFilename()).toBe('Demo.zip');
  await page.getByRole('button', { name: 'Close' }).click();
  await ended(page, await startRun(page, 'MAGNET', { 'Epochs, at most': '1' }));
  await page.getByRole('tab', { name: 'Routing' }).click();
  await expect(page.getByRole('grid', { name: /^Mean routing of the validation pairs, epoch 1:/ })).toBeVisible({
    timeout: 60_000,
  });
  await chooseWebGpu(page);
  const shaded = await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '1', 'Embedding size': '16' }));
  expect(shaded.device?.backend).toBe('webgpu');
  for (const place of ['Data', 'Runs', 'Compare', 'Studies', 'Device']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }

  expect(watch).toEqual({ refusals: [], strangers: [] });
  // The watch sees what there is to see.
  expect(await runsInlineScript(page)).toBe(false);
  await expect.poll(() => watch.refusals.join(' ')).toContain('script-src');
  await page.evaluate(() => fetch('https://elsewhere.invalid/').catch(() => null));
  await expect.poll(() => watch.refusals.join(' ')).toContain('connect-src');
});

test('workers have the policy of their own responses', async ({ page, context, baseURL }) => {
  const watch = await watchPolicy(context, baseURL ?? '');
  await page.goto('/');
  const script = await page.evaluate(() => fetch('./sw.js').then((response) => response.text()));
  const worker = /assets\/training\.worker-[^"]+\.js/.exec(script)?.[0];
  const response = await page.request.get(`/${worker}`);
  expect(response.headers()).toMatchObject({
    'content-security-policy': contentPolicy(),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(watch.refusals).toEqual([]);
});
