import { expect, test } from '@playwright/test';
import { ended, expectFit, startRun } from '../helpers/page';

test('what a threshold would drop, what a plug-in brings, and what both cost', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });

  // MLLMRec: the handle starts at the run's α, where it says what the run dropped, and moves by keyboard.
  const id = await startRun(page, 'MLLMRec', { 'Epochs, at most': '2' });
  const { findings, experiment } = await ended(page, id);
  const graph = findings?.find((finding) => finding.kind === 'numbers' && finding.key === 'refined');
  const dropped = graph?.kind === 'numbers' ? graph.rows.find(({ label }) => label.startsWith('dropped'))!.value : NaN;
  await page.getByRole('tab', { name: 'Findings' }).click();
  const handle = page.getByRole('slider', { name: 'Threshold α' });
  await expect(handle).toHaveValue(String(experiment.config['minSimilarity']));
  const words = page.getByText(/edges \(.* %\) are below .* would be dropped\.$/).last();
  const told = async (): Promise<number> => Number((await words.textContent())!.split(' ')[0]!.replaceAll(',', ''));
  expect(await told()).toBe(dropped);
  await handle.press('ArrowRight');
  await expect(words).toContainText('are below 0.71');
  expect(await told()).toBeGreaterThanOrEqual(dropped);
  await handle.press('End');
  expect(await told()).toBeGreaterThan(dropped);
  await handle.press('PageDown');
  await expectFit(page, 'threshold');
  const alpha = await handle.inputValue();
  await page.getByRole('button', { name: `New run with α ${Number(alpha).toFixed(2)}` }).click();
  await expect(page.getByRole('combobox', { name: /^Similarity threshold/ })).toHaveValue(alpha);

  // When it was nearly as good as it got: after the first epoch or the second.
  await page.goto(`./#/runs/${id}`);
  await page.getByRole('tab', { name: 'Efficiency' }).click();
  await expect(page.getByRole('region', { name: 'Convergence' })).toContainText(
    /t95.*epoch [12]: first at 95 % of the best/,
  );
  await expectFit(page, 'efficiency of a run');

  await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '2' }));
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Edge enhancer' }).selectOption('+G');
  await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '2' }));

  await page.goto('./#/compare');
  await page.getByRole('button', { name: 'All 3 on Demo' }).click();
  const grid = page.getByRole('group', { name: 'Backbones by enhancer' });
  await expect(grid.getByRole('row')).toHaveCount(2);
  const [plain, enhanced] = await grid
    .getByRole('row', { name: /^LightGCN/ })
    .getByRole('cell')
    .allTextContents();
  const relative = 100 * (Number(enhanced!.slice(0, 6)) / Number(plain) - 1);
  expect(Math.abs(relative - Number(enhanced!.slice(6).replace('−', '-').replace(' %', '')))).toBeLessThan(0.6);
  await page.getByRole('tab', { name: 'Efficiency' }).click();
  const costs = page.getByRole('group', { name: 'Efficiency by setting' });
  await expect(costs.getByRole('row')).toHaveCount(4);
  for (const row of (await costs.getByRole('row').all()).slice(1))
    await expect(row.getByRole('cell').nth(6)).toHaveText('2');
  await expect(page.getByRole('figure', { name: /against time/ })).toBeVisible();
  await expectFit(page, 'efficiency');

  await page.goto('./#/data');
  await page.getByRole('button', { name: 'Copy LaTeX of all datasets' }).click();
  await expect(page.getByText('LaTeX copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /Demo & 1,000 & 600 & \d+,\d{3} & [\d.]+ \\% & /,
  );
});
