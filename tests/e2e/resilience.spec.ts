import { expect, test, type Page } from '@playwright/test';
import { ended, startRun, stored, storedRun } from '../helpers/page';

const MANY = { 'Epochs, at most': '5000', Patience: '5000' };

const bar = (page: Page) => page.getByRole('region', { name: 'Run in progress' });

/** Stops the run in progress once it has a best epoch. */
async function stop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop, keep best' }).click();
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
}

async function trains(page: Page): Promise<void> {
  await expect(bar(page)).toContainText(/running · epoch ([3-9]|\d\d)/, { timeout: 120_000 });
}

test('what is written in another tab while a run trains is there when it has ended', async ({ page, context }) => {
  const id = await startRun(page, 'LightGCN', MANY);
  await trains(page);
  const other = await context.newPage();
  await other.goto(`./#/runs/${id}`);
  await other.getByRole('button', { name: 'Add notes and tags' }).click();
  await other.getByRole('textbox', { name: 'Notes' }).fill('A note from the other tab.');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(async () => (await storedRun(other, id))?.notes).toBe('A note from the other tab.');
  await stop(page);
  expect(await ended(page, id)).toMatchObject({ status: 'stopped', notes: 'A note from the other tab.' });
});

test('a run that is deleted in another tab stops, stays deleted, and the next one starts', async ({
  page,
  context,
}) => {
  const id = await startRun(page, 'LightGCN', MANY);
  await trains(page);
  const next = await startRun(page, 'BPR-MF', { 'Epochs, at most': '2' });
  const other = await context.newPage();
  await other.goto('./#/runs');
  await other.getByRole('button', { name: /^Delete LightGCN/ }).click();
  await expect(other.getByRole('alertdialog')).toContainText('and then stops.');
  await other.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await ended(page, next);
  for (const tab of [page, other]) {
    await tab.goto('./#/runs');
    await expect(tab.getByRole('link', { name: /^BPR-MF/ })).toBeVisible();
    await expect(tab.getByRole('link', { name: /^LightGCN/ })).toHaveCount(0);
  }
  expect(await stored(page, 'runs', id)).toBeUndefined();
});

test('a training thread that ends without a word is noticed, and its run goes on by itself', async ({ page }) => {
  const id = await startRun(page, 'LightGCN', MANY);
  await trains(page);
  const thread = page.workers().find((worker) => /training/.test(worker.url()));
  await thread?.evaluate(() => self.close()).catch(() => undefined);
  await expect(
    page.getByText('the training thread was lost; resuming from the last checkpoint (1 of 2)').first(),
  ).toBeVisible({ timeout: 10_000 });
  await trains(page);
  await stop(page);
  expect((await ended(page, id)).status).toBe('stopped');
});

test('a disk that is full in mid-run is said on its page, and the run goes on and ends when there is room', async ({
  page,
  context,
  baseURL,
}) => {
  const id = await startRun(page, 'LightGCN', MANY);
  await trains(page);
  const client = await context.newCDPSession(page);
  const origin = new URL(baseURL ?? '').origin;
  await client.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  const notice = page.getByText('The browser has no room left for this run.');
  // The browser looks at its quota every half minute, and a checkpoint is written every quarter.
  await expect(notice).toBeVisible({ timeout: 90_000 });
  await trains(page);
  await stop(page);
  await expect(page.getByText(/ranking the test split/).first()).toBeVisible();
  await expect(notice).toBeVisible();
  await client.send('Storage.overrideQuotaForOrigin', { origin });
  const run = await ended(page, id);
  expect(run.status).toBe('stopped');
  expect(run.result).not.toBeNull();
  await expect(notice).toBeHidden();
});
