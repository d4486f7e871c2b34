import { expect, test, type Page } from '@playwright/test';
import { violations } from '../helpers/page';

const ROWS = ['LightGCN', 'VBPR', 'MGCN', 'EGRA'];

/** Ticks these rows alone. */
async function chooseRows(page: Page, wanted: readonly string[]): Promise<void> {
  const boxes = page.getByRole('dialog').getByRole('group', { name: 'Rows of the table' }).getByRole('checkbox');
  for (const box of await boxes.all()) {
    const name =
      (await box.getAttribute('aria-label')) ??
      (await box.evaluate((one) => (one as HTMLInputElement).labels?.[0]?.textContent ?? ''));
    if (await box.isDisabled()) continue;
    await box.setChecked(wanted.some((row) => name.trim().startsWith(row)) && !/\+/.test(name));
  }
}

test('a printed table is run, paused, taken up after the tab was closed, judged, copied and shared', async ({
  context,
  page,
  browser,
}) => {
  await page.goto('./#/compare');
  await page.getByRole('link', { name: 'Papers’ tables' }).click();
  await expect(page.getByRole('group', { name: 'Printed results only' }).getByText('SiGRec')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'EGRA, Table II', exact: true }).click();
  await expect(page.getByText('EGRA is above GUME in all four metrics.')).toBeVisible();
  await page.getByRole('button', { name: 'Run it here…' }).click();

  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Other data than the paper’s.')).toBeVisible();
  await expect(dialog.getByText(/^Demo is not the paper’s Baby: that has 19,445 users/)).toBeVisible();
  await chooseRows(page, ROWS);
  await dialog.getByRole('textbox', { name: 'Seed' }).fill('1, 2');
  await dialog.getByRole('textbox', { name: 'At most so many epochs' }).fill('2');
  await expect(dialog.getByText(/^4 rows × 2 seeds = 8 runs, after 2 pre-training runs\./)).toBeVisible();
  await expect(dialog.getByText(/The largest row, \w+, takes/)).toBeVisible({ timeout: 120_000 });
  await dialog.getByRole('button', { name: 'Queue 8 runs' }).click();
  await page.waitForURL(/#\/tables\/here\//);
  await page.getByRole('button', { name: 'Pause the table' }).click();
  await expect(page.getByText(/^Paused\./)).toBeVisible();
  const address = page.url();
  await page.close();

  const again = await context.newPage();
  await again.goto(address);
  await expect(again.getByText(/^Paused\./)).toBeVisible();
  // The run that trained in the closed tab is known to be interrupted once this one has looked.
  await expect(again.getByText(/\d training/)).toHaveCount(0);
  await again.getByRole('button', { name: 'Resume the table' }).click();
  await expect(again.getByText('All 8 runs have a result')).toBeVisible({ timeout: 400_000 });

  const table = again.getByRole('group', { name: 'Printed and measured figures' });
  const row = (name: string) =>
    table.getByRole('row').filter({ has: again.getByRole('rowheader', { name, exact: true }) });
  await expect(row('EGRA').getByRole('cell').first()).toHaveText(
    /^0\.\d{4} ± 0\.\d{4}printed 0\.0703 \([+−]0\.\d{4}\)$/,
  );
  await expect(row('EGRA').getByRole('cell').last()).toHaveText('2 / 2');
  await expect(table.getByText('Not run.').first()).toBeVisible();
  await expect(again.getByText('8 of 8 runs ended at their limit of epochs')).toBeVisible();
  const claims = again.getByRole('group', { name: 'Printed claims' });
  const claim = claims.getByRole('row').filter({ hasText: 'EGRA is above VBPR' });
  await expect(claim.getByRole('cell').first()).toHaveText(/holds|within error|does not hold/, { timeout: 60_000 });
  await expect(claim.getByRole('cell').last()).toHaveText(/R@20 /);
  await expect(claims.getByRole('row').filter({ hasText: 'EGRA is above GUME' }).getByRole('cell').first()).toHaveText(
    'open',
  );
  expect(await violations(again)).toEqual([]);

  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await again.getByRole('button', { name: 'Copy LaTeX' }).click();
  const latex = await again.evaluate(() => navigator.clipboard.readText());
  expect(latex).toContain('\\begin{tabular}{lrrrrrrrr}');
  expect(latex).toMatch(/EGRA & 0\.0703 & 0\.\d{4} \$\\pm\$ 0\.\d{4}/);
  expect(latex).toContain('is not the paper');

  await again.getByRole('button', { name: 'Share' }).click();
  await again.getByRole('button', { name: 'Copy link' }).click();
  await expect(again.getByText('Link copied')).toBeVisible();
  const link = await again.evaluate(() => navigator.clipboard.readText());
  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { level: 1, name: 'EGRA, Table II' })).toBeVisible();
  const shown = theirs.getByRole('group', { name: 'Printed and measured figures' });
  await expect(shown.getByText('printed 0.0703', { exact: false })).toBeVisible();
  await expect(theirs.getByText('nothing is tested here', { exact: false })).toBeVisible();
  await stranger.close();
});

test('settings are searched with the same budget for every row, and what each took stands in the table', async ({
  page,
  browser,
}) => {
  await page.goto('./#/tables/egra-ii');
  await page.getByRole('button', { name: 'Run it here…' }).click();
  const dialog = page.getByRole('dialog');
  await chooseRows(page, ['LightGCN', 'VBPR']);
  await dialog.getByRole('radio', { name: 'searched, with the same budget' }).click();
  await dialog.getByRole('textbox', { name: 'Trials per row and seed' }).fill('1');
  await expect(dialog.getByText('A whole number from 2 to 81.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Trials per row and seed' }).fill('4');
  await dialog.getByRole('textbox', { name: 'Epochs before the first cut' }).fill('1');
  await expect(dialog.getByText(/^1 of 4 trials goes on after 1 epoch\./)).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Seed', exact: true }).fill('1');
  await dialog.getByRole('textbox', { name: 'At most so many epochs' }).fill('2');
  await expect(dialog.getByText(/^2 rows × 1 seed × up to 4 trials = 8 runs\./)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Queue 8 runs' }).click();
  await page.waitForURL(/#\/tables\/here\//);
  await expect(page.getByText('2 of 8 runs have a result · 6 left out by halving')).toBeVisible({ timeout: 240_000 });

  const table = page.getByRole('group', { name: 'Printed and measured figures' });
  const row = (name: string) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  for (const name of ['LightGCN', 'VBPR']) {
    await expect(row(name).getByRole('cell').last()).toHaveText(/^4 trials, 5 epochs, /);
    await expect(row(name).getByRole('cell').nth(-2)).toHaveText('1 / 1');
  }
  await expect(page.getByText(/Successive halving kept 1 after 1 epoch, by validation Recall@20\./)).toBeVisible();
  expect(await violations(page)).toEqual([]);

  const context = page.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(link);
  await expect(theirs.getByText(/^4 trials, 5 epochs, /).first()).toBeVisible();
  await stranger.close();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Show its runs' }).click();
  await page.getByRole('row').filter({ hasText: 'Stopped' }).first().getByRole('link').first().click();
  await expect(page.getByText(/Stopped after epoch 1 by successive halving\. .* number \d of 4 trials/)).toBeVisible();
});
