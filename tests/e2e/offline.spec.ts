import { expect, test, type Page } from '@playwright/test';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentPolicy } from '../../cli/contentPolicy';
import { writeServiceWorker } from '../../cli/hostingPlugin';
import { watchPolicy } from '../helpers/contentPolicy';
import { ended, expectFit, startRun, storedRun } from '../helpers/page';
import { serveFolder } from '../helpers/staticHost';

test.use({ serviceWorkers: 'allow' });

/** What `playwright.config.ts` has built before it serves it. */
const BUILD = 'dist';

/** Opens the app and waits until it would open again without a network. */
async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
}

/** Asks the host for a newer service worker; returns how its installation ended. */
const update = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const worker = registration.installing ?? registration.waiting;
    if (!worker) return 'nothing new';
    while (worker.state === 'installing')
      await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    return worker.state;
  });

const cacheNames = (page: Page): Promise<string[]> => page.evaluate(() => caches.keys());
const description = (page: Page): Promise<string | null> =>
  page.locator('meta[name="description"]').getAttribute('content');

test('after one visit the app can be installed, and opens and trains without a network', async ({ browser }) => {
  const host = await serveFolder(BUILD);
  const context = await browser.newContext({ baseURL: host.address });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  try {
    await visit(page, host.address);
    const client = await context.newCDPSession(page);
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
    // Windows of a test are incognito, where nothing is installed.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);

    await host.close();
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(
      await page.evaluate(() =>
        fetch('./none').then(
          () => 'answered',
          () => 'nobody there',
        ),
      ),
    ).toBe('nobody there');
    const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '2' }));
    expect(run.device?.backend).toBe('wasm');
    expect(run.epochs).toHaveLength(2);
    await page.getByRole('tab', { name: 'Projection' }).click();
    await expect(page.getByText(/explains .* of the variance/)).toBeVisible({ timeout: 60_000 });
    for (const place of ['Compare', 'Studies', 'Device', 'Data']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();
      await expect(page.getByRole('heading', { level: 1 })).toContainText(place);
    }
    expect(problems).toEqual([]);
  } finally {
    await context.close();
    await host.close().catch(() => undefined);
  }
});

test('a host without headers serves it under a path, still with the content policy', async ({ browser }) => {
  const path = '/lab/lodestone/';
  const host = await serveFolder(BUILD, path);
  const context = await browser.newContext({ baseURL: host.address });
  const watch = await watchPolicy(context, host.address);
  const page = await context.newPage();
  try {
    await visit(page, host.address);
    const places = await page.evaluate(async () => [
      (await navigator.serviceWorker.ready).scope,
      ...(await caches.keys()).map((name) => name.split(' ')[1]),
    ]);
    expect(places).toEqual([host.address, host.address]);
    const client = await context.newCDPSession(page);
    const { manifest } = await client.send('Page.getAppManifest');
    expect(manifest).toMatchObject({ startUrl: host.address, scope: host.address });
    expect((await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '2' }))).epochs).toHaveLength(2);
    expect(watch).toEqual({ refusals: [], strangers: [] });

    const injected = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.injected = "yes"';
      document.body.append(script);
      return document.documentElement.dataset['injected'] ?? null;
    });
    expect(injected).toBeNull();
    // What the host leaves out, the service worker adds: workers too are held to the policy.
    const answered = await page.evaluate(async () => {
      const worker = /assets\/training\.worker-[^"]+\.js/.exec(await (await fetch('./sw.js')).text())?.[0] ?? '';
      const { headers } = await fetch(`./${worker}`);
      return ['Content-Security-Policy', 'Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy'].map((name) =>
        headers.get(name),
      );
    });
    expect(answered).toEqual([contentPolicy(), 'same-origin', 'credentialless']);

    await host.close();
    await page.reload();
    await expect(page.getByText('finished').first()).toBeVisible();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    await context.close();
    await host.close().catch(() => undefined);
  }
});

test('a new version asks, waits for the run, and loses nothing', async ({ browser }) => {
  const folder = await mkdtemp(join(tmpdir(), 'lodestone-build-'));
  await cp(BUILD, folder, { recursive: true });
  const host = await serveFolder(folder);
  const context = await browser.newContext({ baseURL: host.address, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const reload = (tab: Page) => tab.getByRole('button', { name: 'Reload', exact: true });
  try {
    await visit(page, host.address);
    const id = await startRun(page, 'LightGCN', { 'Epochs, at most': '5000', Patience: '5000' });
    await expect(page.getByRole('region', { name: 'Run in progress' })).toContainText('running');
    const [before] = await cacheNames(page);
    expect(await update(page)).toBe('nothing new');

    const index = join(folder, 'index.html');
    const worker = join(folder, 'sw.js');
    await writeFile(
      index,
      (await readFile(index, 'utf8')).replace(/(name="description" content=)"[^"]*"/, '$1"The second build."'),
    );
    await writeServiceWorker(folder);
    // Half a deployment: the page does not yet name the script that the new worker expects.
    const complete = await readFile(worker, 'utf8');
    await writeFile(
      worker,
      complete
        .replace(/const ENTRY = "[^"]+"/, 'const ENTRY = "assets/index-later.js"')
        .replace(/const VERSION = "/, '$&half'),
    );
    expect(await update(page)).toBe('redundant');
    await expect(page.getByText('A new version is ready.')).toBeHidden();
    expect(await cacheNames(page)).toEqual([before]);

    await writeFile(worker, complete);
    expect(await update(page)).toBe('installed');
    await expect(page.getByText('A new version is ready.')).toBeVisible();
    await expect(page.getByText('A run is training.')).toBeVisible();
    await expect(reload(page)).toBeDisabled();
    const second = await context.newPage();
    await second.goto('./#/data');
    await expect(second.getByText('A run is training.')).toBeVisible();
    await expect(reload(second)).toBeDisabled();
    expect(await description(second)).not.toBe('The second build.');

    await page.bringToFront();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('s');
    await page.getByRole('button', { name: 'Stop and keep the best' }).click();
    const run = await ended(page, id);
    await expect(reload(second)).toBeEnabled();
    await expect(reload(page)).toBeEnabled();
    await expectFit(page, 'a new version');
    let loads = 0;
    page.on('load', () => loads++);
    await reload(page).click();
    await expect.poll(() => description(page)).toBe('The second build.');
    await expect(page.getByText('A new version is ready.')).toBeHidden();
    expect(await storedRun(page, id)).toEqual(run);
    const [after, ...others] = await cacheNames(page);
    expect(others).toEqual([]);
    expect(after).not.toBe(before);

    await expect(second.getByText('Another tab switched to a new version.')).toBeVisible();
    expect(await description(second)).not.toBe('The second build.');
    await reload(second).click();
    await expect.poll(() => description(second)).toBe('The second build.');
    expect(loads).toBe(1);
  } finally {
    await context.close();
    await host.close();
    await rm(folder, { recursive: true });
  }
});

test('without service workers the app works as before', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  // As over plain http.
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  await page.goto('/');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(() => 'serviceWorker' in navigator)).toBe(false);
  expect(problems).toEqual([]);
});
