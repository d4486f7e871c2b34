import { expect, test } from '@playwright/test';
import { expectFit, stored } from '../helpers/page';
import { openProfile, PROFILES, upgradeDatabase } from '../helpers/profiles';

for (const version of PROFILES)
  test(`the database of ${version} opens, and everything in it`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await openProfile(page, version);
    await page.goto('./#/runs');
    for (const name of ['bpr', 'freedom', 'lightgcn', 'magnet', 'simgr'])
      await expect(page.getByRole('link', { name: new RegExp(`^${name} on `) }).first()).toBeVisible();
    // 0.1.0 had no summaries: the runs are moved, and the queue goes on with the one that waited.
    await expect.poll(async () => Boolean(await stored(page, 'runs', 'magnet-run/document'))).toBe(true);
    await expect
      .poll(
        async () => ((await stored(page, 'runs', 'waiting-run/document')) as { status: string } | undefined)?.status,
        { timeout: 120_000 },
      )
      .toBe('finished');
    await expect(page.getByText(/cannot be read/i)).toHaveCount(0);
    await expect(page.getByText(/The browser has cleared/)).toHaveCount(0);
    for (const [address, text] of [
      ['runs/magnet-run', 'magnet on Demo'],
      ['runs/interrupted-run', 'Resume'],
      ['data/own', 'shop'],
      ['data/demo', 'Demo'],
      ['sweeps', 'A sweep'],
    ] as const) {
      await page.goto(`./#/${address}`);
      await expect(page.getByRole('main').getByText(text).first()).toBeVisible();
      await expect(page.getByRole('heading', { name: 'This page failed' })).toHaveCount(0);
    }
    expect(errors).toEqual([]);
  });

test('a database of a newer version is left alone, and every page says to reload', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await upgradeDatabase(page);
  for (const address of ['data', 'runs', 'experiment', 'device']) {
    await page.goto(`./#/${address}`);
    await page.reload();
    await expect(page.getByRole('alert')).toHaveText(
      /A newer version of Lodestone has written this browser’s storage; this page is older and cannot open it\. ?Reload the page to get the newest version\. Nothing was changed\./,
    );
    await expect(page.getByRole('alert').getByRole('button', { name: 'Reload' })).toBeVisible();
    await expect(page.getByText(/The browser has cleared/)).toHaveCount(0);
  }
  await page.goto('./#/data');
  await expectFit(page, 'a newer database');
  const { version, names, value } = await page.evaluate(
    () =>
      new Promise<{ version: number; names: string[]; value: unknown }>((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const { result } = opening;
          const reading = result.transaction('later').objectStore('later').get('key');
          reading.onsuccess = () =>
            resolve({ version: result.version, names: [...result.objectStoreNames], value: reading.result });
        };
      }),
  );
  expect([version, value]).toEqual([2, 'a thing']);
  expect(names).toContain('runs');
});
