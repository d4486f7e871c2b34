import { expect, test, type Page } from '@playwright/test';
import { violations } from '../helpers/page';

const facts = (page: Page) => page.locator('main ul').first();

async function openForm(page: Page): Promise<void> {
  await page.goto('./#/experiment');
  // The first visit makes the demo dataset.
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
}

async function start(page: Page, epochs: number): Promise<void> {
  await openForm(page);
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill(String(epochs));
  await page.getByRole('button', { name: 'Start the run' }).click();
}

async function accessible(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
}

test('a run trains, pauses, steps, survives a reload, and stops with a result', async ({ page }) => {
  await start(page, 400);
  await expect(facts(page)).toContainText(/epoch ([3-9]|\d\d+) \/ ≤400/);
  await page.keyboard.press('p');
  await expect(facts(page)).toContainText('paused');
  await page.getByRole('button', { name: 'One epoch' }).click();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeHidden();
  await expect(facts(page)).toContainText('paused');

  await page.reload();
  await expect(facts(page)).toContainText('interrupted');
  await accessible(page);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('region', { name: 'Run in progress' })).toContainText(/running · epoch ([3-9]|\d\d+) /);

  await page.getByRole('button', { name: 'Add notes and tags' }).click();
  await page.getByRole('textbox', { name: 'Notes' }).fill('noted while running');
  await page.getByRole('textbox', { name: 'Tags' }).fill('paper, second  try');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
  await expect(facts(page)).toContainText('stopped');
  await expect(page.locator('main').getByText('noted while running')).toBeVisible();
  await expect(page.locator('main').getByText('second try', { exact: true })).toBeVisible();

  await expect(page.getByRole('row', { name: /^test [0–]/ })).toContainText(/0\.\d{4}/);
  await page.getByRole('tab', { name: 'Users' }).click();
  await expect(page.getByRole('group', { name: /Top list of user/ })).toBeVisible();
  await accessible(page);
});

test('figures and tables of a chart can be saved, and one cursor moves over all charts', async ({ page }) => {
  await start(page, 3);
  await expect(facts(page)).toContainText('finished', { timeout: 120_000 });
  await page.getByRole('slider', { name: 'Cursor in Ranking, validation' }).focus();
  await page.keyboard.press('Home');
  for (const chart of ['Loss terms', 'Ranking, validation', 'Recall, all cutoffs']) {
    await expect(page.getByRole('slider', { name: `Cursor in ${chart}` })).toHaveAttribute(
      'aria-valuetext',
      /^epoch 1 /,
    );
  }
  for (const [button, name] of [
    ['Download PNG', 'loss-terms.png'],
    ['Download SVG', 'loss-terms.svg'],
  ] as const) {
    await page.getByRole('button', { name: 'Save figure of Loss terms' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    expect((await download).suggestedFilename()).toBe(name);
    await page.getByRole('button', { name: 'Close' }).click();
  }
});

test('the form explains what is wrong, and several seeds queue several runs', async ({ page }) => {
  await openForm(page);
  const layers = page.getByRole('combobox', { name: 'Layers L' });
  await layers.fill('99');
  await expect(page.getByText('Layers L must be between 1 and 8.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start the run' })).toBeDisabled();
  await accessible(page);
  await page.getByRole('button', { name: 'Reset Layers L to 2' }).click();
  await page.getByRole('button', { name: 'five seeds' }).click();
  await page.getByRole('button', { name: 'Queue 5 runs' }).click();
  await expect(page.getByRole('region', { name: 'Run in progress' })).toContainText('4 runs waiting');

  await page.goto('./#/runs');
  await expect(page.getByRole('region', { name: 'Queue' }).getByRole('listitem')).toHaveCount(4);
  await accessible(page);
  await page.getByRole('button', { name: 'Select all 5' }).click();
  await page.getByRole('button', { name: 'Delete 5 runs' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  // The one that trains is stopped with them.
  await expect(page.getByRole('region', { name: 'Run in progress' })).toBeHidden();
  await expect(page.getByRole('group', { name: 'Runs' }).getByRole('link')).toHaveCount(0);
});

test('a second tab does not train what the first one does', async ({ page, context }) => {
  await start(page, 400);
  await expect(facts(page)).toContainText('running');
  const second = await context.newPage();
  await second.goto('./#/runs');
  await expect(second.getByText('Another tab of this browser is training.')).toBeVisible();
  await page.close();
  await expect(second.getByRole('group', { name: 'Runs' })).toContainText('interrupted');
});
