import { expect, test, type Page } from '@playwright/test';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectFit, violations } from '../helpers/page';

async function saved(page: Page, button: string): Promise<{ path: string; name: string }> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await download;
  return { path: await file.path(), name: file.suggestedFilename() };
}

/** An ablation set of two rows of MAGNET, two epochs each. */
async function ablations(page: Page): Promise<void> {
  await page.goto('./#/experiment?model=magnet');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MAGNET' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
  await page.getByRole('button', { name: 'Ablation set…' }).click();
  const dialog = page.getByRole('dialog', { name: /Ablation set: MAGNET/ });
  const rows = dialog.getByRole('checkbox');
  for (let row = 2; row < (await rows.count()); row++)
    if (await rows.nth(row).isEnabled()) await rows.nth(row).uncheck();
  await dialog.getByRole('button', { name: /^Queue \d runs?$/ }).click();
  await expect(page.getByText(/all \d runs have a result/)).toBeVisible({ timeout: 300_000 });
}

test('a study is named, noted and copied; a report on it stays live, and leaves as one HTML file and as LaTeX that compiles', async ({
  page,
  context,
}) => {
  test.setTimeout(400_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await ablations(page);

  await test.step('its name and notes', async () => {
    await page.getByRole('button', { name: /^Rename, and write notes/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Name and notes' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('What the router is worth');
    await dialog.getByRole('textbox', { name: 'Notes' }).fill('Two epochs only.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'What the router is worth' })).toBeVisible();
    await page.reload();
    await expect(page.getByText('Two epochs only.')).toBeVisible();
  });

  await test.step('the list', async () => {
    await page.getByRole('link', { name: 'Studies' }).click();
    const row = page.getByRole('row', { name: /What the router is worth/ });
    await expect(row).toContainText('ablation set');
    await expect(row).toContainText(/: NDCG@20 0\.\d{4}/);
    await row.getByRole('button', { name: 'Copy Markdown of What the router is worth' }).click();
    await expect(row.getByText('Markdown copied')).toBeVisible();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('What the router is worth.');
    expect(copied).toContain('Two epochs only.');
    expect(await violations(page)).toEqual([]);
    await expectFit(page, 'studies');
    await row.getByRole('button', { name: 'Report on What the router is worth' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'What the router is worth' })).toBeVisible();
  });

  await test.step('the report', async () => {
    await expect(page.getByRole('table').filter({ hasText: 'Results.' })).toBeVisible();
    await expect(page.getByText('Recall@20, validation').first()).toBeVisible();
    await expect(page.getByText(/mean routing, epoch/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Edit words, part 1' }).click();
    await page.getByRole('textbox', { name: 'Words' }).fill('## Why\n\nBecause **it** <b>matters</b>: $5 & 100 %.');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('heading', { level: 3, name: 'Why' })).toBeVisible();
    await expect(page.getByText('<b>matters</b>')).toBeVisible();
    await page.getByRole('button', { name: 'Move words, part 1 down' }).click();
    await page.getByRole('button', { name: '+ Settings' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Routers & rows');
    await page.getByRole('textbox', { name: 'Title' }).press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Routers & rows' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await expectFit(page, 'report');
    await page.reload();
    await expect(page.getByRole('region', { name: 'Words, part 2' })).toContainText('Because it');
  });

  await test.step('a comparison that is kept', async () => {
    await page.goto('./#/compare');
    await page.getByRole('button', { name: /^All \d+ on Demo/ }).click();
    await page.getByRole('combobox', { name: 'Metric' }).selectOption({ label: 'NDCG@10' });
    await page.getByRole('button', { name: 'Keep…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('All of them');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('link', { name: 'Open the studies' }).click();
    await expect(page.getByRole('row', { name: /All of them/ })).toContainText('comparison');
    await page.getByRole('link', { name: 'All of them' }).click();
    await expect(page.getByRole('combobox', { name: 'Metric' })).toHaveValue('ndcg@10');
    await page.goto('./#/studies');
    await page.getByRole('button', { name: 'Forget All of them; its runs stay' }).click();
    await expect(page.getByRole('row', { name: /All of them/ })).toHaveCount(0);
    await page.getByRole('link', { name: 'Routers & rows' }).click();
  });

  await test.step('as HTML, opened without a network', async () => {
    const { path, name } = await saved(page, 'HTML');
    expect(name).toBe('routers-rows.html');
    const other = await context.newPage();
    const asked: string[] = [];
    other.on('request', (request) => void asked.push(request.url()));
    await context.setOffline(true);
    await other.setContent(readFileSync(path, 'utf8'));
    await expect(other.getByRole('heading', { level: 1, name: 'Routers & rows' })).toBeVisible();
    await expect(other.locator('figure svg')).toHaveCount(2);
    await expect(other.getByRole('link', { name: 'Open its runs' })).toHaveAttribute('href', /#x=/);
    expect(asked).toEqual([]);
    await context.setOffline(false);
    await other.close();
  });

  await test.step('as LaTeX', async () => {
    const { path, name } = await saved(page, 'LaTeX');
    expect(name).toBe('routers-rows.zip');
    if (spawnSync('pdflatex', ['--version']).status !== 0)
      return void test.info().annotations.push({ type: 'skipped', description: 'no pdflatex here: not compiled' });
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    execFileSync('python3', ['-m', 'zipfile', '-e', path, folder]);
    execFileSync('pdflatex', ['-halt-on-error', '-interaction=nonstopmode', 'report.tex'], {
      cwd: folder,
      stdio: 'ignore',
    });
    expect(statSync(join(folder, 'report.pdf')).size).toBeGreaterThan(20_000);
    rmSync(folder, { recursive: true });
  });

  await test.step('deleted', async () => {
    await page.goto('./#/studies');
    await page.getByRole('button', { name: 'Delete Routers & rows' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(page.getByRole('row', { name: /Routers/ })).toHaveCount(0);
  });
});
