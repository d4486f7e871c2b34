import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { RunDocument } from '../../src/domain/run';
import { expectFit, storedRun } from '../helpers/page';

/** As the page writes metrics; `toFixed` rounds halves otherwise. */
const four = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 4, maximumFractionDigits: 4 });

async function openDialog(page: Page, epochs: string) {
  await page.goto('./#/experiment');
  // The first visit makes the demo dataset.
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'LightGCN' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill(epochs);
  await page.getByRole('button', { name: 'Sweep…' }).click();
  return page.getByRole('dialog', { name: /Sweep: LightGCN on/ });
}

/** All runs of the sweep whose page is open, as stored. */
async function storedRuns(page: Page): Promise<RunDocument[]> {
  const links = page.getByRole('group', { name: /^Points of/ }).getByRole('link');
  const ids = await links.evaluateAll((all) =>
    all.map((link) => link.getAttribute('href')!.replace(/^.*#\/runs\//, '')),
  );
  return (await Promise.all(ids.map((id) => storedRun(page, id)))).flatMap((run) => run ?? []);
}

test('a grid over two axes is paused, outlasts a reload, and becomes a heat map of what its runs measured', async ({
  page,
}) => {
  const dialog = await openDialog(page, '1');
  await dialog.getByRole('textbox', { name: /^Values of Layers/ }).fill('1, 2, 9');
  await expect(dialog.getByText(/“9”: Layers L must be between 1 and 8/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Queue 0 runs' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: /^Values of Layers/ }).fill('1, 2');
  await dialog.getByRole('button', { name: 'Add an axis' }).click();
  await dialog.getByRole('combobox', { name: 'Axis 2' }).selectOption({ label: 'Embedding size' });
  await dialog.getByRole('textbox', { name: /^Values of Embedding/ }).fill('8, 16');
  await expect(dialog.getByRole('status')).toHaveText('2 × 2 values = 4 points × 1 seed = 4 runs.');
  await expect(
    dialog.getByText('How long it takes is not known: LightGCN has no finished run on Demo yet.'),
  ).toBeVisible();
  await dialog.getByRole('button', { name: 'Try three steps' }).click();
  await expect(dialog.getByText(/^At most .*: three steps of LightGCN were measured, without ranking\.$/)).toBeVisible({
    timeout: 60_000,
  });
  await expectFit(page, 'dialog');
  await dialog.getByRole('button', { name: 'Queue 4 runs' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'LightGCN: layers × embeddingSize on Demo' })).toBeVisible();
  await page.getByRole('button', { name: 'Pause the sweep' }).click();
  const state = page
    .getByRole('status')
    .filter({ hasText: 'have a result' })
    .or(page.getByRole('status').filter({ hasText: 'has a result' }));
  await expect(state).toContainText('Paused.');
  await page.reload();
  await expect(state).toContainText('Paused.');
  await expect(page.getByRole('button', { name: 'Resume the sweep' })).toBeVisible();
  const waiting = (await storedRuns(page)).filter(({ status }) => status === 'queued').length;
  expect(waiting).toBeGreaterThan(0);
  await page.waitForTimeout(3000);
  expect((await storedRuns(page)).filter(({ status }) => status === 'queued')).toHaveLength(waiting);
  await page.getByRole('button', { name: 'Resume the sweep' }).click();
  await expect(page.getByText('all 4 runs have a result')).toBeVisible({ timeout: 300_000 });

  const runs = await storedRuns(page);
  expect(runs).toHaveLength(4);
  const map = page.getByRole('grid', { name: /Recall@20, validation/ });
  for (const {
    experiment: { config },
    result,
  } of runs) {
    const cell = map.getByRole('gridcell', { name: new RegExp(`^${config['layers']}, ${config['embeddingSize']}: `) });
    await expect(cell).toContainText(four(result!.valid['recall@20']));
  }
  const best = Math.max(...runs.map(({ result }) => result!.valid['recall@20']));
  await expect(map.getByRole('gridcell', { name: /best$/ })).toContainText(`★ ${four(best)}`);
  await page.getByRole('combobox', { name: 'Measured on' }).selectOption('test');
  await page.getByRole('combobox', { name: 'Metric' }).selectOption('ndcg@10');
  const tested = page.getByRole('grid', { name: /NDCG@10, test/ });
  await expect(tested.getByRole('gridcell', { name: /^1, 8: / })).toContainText(
    four(
      runs.find(({ experiment: { config } }) => config['layers'] === 1 && config['embeddingSize'] === 8)!.result!.test[
        'ndcg@10'
      ],
    ),
  );
  await tested.getByRole('gridcell', { name: /^2, 16: / }).click();
  await expect(page.getByRole('status').filter({ hasText: 'layers=2, embeddingSize=16' })).toBeVisible();
  await expectFit(page, 'heat map');

  // The same as lines: the other axis stands where a person sets it.
  await page.getByRole('radio', { name: 'Line' }).check();
  await page.getByRole('combobox', { name: 'Embedding size, fixed' }).selectOption('8');
  await page.getByRole('button', { name: 'Numbers of NDCG@10' }).click();
  await expect(page.getByRole('dialog').getByRole('row')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Parallel coordinates' }).check();
  const points = page.getByRole('slider', { name: /^Points of/ });
  await expect(points).toHaveAttribute('aria-valuemax', '4');
  const highest = Math.max(...runs.map(({ result }) => result!.test['ndcg@10']));
  await points.focus();
  await points.press('Home');
  await expect(points).toHaveAttribute('aria-valuetext', new RegExp(`NDCG@10 ${four(highest)}$`));
  const limit = page.getByRole('slider', { name: 'Lowest Layers L' });
  await limit.focus();
  await limit.press('ArrowUp');
  await expect(page.getByText('2 of 4 points')).toBeVisible();
  await expect(points).toHaveAttribute('aria-valuemax', '2');
  await expectFit(page, 'parallel coordinates');

  // All of it in one file, which gives the sweep back after its runs were deleted.
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const [study] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as file' }).click(),
  ]);
  const saved = { name: 'sweep.lodestone.json', mimeType: '', buffer: readFileSync(await study.path()) };
  await page.goto('./#/runs');
  await page.getByRole('button', { name: 'Select all 4' }).click();
  await page.getByRole('button', { name: 'Delete 4 runs' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('No runs yet.')).toBeVisible();
  await page.getByLabel('Run files').setInputFiles(saved);
  await expect(page.getByText('4 runs imported.')).toBeVisible();

  await page.goto('./#/sweeps');
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible();
  await expect(page.getByRole('row', { name: /layers × embeddingSize/ })).toContainText('all 4 runs have a result');
  await expectFit(page, 'studies');
});

test('a sweep over one axis is a line with a band over seeds, and knows how long it takes', async ({ page }) => {
  const dialog = await openDialog(page, '2');
  await dialog.getByRole('combobox', { name: 'Axis 1' }).selectOption({ label: 'Learning rate' });
  await dialog.getByRole('textbox', { name: /^Values of Learning rate/ }).fill('0.0001, 0.001, 0.01');
  await dialog.getByRole('textbox', { name: 'Seed', exact: true }).fill('1, 2');
  await dialog.getByRole('button', { name: 'Queue 6 runs' }).click();
  await expect(page.getByText('all 6 runs have a result')).toBeVisible({ timeout: 300_000 });

  const runs = await storedRuns(page);
  const at = runs
    .filter(({ experiment: { config } }) => config['learningRate'] === 0.01)
    .map(({ result }) => result!.valid['recall@20']);
  expect(at).toHaveLength(2);
  const mean = (at[0]! + at[1]!) / 2;
  const sd = Math.abs(at[0]! - at[1]!) / Math.SQRT2;
  await expect(page.getByRole('row', { name: /0\.01/ }).last()).toContainText(`${four(mean)} ± ${four(sd)}`);
  const line = page.getByRole('figure', { name: 'Recall@20', exact: true });
  // A mark per point, a smaller one per seed.
  await expect(line.locator('circle[r="2.5"]')).toHaveCount(3);
  await expect(line.locator('circle[r="1.75"]')).toHaveCount(6);
  await page.getByRole('button', { name: 'Numbers of Recall@20' }).click();
  await expect(page.getByRole('dialog').getByRole('row')).toHaveCount(4);
  await page.keyboard.press('Escape');
  await expectFit(page, 'line');

  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible();
  const again = await openDialog(page, '2');
  await expect(again.getByText(/^About \d.*: the newest finished run here took/)).toBeVisible();
  await again.getByRole('radio', { name: 'Random draws' }).check();
  await again.getByRole('radio', { name: 'from a range' }).check();
  await again.getByRole('textbox', { name: 'Number of draws', exact: true }).fill('50');
  await expect(again.getByRole('status')).toContainText(
    '4 points × 1 seed = 4 runs. There are no more distinct points.',
  );
  await expectFit(page, 'random draws');
});

test('the median rule ends a hopeless run early, and the sweep says so', async ({ page }) => {
  const dialog = await openDialog(page, '9');
  await dialog.getByRole('combobox', { name: 'Axis 1' }).selectOption({ label: 'Learning rate' });
  await dialog.getByRole('textbox', { name: /^Values of Learning rate/ }).fill('0.003, 0.004, 0.005, 0.0000001');
  await dialog.getByRole('checkbox', { name: /median rule/ }).check();
  await dialog.getByRole('button', { name: 'Queue 4 runs' }).click();
  await expect(page.getByText('all 4 runs have a result')).toBeVisible({ timeout: 300_000 });

  const runs = await storedRuns(page);
  const stopped = runs.filter(({ stopReason }) => stopReason?.rule === 'median');
  expect(stopped.map(({ experiment: { config } }) => config['learningRate'])).toEqual([1e-7]);
  const { epochs, stopReason, result } = stopped[0]!;
  // Spared for five epochs, and then below the median of the three that had finished.
  expect(epochs).toHaveLength(6);
  const bestUntil = (run: RunDocument): number =>
    Math.max(...run.epochs.slice(0, 6).map(({ valid }) => valid!['recall@20']));
  const peers = runs
    .filter((run) => run !== stopped[0])
    .map(bestUntil)
    .sort((a, b) => a - b);
  expect(stopReason).toMatchObject({ epoch: 5, best: bestUntil(stopped[0]!), median: peers[1], peers: 3 });
  expect(result!.valid['recall@20']).toBe(bestUntil(stopped[0]!));
  await expect(page.getByText('1 run ended early by the median rule')).toBeVisible();
});
