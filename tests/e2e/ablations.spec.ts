import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { ended, expectFit, pageTasks, startRun, storedRun } from '../helpers/page';

async function openForm(page: Page, model: string): Promise<void> {
  await page.goto('./#/experiment');
  // The first visit makes the demo dataset.
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
}

const third = (page: Page) => page.getByRole('combobox', { name: 'What the third panel shows' });

/** The rows of a file that a dialog's button saves, first line included. */
async function savedCsv(page: Page): Promise<string[]> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const path = await (await download).path();
  await page.keyboard.press('Escape');
  return readFileSync(path, 'utf8').trim().split('\r\n');
}

test('an ablation set is queued at once, fills its table, and leads to its runs', async ({ page }) => {
  await openForm(page, 'SiMGR');
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
  await page.getByRole('button', { name: 'Ablation set…' }).click();
  const dialog = page.getByRole('dialog', { name: /Ablation set: SiMGR/ });
  await dialog.getByRole('textbox', { name: 'Seed' }).fill('1, 2');
  await expect(dialog.getByRole('status')).toHaveText('6 rows × 2 seeds = 12 runs.');
  await dialog.getByRole('checkbox', { name: 'Base, high ratings only' }).uncheck();
  await dialog.getByRole('checkbox', { name: '+SGA+PST' }).uncheck();
  await dialog.getByRole('checkbox', { name: '+SGA+APFI' }).uncheck();
  await expectFit(page, 'dialog');
  // The same runs as a file, for workers on other machines.
  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as plan' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('simgr-ablations-on-demo.plan.json');
  const plan = JSON.parse(readFileSync(await saved.path(), 'utf8')) as { format: string; runs: { seed: number }[] };
  expect(plan.format).toBe('lodestone/plan');
  expect(plan.runs.map(({ seed }) => seed)).toEqual([1, 1, 1, 2, 2, 2]);
  await dialog.getByRole('button', { name: 'Queue 6 runs' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'SiMGR ablations on Demo' })).toBeVisible();
  await expect(page.getByText(/1 training · \d waiting/)).toBeVisible();
  await expect(page.getByText('all 6 runs have a result')).toBeVisible({ timeout: 300_000 });
  const all = page.getByRole('group', { name: /all held-out items/ });
  await expect(all.getByRole('row', { name: /^SiMGR/ })).toContainText(/0\.\d{4} ± 0\.\d{4}.*the full model.*2 \/ 2/);
  await expect(all.getByRole('row', { name: /^Base/ })).toContainText(/higher in [012] of 2 seeds/);
  await expect(page.getByRole('group', { name: /liked items only/ }).getByRole('row')).toHaveCount(4);
  await expectFit(page, 'table');

  await page.getByRole('button', { name: 'Numbers by run' }).click();
  const byRun = await savedCsv(page);
  expect(byRun).toHaveLength(7);
  expect(byRun[0]).toMatch(/^variant,seed,status,best_epoch,test_recall@10,/);
  await page.getByRole('button', { name: 'Numbers', exact: true }).click();
  expect((await savedCsv(page)).map((row) => row.split(',')[0])).toEqual(['variant', 'SiMGR', 'Base', "'+SGA"]);

  await page.reload();
  await all
    .getByRole('row', { name: /^SiMGR/ })
    .getByRole('link')
    .first()
    .click();
  await expect(page.getByText('Row “SiMGR” of')).toBeVisible();
  await page.getByRole('tab', { name: 'Findings' }).click();
  await expect(page.getByRole('region', { name: 'Edges by sign' })).toContainText(
    /users without a negative edge, after it/,
  );
  await expect(page.getByRole('button', { name: /Numbers of Sign thresholds/ })).toBeVisible();
  await expectFit(page, 'findings');

  await page.getByRole('link', { name: 'SiMGR ablations on Demo' }).click();
  await page.getByRole('link', { name: 'Show its runs' }).click();
  await expect(page.getByText('6 runs shown')).toBeVisible();
  await expectFit(page, 'runs of the set');
  await page
    .getByRole('button', { name: /^Delete SiMGR/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('5 runs shown')).toBeVisible();
  await page.getByRole('link', { name: 'Open its table' }).click();
  await expect(page.getByText('all 5 runs have a result')).toBeVisible();
  await page.getByRole('link', { name: 'Show its runs' }).click();
  await page.getByRole('button', { name: 'Select all 5' }).click();
  await page.getByRole('button', { name: 'Delete 5 runs' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('No runs yet.')).toBeVisible();
});

test('MAGNET warns before it starts, and its panel shows routing and stages while the page stays responsive', async ({
  page,
}) => {
  await openForm(page, 'MAGNET');
  await expect(page.getByRole('button', { name: 'Recommended for this dataset' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(page.getByText('Before you start')).toBeHidden();
  await page.getByRole('button', { name: 'Paper: Baby' }).click();
  await expect(page.getByText(/Up to 15\.9 induced edges per real edge/)).toBeVisible();
  await expectFit(page, 'form');

  // More epochs than are watched.
  const id = await startRun(page, 'MAGNET', { 'Epochs, at most': '400', Patience: '0' });
  await expect.poll(async () => (await storedRun(page, id))?.status, { timeout: 120_000 }).toBe('running');
  await expect(third(page)).toHaveValue('overview');
  const tasks = await pageTasks(page, () => page.waitForTimeout(8000));
  expect((await storedRun(page, id))?.status).toBe('running');
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks[0], 'the longest task, in ms').toBeLessThan(100);
  // The second stage has been seen.
  await expect(page.getByRole('region', { name: 'Run in progress' })).toContainText(/epoch ([4-9]|\d\d+) /, {
    timeout: 120_000,
  });
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
  await ended(page, id);

  await expect(page.getByText('Stage 2 began after step 3, so coverage had no time to act.')).toBeVisible();
  await expect(page.getByText('stage 2').first()).toBeVisible();
  await third(page).selectOption({ label: 'Mean routing by expert' });
  await page.getByRole('button', { name: 'Numbers of Mean routing by expert' }).click();
  for (const name of ['Dom behaviour', 'Bal image', 'Com text'])
    await expect(page.getByRole('columnheader', { name })).toBeVisible();
  await page.keyboard.press('Escape');
  await third(page).selectOption({ label: 'Stage' });
  await expect(page.getByRole('slider', { name: 'Cursor in Stage' })).toBeVisible();
  await expectFit(page, 'curves');
  await page.getByRole('tab', { name: 'Findings' }).click();
  await expect(page.getByText(/There are 15\.0 induced edges per real edge/)).toBeVisible();
});

test('a stand-in for user vectors is named wherever the result stands', async ({ page }) => {
  const words = /User vectors are a stand-in/;
  await openForm(page, 'MLLMRec');
  await expect(page.getByText('User vectors will be a stand-in')).toBeVisible();
  const id = await startRun(page, 'MLLMRec', { 'Epochs, at most': '2' });
  await ended(page, id);
  await expect(page.getByText(words)).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('button', { name: 'Curves CSV' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toMatch(words);
  await page.keyboard.press('Escape');
  for (const tab of ['Findings', 'Users']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByText(words)).toBeVisible();
  }
  await page.goto('./#/runs');
  await expect(page.getByRole('group', { name: 'Runs' }).getByText(words)).toBeVisible();
});
