import { expect, test } from '@playwright/test';
import {
  chooseWebGpu,
  dropFolder,
  ended,
  hasTikTok,
  pageTasks,
  startRun,
  stored,
  storedRun,
  TIKTOK,
} from '../helpers/page';
import { withoutClock } from '../helpers/clock';
import type { RunDocument } from '../../src/domain/run';

test.skip(!hasTikTok, 'the TikTok data is not beside this checkout');

/** One epoch that lasts several of the 15 s after which the first checkpoint is due. */
const LONG_EPOCH = { 'Epochs, at most': '1', 'Batch size': '1024' };
/** ⌈59,541 / 1024⌉ interactions for training. */
const STEPS = 59;

/** What two runs of one experiment share: everything but their names and their clocks. */
function comparable(run: RunDocument): unknown {
  const { id: _id, name: _name, createdAt: _createdAt, ...rest } = run;
  return withoutClock({ ...rest, id: '', name: '', createdAt: '', notes: '' });
}

test('a dropped folder trains on WebGPU, and a killed page resumes to the same document', async ({ page, context }) => {
  // Three runs on an adapter that is the processor, on a machine that may be busy.
  test.setTimeout(1_800_000);
  await page.goto('/');
  await dropFolder(page, TIKTOK);
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await expect(page.getByText('9,308 users × 6,710 items')).toBeVisible({ timeout: 60_000 });
  await chooseWebGpu(page);

  const whole = await startRun(page, 'LightGCN', LONG_EPOCH);
  const uninterrupted = await ended(page, whole, 900_000);
  expect(uninterrupted.device?.backend).toBe('webgpu');
  expect(uninterrupted.epochs).toHaveLength(1);
  expect(uninterrupted.stepsPerEpoch).toBe(STEPS);
  const losses = uninterrupted.intervals.map(({ terms }) => terms['bpr']!);
  expect(losses).toHaveLength(10);
  // ln 2 at the start, falling; chance is 20 / 6,710.
  expect(losses[0]).toBeGreaterThan(0.6);
  expect(losses[0]).toBeLessThan(0.6932);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect(uninterrupted.result!.test['recall@20']).toBeGreaterThan(0.03);
  expect(uninterrupted.result!.test['recall@20']).toBeLessThan(0.07);
  // The numbers on the page are those of the document.
  await page.goto(`/#/runs/${whole}`);
  await expect(page.getByText(uninterrupted.result!.test['recall@20'].toFixed(4)).first()).toBeVisible();

  const killed = await startRun(page, 'LightGCN', LONG_EPOCH);
  await expect
    .poll(async () => checkpointStep(page, killed), { timeout: 240_000, intervals: [200] })
    .toBeGreaterThan(0);
  const step = await checkpointStep(page, killed);
  expect(step, 'the page dies in the middle of the epoch').toBeLessThan(STEPS);
  await page.close();

  const again = await context.newPage();
  await again.goto('/#/runs');
  await expect.poll(async () => (await storedRun(again, killed))?.status).toBe('interrupted');
  await again
    .getByRole('button', { name: /^Resume/ })
    .first()
    .click();
  const resumed = await ended(again, killed, 600_000);
  expect(resumed.status).toBe('finished');
  expect(comparable(resumed)).toEqual(comparable(uninterrupted));
});

/** Steps in the newest checkpoint, 0 without one. */
async function checkpointStep(page: Parameters<typeof stored>[0], id: string): Promise<number> {
  const slots = await Promise.all([0, 1].map((slot) => stored(page, 'checkpoints', `${id}/slot${slot}`)));
  return Math.max(0, ...slots.map((slot) => (slot as { step: number } | undefined)?.step ?? 0));
}

test('the page stays responsive while MGCN trains', async ({ page }) => {
  await page.goto('/');
  await dropFolder(page, TIKTOK);
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await expect(page.getByText('9,308 users × 6,710 items')).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'MGCN', { 'Epochs, at most': '20' });
  await expect.poll(async () => (await storedRun(page, id))?.status, { timeout: 120_000 }).toBe('running');
  await page.waitForTimeout(3000);

  const tasks = await pageTasks(page, 15_000);
  expect((await storedRun(page, id))?.status).toBe('running');
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks[0], 'the longest task, in ms').toBeLessThan(100);
  await page.getByRole('button', { name: /stop/i }).first().click();
});
