import { expect, test } from '@playwright/test';
import type { DatasetDocument } from '../../src/domain/dataset';
import { expectFit, stored, storedRun } from '../helpers/page';

test('runs of several seeds become a table for a paper, with tests against a reference', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  for (const model of ['LightGCN', 'BPR-MF']) {
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
    await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
    await page.getByRole('textbox', { name: 'Seed' }).fill('1, 2');
    await page
      .getByRole('button', { name: /^(Start|Queue)/ })
      .first()
      .click();
    await page.waitForURL(/#\/runs/);
    await page.goto('./#/experiment');
  }
  await page.goto('./#/runs');
  // The two seeds of each model are one line.
  await expect(page.getByRole('cell', { name: /2 ✓?\s*finished/ })).toHaveCount(2, { timeout: 120_000 });
  await page.getByRole('button', { name: 'Select all 4' }).click();
  await page.getByRole('link', { name: 'Compare 4 runs' }).click();

  const results = page.getByRole('group', { name: /Results by setting/ });
  await expect(results.getByRole('row')).toHaveCount(3);
  const ids = new URL(page.url().replace('#/', '')).searchParams.get('runs')!.split(',');
  const runs = (await Promise.all(ids.map((id) => storedRun(page, id)))).flatMap((run) => run ?? []);
  const recalls = runs
    .filter(({ experiment }) => experiment.model === 'lightgcn')
    .map(({ result }) => result!.test['recall@20']);
  expect(recalls).toHaveLength(2);
  const mean = (recalls[0]! + recalls[1]!) / 2;
  const sd = Math.abs(recalls[0]! - recalls[1]!) / Math.SQRT2;
  await expect(results.getByRole('row', { name: /^LightGCN/ })).toContainText(`${mean.toFixed(4)} ± ${sd.toFixed(4)}`);

  const tests = page.getByRole('region', { name: /^Against/ });
  await expect(tests.getByRole('row')).toHaveCount(2);
  await expect(tests).toContainText(/higher in [012] of 2/);
  await expect(page.getByRole('region', { name: 'Differences' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Metric' }).selectOption('ndcg@10');
  await expect(results.getByRole('columnheader', { name: 'Δ N@10' })).toBeVisible();
  await expectFit(page, 'comparison');

  await page.getByRole('button', { name: 'Copy LaTeX' }).click();
  await expect(page.getByText('LaTeX copied')).toBeVisible();
  const latex = await page.evaluate(() => navigator.clipboard.readText());
  expect(latex).toContain('\\toprule');
  // Whatever is significant in the table is marked in the paper's table too, as often.
  const marks = (await results.getByRole('cell').allTextContents()).join('').match(/[†‡]/g) ?? [];
  expect(
    latex
      .split('\n')
      .filter((line) => line.endsWith('\\\\'))
      .join('')
      .match(/dagger/g) ?? [],
  ).toHaveLength(marks.length);
  expect(latex).toMatch(/Model & Recall@10 .* & \$\\Delta\$ N@10 .*\n.*\n.*(reference|%) \\\\\n/);
  expect(latex.replaceAll(/\\(textbf|underline)\{([^}]*)\}/g, '$2')).toContain(
    `${mean.toFixed(4)} $\\pm$ ${sd.toFixed(4)}`,
  );

  await page.reload();
  await expect(results.getByRole('columnheader', { name: 'Δ N@10' })).toBeVisible();
  await page.goto('./#/compare');
  await page.getByRole('button', { name: 'All 4 on Demo' }).click();
  await expect(results.getByRole('row')).toHaveCount(3);

  // Each user is better, equal or worse with one of the two, and has a place by activity and by difficulty.
  await page.getByRole('tab', { name: 'Gains' }).click();
  const gains = page.getByRole('region', { name: /^(LightGCN against BPR-MF|BPR-MF against LightGCN)$/ });
  const shares = await Promise.all(
    ['Better', 'Equal', 'Worse'].map((name) =>
      gains.getByText(name, { exact: true }).locator('xpath=following-sibling::dd[1]').textContent(),
    ),
  );
  expect(shares.reduce((sum, text) => sum + parseFloat(text ?? ''), 0)).toBeCloseTo(100, 0);
  await page.getByRole('textbox', { name: /Nearest items/ }).fill('10');
  await page.getByRole('button', { name: 'Find the nearest items' }).click();
  await expect(page.getByText('10 nearest items by image, text')).toBeVisible({ timeout: 60_000 });
  const evaluated = Number(
    (
      await gains.getByText('Users', { exact: true }).locator('xpath=following-sibling::dd[1]').textContent()
    )?.replaceAll(',', ''),
  );
  for (const name of ['By activity', 'By difficulty']) {
    const counts = await page
      .getByRole('group', { name })
      .getByRole('row')
      .locator('td:nth-of-type(2)')
      .allTextContents();
    expect(
      counts.map((text) => Number(text.replaceAll(',', ''))).reduce((sum, count) => sum + count, 0),
      name,
    ).toBe(evaluated);
  }
  await expectFit(page, 'gains');

  // The groups of the settings are those of the run's own page.
  await page.getByRole('tab', { name: 'Long tail' }).click();
  await expect(page.getByRole('group', { name: 'Recall@20, by group' }).getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Numbers of Recall@20, by group' }).click();
  const ofRun = page.getByRole('dialog').getByRole('row', { name: /^LightGCN 1 most popular/ });
  const inGroups = await ofRun.getByRole('cell').allTextContents();
  await page.keyboard.press('Escape');
  // What the lists are like besides being right: one row per setting, as on the run's own page.
  const beyond = page.getByRole('group', { name: /^Beyond accuracy on/ });
  await expect(beyond.locator('tbody tr')).toHaveCount(2, { timeout: 60_000 });
  const coverage = (await beyond
    .getByRole('row', { name: /^LightGCN/ })
    .getByRole('cell')
    .first()
    .textContent())!;
  expect(coverage).toMatch(/%$/);
  await page.evaluate(() => window.scrollTo(0, 0));
  await expectFit(page, 'long tails');
  await page.getByRole('tab', { name: 'Results' }).click();

  // From a run of the table to how it serves popular and rare items: every test interaction is in one of five groups.
  await results
    .getByRole('row', { name: /^LightGCN/ })
    .getByRole('link')
    .first()
    .click();
  await expect(page.getByRole('tab', { name: 'Curves' })).toBeVisible();
  await page.getByRole('tab', { name: 'Long tail' }).click();
  const groups = page.getByRole('group', { name: 'By popularity of the item' });
  await expect(groups.getByRole('row')).toHaveCount(6);
  const dataset = (await stored(page, 'datasets', runs[0]!.experiment.dataset.id)) as DatasetDocument;
  const cells = await groups.getByRole('row').locator('td:nth-of-type(3)').allTextContents();
  expect(cells.map((text) => Number(text.replaceAll(',', ''))).reduce((sum, count) => sum + count, 0)).toBe(
    dataset.statistics.splits.test.interactions,
  );
  await expect(groups.getByRole('row', { name: /^most popular/ })).toContainText(Number(inGroups.at(-2)).toFixed(4));
  const own = page.getByRole('group', { name: 'Beyond accuracy' });
  await expect(own.getByRole('row', { name: /^Item coverage/ })).toBeVisible({ timeout: 60_000 });
  await expect(own.getByRole('row')).toHaveCount(10);
  await expectFit(page, 'long tail');
});
