import { expect, test, type Page } from '@playwright/test';
import { byKey } from '../../src/domain/metrics';
import type { ModelId } from '../../src/domain/models/table';
import { linkMaker } from '../helpers/links';
import { allEnded, expectFit } from '../helpers/page';

/** Counts by which the papers' Baby is known. */
const BABY = { users: 19_445, items: 7_050, interactions: 160_792 };

/** LightGCN and BPR-MF over three seeds each with coarse curves, and Popularity beside them. */
async function link(): Promise<string> {
  const { defaultConfig, encodeStudy } = await linkMaker();
  const run = (model: ModelId, seed: number, recall: number) => ({
    model,
    config: defaultConfig(model),
    seed,
    name: `${model} · baby`,
    dataset: 0,
    backend: 'wasm' as const,
    device: 'a device',
    epochs: 20,
    result: { bestEpoch: 10, valid: byKey(() => recall), test: byKey((key) => (key === 'recall@20' ? recall : 0.03)) },
    curves: { epochs: [0, 5, 10, 19], recall: [0.01, 0.03, recall, 0.04], ndcg: [0.01, 0.02, 0.03, 0.02] },
    routing: null,
  });
  return encodeStudy({
    datasets: [{ name: 'baby', fingerprint: 'c0'.repeat(32), ...BABY, split: 'provided', demo: null }],
    runs: [
      ...[0.07, 0.08, 0.09].map((recall, i) => run('lightgcn', i + 1, recall)),
      ...[0.05, 0.0601, 0.0702].map((recall, i) => run('bpr', i + 1, recall)),
      run('mostpop', 999, 0.02),
    ],
    baselines: [6],
  });
}

const results = (page: Page) => page.getByRole('group', { name: /^Results by setting/ });
const row = (page: Page, name: RegExp) => results(page).getByRole('row', { name });

test('a shared comparison is compared as runs of one’s own are, and says what a link lacks', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`./#${await link()}`);
  await expect(row(page, /^LightGCN 0/)).toContainText('0.0800 ± 0.0100');
  await expect(row(page, /^LightGCN 0/)).toContainText('reference');
  await expect(row(page, /^BPR-MF 0/)).toContainText('−24.9 %');
  await expect(row(page, /^LightGCN 0/).locator('strong', { hasText: '0.0800 ± 0.0100' })).toBeVisible();
  // The difference is the same for every seed, but for a hair.
  const tests = page.getByRole('region', { name: 'Against LightGCN' });
  await expect(tests.getByRole('row', { name: /^BPR-MF/ })).toContainText('higher in 0 of 3');
  await expect(tests.getByRole('row', { name: /^BPR-MF/ })).toContainText('‡');
  await expect(tests).toContainText('What each user got is not in a link');
  await expect(row(page, /^BPR-MF 0/)).toContainText('‡');
  await expect(page.getByRole('region', { name: 'Differences' })).toBeVisible();

  // Rows to measure by: the baseline of the link, and the paper's figures for a dataset of these counts.
  await expect(row(page, /^Popularity \(baseline\)/)).toContainText('0.0200');
  await page.getByRole('checkbox', { name: 'Show baselines' }).click();
  await expect(row(page, /^Popularity/)).toHaveCount(0);
  await expect(row(page, /^LightGCN, printed in/).first()).toBeVisible();
  await page.getByRole('radio', { name: 'none' }).click();
  await expect(row(page, /printed in/)).toHaveCount(0);
  await expectFit(page, 'shared comparison');
  await page.getByRole('button', { name: 'Copy LaTeX' }).first().click();
  await expect(page.getByText('LaTeX copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('0.0800 $\\pm$ 0.0100');

  // The choices are in the address. A link has the curves of two metrics.
  await page.getByRole('combobox', { name: 'Reference' }).selectOption({ label: 'BPR-MF' });
  await page.getByRole('combobox', { name: 'Metric' }).selectOption('ndcg@20');
  await expect(page.getByText(/A link carries the validation curves of/)).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Metric' }).selectOption('recall@10');
  await expect(page.getByText(/A link carries the validation curves of Recall@20 and NDCG@20 only/)).toBeVisible();
  await page.reload();
  await expect(results(page).getByRole('columnheader', { name: 'Δ R@10' })).toBeVisible();
  await expect(row(page, /^BPR-MF 0/)).toContainText('reference');

  for (const [tab, why] of [
    ['Gains', /what each user got.*\.lodestone\.json/],
    ['Long tail', /each user’s list.*\.lodestone\.json/],
    ['Efficiency', /times and memory.*\.lodestone\.json/],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByText(why)).toBeVisible();
  }
  await expectFit(page, 'what a link lacks');

  // From a seed to the run, and from one run's name to another, by keyboard.
  await page.getByRole('tab', { name: 'Results' }).click();
  await row(page, /^BPR-MF 0/)
    .getByRole('link', { name: /2/ })
    .click();
  await expect(page.getByRole('tab', { name: 'Runs' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('region', { name: 'Result', exact: true })).toContainText('0.0601');
  const runs = page.getByRole('group', { name: 'Shared runs' });
  await expect(runs.getByRole('row')).toHaveCount(8);
  await runs.getByRole('link', { name: 'lightgcn · baby' }).nth(2).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Result', exact: true })).toContainText('0.0900');
  await expect(runs.getByRole('row').nth(3)).toContainText('shown below');
  await expectFit(page, 'runs of a shared comparison');
});

test('a comparison with its baselines is shared as it stands; each of its runs can be run here', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'LightGCN' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
  await page.getByRole('textbox', { name: 'Seed' }).fill('1, 2');
  await page
    .getByRole('button', { name: /^(Start|Queue)/ })
    .first()
    .click();
  await page.waitForURL(/#\/runs/);
  await page.goto('./#/runs');
  await expect(page.getByRole('cell', { name: /2 ✓?\s*finished/ })).toBeVisible({ timeout: 120_000 });
  await page.goto('./#/compare');
  await page.getByRole('button', { name: 'All 2 on Demo' }).click();
  await page.getByRole('button', { name: /^Compute \d baselines/ }).click();
  await expect(page.getByRole('button', { name: /^Compute \d baseline/ })).toHaveCount(0, { timeout: 120_000 });
  await allEnded(page);
  await expect(row(page, /^Popularity \(baseline\)/)).toBeVisible();
  const baselines = await row(page, /\(baseline\)/).count();
  expect(baselines).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(`Share ${2 + baselines} runs`)).toBeVisible();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('Escape');
  const here = await results(page).getByRole('cell').allTextContents();

  await page.goto(address);
  await expect(page.getByText('Someone shared this with you.')).toBeVisible();
  await expect(row(page, /\(baseline\)/)).toHaveCount(baselines);
  // Figure for figure what stands on the page where it was made; a link has six digits, so that a per cent may be rounded otherwise.
  const there = await results(page).getByRole('cell').allTextContents();
  const figures = (cells: readonly string[]): string[] => cells.filter((text) => /\d\.\d{4}/.test(text));
  expect(figures(there)).toEqual(figures(here));
  const shares = (cells: readonly string[]): number[] =>
    cells.filter((text) => text.endsWith('%')).map((text) => parseFloat(text.replace('−', '-')));
  expect(shares(there)).toHaveLength(shares(here).length);
  shares(there).forEach((share, place) => expect(Math.abs(share - shares(here)[place]!)).toBeLessThan(0.11));
  await expect(page.getByRole('button', { name: 'Run it here' })).toBeVisible();

  await page.getByRole('tab', { name: 'Runs' }).click();
  await page
    .getByRole('link', { name: /LightGCN/ })
    .nth(1)
    .click();
  await page.getByRole('button', { name: 'Run this one here' }).click();
  await expect(page.getByText('Filled in from a shared run')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Seed', exact: true })).toHaveValue('2');
});
