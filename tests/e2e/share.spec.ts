import { expect, test } from '@playwright/test';
import { byKey, METRIC_KEYS } from '../../src/domain/metrics';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { encodeStudy } from '../../src/sharing/link';
import { ended, expectFit, startRun, storedRun } from '../helpers/page';

test('a run becomes a link; whoever opens it sees it, runs it, and gets the same', async ({ page, context, browser, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '3', Seed: '5' }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(/Short enough for Discord/)).toBeVisible();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/#x=1\.[A-Za-z0-9_-]+$/);
  expect(link.length).toBeLessThan(2000);

  const other = await browser.newContext({ ...(baseURL && { baseURL }) });
  const visitor = await other.newPage();
  await visitor.goto(link);
  const result = visitor.getByRole('region', { name: 'Result' });
  for (const key of METRIC_KEYS.slice(0, 4)) await expect(result).toContainText(run.result!.test[key].toFixed(4));
  await expect(visitor.getByRole('region', { name: 'Experiment' })).toContainText('LightGCN');
  await expect(visitor.getByText('is here, with the same content')).toBeVisible({ timeout: 60_000 });
  await expectFit(visitor, 'a shared run');
  await visitor.getByRole('button', { name: 'Run it here' }).click();
  await visitor.waitForURL(/#\/runs\/.+/);
  const mine = await ended(visitor, visitor.url().replace(/^.*#\/runs\//, ''));
  expect(mine.result).toEqual(run.result);
  await expect(visitor.getByText('identical: every metric agrees in six digits')).toBeVisible();
  await expect(visitor.getByRole('group', { name: 'Test metrics, theirs and mine' }).getByRole('row')).toHaveCount(1 + METRIC_KEYS.length);
  expect((await storedRun(visitor, mine.id))!.theirs!.seed).toBe(5);

  // A dataset that is not here, and a link that something has cut.
  const absent = await encodeStudy({
    datasets: [{ name: 'Elsewhere', fingerprint: 'c0'.repeat(32), users: 12, items: 34, interactions: 56, split: 'provided', demo: null }],
    runs: [{ model: 'bpr', config: defaultConfig('bpr'), seed: 1, name: 'BPR · Elsewhere', dataset: 0, backend: 'wasm', device: 'a device', epochs: 2, result: { bestEpoch: 1, valid: byKey(() => 0.1), test: byKey(() => 0.2) }, curves: null, routing: null }],
  });
  await visitor.goto(`./#${absent}`);
  await expect(visitor.getByText('Elsewhere is not here.')).toBeVisible();
  await expect(visitor.getByText(/12 users, 34 items, 56 interactions/)).toBeVisible();
  await expect(visitor.getByRole('button', { name: 'Run it here' })).toHaveCount(0);
  await visitor.goto(`./#${absent.slice(0, -30)}`);
  await expect(visitor.getByText('The link is not whole')).toBeVisible();
  await other.close();
});
