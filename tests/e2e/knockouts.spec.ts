import { expect, test } from '@playwright/test';
import { ended, expectFit, pageTasks, startRun, violations } from '../helpers/page';

test('experts, parts and features of a trained MAGNET are knocked out at once, and the page stays free', async ({
  page,
  context,
}) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'MAGNET', { 'Epochs, at most': '3', Seed: '7' });
  const run = await ended(page, id);
  await page.getByRole('tab', { name: 'Routing' }).click();
  const panel = page.getByRole('region', { name: 'Knock-outs' });
  const table = panel.getByRole('group', { name: 'Knock-outs' });
  const row = (name: string) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

  // One expert, by its cell.
  await page
    .getByRole('grid', { name: /^Mean routing of the validation pairs, epoch 3:/ })
    .locator('[data-cell="1-0"]')
    .click();
  await panel.getByRole('button', { name: 'Knock out Dom image' }).click();
  await expect(row('Dom image')).toBeVisible({ timeout: 60_000 });
  await expect(panel.getByRole('grid', { name: /^Fall of/ })).toHaveCount(0);

  // All of them: a map of what falls, and whether the routing says it.
  const tasks = await pageTasks(page, async () => {
    await panel.getByRole('button', { name: 'Knock out each of the 9 experts' }).click();
    await expect(panel.getByRole('grid', { name: /^Fall of Recall@20 without each expert/ })).toBeVisible({
      timeout: 60_000,
    });
  });
  expect(Math.max(0, ...tasks)).toBeLessThan(100);
  await expect(panel.getByText(/^Share of the routing against what each of 9 experts is worth: r = /)).toBeVisible();
  await expect(table.locator('tbody tr')).toHaveCount(9);
  const map = panel.getByRole('grid', { name: /^Fall of Recall@20/ });
  const cell = (await map.locator('[data-cell="1-0"]').textContent())!;
  await expect(row('Dom image').getByRole('cell').nth(3)).toHaveText(
    cell === '+0.0000' ? /^(no change|\+0\.0000 \()/ : new RegExp(`^\\${cell[0]}${cell.slice(1)} \\(`),
  );

  await panel.getByRole('button', { name: 'Families, cues and edges' }).click();
  await expect(row('users’ cues, set to zero')).toBeVisible({ timeout: 60_000 });
  await expect(row('edges from content')).toBeVisible();
  await panel.getByRole('button', { name: 'Input features' }).click();
  await expect(row('all features, shuffled')).toBeVisible({ timeout: 60_000 });

  // Who loses, and one user's list.
  await panel.getByRole('button', { name: 'Who loses without all features, shuffled' }).click();
  await expect(panel.getByRole('heading', { name: 'Who loses without all features, shuffled' })).toBeVisible();
  const groups = panel.getByRole('group', { name: /Recall@20 without all features, shuffled, by group/ });
  await expect(groups.locator('tbody tr')).toHaveCount(8);
  const list = panel.getByRole('group', { name: 'The user’s list without all features, shuffled' });
  await expect(list.getByText(/[↑↓] \d/).first()).toBeVisible({ timeout: 60_000 });
  await expectFit(page, 'knock-outs');
  expect(await violations(page)).toEqual([]);

  await panel.getByRole('radio', { name: 'NDCG@20' }).check();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel.getByRole('button', { name: /^Copy LaTeX/ }).click();
  const latex = await page.evaluate(() => navigator.clipboard.readText());
  expect(latex).toContain('NDCG@20, valid');
  expect(latex).toContain(`nothing & – & ${run.result!.valid['ndcg@20'].toFixed(4)}`.replace('–', '--'));
  // Beside the evidence of one pair: what the score loses without each interaction.
  const evidence = page.getByRole('group', { name: 'History and its similarity to the item' });
  const before = await evidence.locator('thead th').count();
  await page.getByRole('button', { name: 'Score without each item' }).click();
  await expect(evidence.getByRole('columnheader', { name: 'fall of ŷ without it' })).toBeVisible({ timeout: 60_000 });
  await expect(evidence.locator('thead th')).toHaveCount(before + 2);
  await expect(evidence.locator('tbody tr').first().getByRole('cell').last()).toHaveText(/^[\d,]+$/);
});

test('a model without a router says what its features are worth at ranking', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'VBPR', { 'Epochs, at most': '2' });
  await ended(page, id);
  await page.getByRole('tab', { name: 'Knock-outs' }).click();
  const panel = page.getByRole('region', { name: 'Knock-outs' });
  await expect(panel.getByRole('button', { name: 'Features' })).toBeVisible({ timeout: 60_000 });
  await expect(panel.getByRole('button', { name: 'Other parts' })).toHaveCount(0);
  await panel.getByRole('button', { name: 'Features' }).click();
  await expect(panel.getByRole('group', { name: 'Knock-outs' }).locator('tbody tr')).toHaveCount(9, {
    timeout: 60_000,
  });
  expect(await violations(page)).toEqual([]);

  // A link carries the table as it stands.
  await panel.getByRole('button', { name: 'Share' }).click();
  const link = page.getByRole('textbox', { name: 'Link' });
  await expect(link).toHaveValue(/#x=/, { timeout: 30_000 });
  const address = await link.inputValue();
  await page.keyboard.press('Escape');
  const other = await page.context().newPage();
  await other.goto(address);
  const shared = other.getByRole('region', { name: /^Knock-outs of VBPR/ });
  await expect(shared.getByRole('rowheader', { name: 'text, shuffled' })).toBeVisible({ timeout: 60_000 });
  await expect(shared.getByText(/as it was shared/)).toBeVisible();
  expect(await violations(other)).toEqual([]);
  await other.close();

  // Its users' vectors are their own: no interaction of the history has a part in a list.
  await page.getByRole('tab', { name: 'Users' }).click();
  await page
    .getByRole('button', { name: /^Which items brought/ })
    .first()
    .click();
  await expect(page.getByText(/this model reads the user’s own vector and not the history/)).toBeVisible({
    timeout: 60_000,
  });
  expect(await violations(page)).toEqual([]);
});
