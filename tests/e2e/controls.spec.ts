import { expect, test } from '@playwright/test';
import { violations } from '../helpers/page';

test('baselines are computed at one click, stand beside the result, and a run below popularity says so', async ({
  page,
}) => {
  await page.goto('./#/experiment?model=bpr');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'BPR-MF' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('1');
  await page.getByRole('button', { name: 'Start the run' }).click();
  await page.waitForURL(/#\/runs\//);
  await page.getByRole('button', { name: 'Compute 7 baselines' }).click();
  const result = page.getByRole('region', { name: 'Result table' });
  await expect(result.getByRole('row', { name: /test, Popularity 0\.1009 0\.1481/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Below popularity.')).toBeVisible();
  await expect(result.getByRole('row', { name: /test, User kNN 0\.1130 0\.1632/ })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('button', { name: /Compute \d baseline/ })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);

  await result.getByRole('link', { name: 'User kNN' }).click();
  await expect(page.getByText('User kNN is computed at once from the training interactions')).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Projection' })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
});

test('a control set says what each modality is worth', async ({ page, context }) => {
  await page.goto('./#/experiment?model=vbpr');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'VBPR' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
  await page.getByRole('button', { name: 'Control set…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('checkbox', { name: 'image shuffled' })).toBeChecked();
  await expect(dialog.getByRole('checkbox', { name: 'image as noise' })).not.toBeChecked();
  await expect(dialog.getByRole('checkbox', { name: 'without text' })).not.toBeChecked();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Constants and noise (arXiv 2508.07399)' }).click();
  await expect(dialog.getByRole('checkbox', { name: 'image shuffled' })).not.toBeChecked();
  await expect(dialog.getByRole('checkbox', { name: 'image as noise' })).toBeChecked();
  await dialog.getByRole('button', { name: 'Shuffled', exact: true }).click();
  await dialog.getByRole('checkbox', { name: 'all features shuffled' }).uncheck();
  await dialog.getByRole('button', { name: 'Queue 3 runs' }).click();
  await page.waitForURL(/#\/groups\//);
  const verdicts = page.getByRole('group', { name: 'Verdicts of the controls' });
  const row = verdicts.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'text shuffled' }) });
  await expect(row.getByRole('cell').first()).toHaveText(/^[+−]0\.\d{4} \([+−]0\.\d{4} to [+−]0\.\d{4}\)$/, {
    timeout: 120_000,
  });
  await expect(row.getByRole('cell').last()).toHaveText(
    /The model uses what was taken away\.|The model is better without it\.|The model does not use it here/,
  );
  expect(await violations(page)).toEqual([]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page
    .getByRole('region', { name: 'What each is worth here' })
    .getByRole('button', { name: 'Copy LaTeX' })
    .click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('text shuffled &');
  // The demo's groups of users are known: each has its own verdict.
  const before = await row.getByRole('cell').first().textContent();
  await page.getByRole('combobox', { name: 'Users' }).selectOption('text-driven users');
  await expect(row.getByRole('cell').first()).not.toHaveText(before!);
  await expect(row.getByRole('cell').first()).toHaveText(/^[+−]0\.\d{4} \([+−]0\.\d{4} to [+−]0\.\d{4}\)$/);
  await page
    .getByRole('region', { name: 'What each is worth here' })
    .getByRole('button', { name: 'Copy LaTeX' })
    .click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('text-driven users');
  // And at inference, with the weights of the full model.
  const knockouts = page.getByRole('region', { name: 'Knock-outs' });
  await knockouts.getByRole('button', { name: 'Features' }).click();
  await expect(knockouts.getByRole('rowheader', { name: 'text, as noise' })).toBeVisible({ timeout: 60_000 });
  // What lies half under the page's head counts as too small a target.
  await page.evaluate(() => scrollTo(0, 0));
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'Show its runs' }).click();
  await page.getByRole('row').filter({ hasText: 'Features as a control' }).first().getByRole('link').first().click();
  await page.getByRole('tab', { name: 'Config' }).click();
  await expect(page.getByText('Features as a control')).toBeVisible();
});
