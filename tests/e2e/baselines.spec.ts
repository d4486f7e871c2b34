import { expect, test } from '@playwright/test';
import { allEnded, expectFit } from '../helpers/page';

test('baselines stand beneath the points of a sweep, go along in its link, and stand in a set’s table', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'LightGCN' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('1');
  await page.getByRole('button', { name: 'Sweep…' }).click();
  const sweep = page.getByRole('dialog', { name: /Sweep: LightGCN on/ });
  await sweep.getByRole('textbox', { name: /^Values of Layers/ }).fill('1, 2');
  await sweep.getByRole('button', { name: 'Queue 2 runs' }).click();
  const points = page.getByRole('group', { name: /^Points of/ });
  await expect(points.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: /^Compute \d baselines$/ }).click();
  const beneath = points.getByRole('row', { name: /\(baseline\)/ });
  await expect(page.getByRole('button', { name: /^Compute \d baseline/ })).toHaveCount(0, { timeout: 120_000 });
  await allEnded(page);
  await expect(points.getByRole('row', { name: /^Popularity \(baseline\)/ })).toContainText(/0\.\d{4}/);
  const baselines = await beneath.count();
  expect(baselines).toBeGreaterThan(1);
  // A baseline is no point: none is the best one.
  await expect(points.getByRole('row', { name: /★/ })).toHaveCount(1);
  await expect(beneath.filter({ hasText: '★' })).toHaveCount(0);
  await expectFit(page, 'sweep with baselines');

  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(`Share ${2 + baselines} runs`)).toBeVisible();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
  const shared = page.getByRole('group', { name: 'Shared runs' });
  await expect(shared.getByRole('row')).toHaveCount(3 + baselines);
  await expect(shared.getByRole('columnheader', { name: 'Layers L' })).toBeVisible();
  await expect(shared.getByRole('row', { name: /^Popularity.*baseline/ })).toBeVisible();

  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'VBPR' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('1');
  await page.getByRole('button', { name: 'Control set…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Queue 4 runs' }).click();
  await expect(page.getByText('all 4 runs have a result')).toBeVisible({ timeout: 120_000 });
  const set = page.getByRole('group', { name: /all held-out items/ });
  await expect(set.getByRole('row')).toHaveCount(5 + baselines);
  await expect(set.getByRole('row', { name: /^Popularity \(baseline\)/ })).toContainText(/0\.\d{4}.*–.*1 \/ 1/);
  await page.getByRole('button', { name: 'Numbers', exact: true }).first().click();
  await expect(page.getByRole('dialog').getByRole('row', { name: /^Popularity \(baseline\)/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.evaluate(() => scrollTo(0, 0));
  await expectFit(page, 'set with baselines');
});
