import { expect, test, type Page } from '@playwright/test';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const ONE_EPOCH = { 'Epochs, at most': '1', 'Batch size': '1024' };
/** ⌈59,541 / 1024⌉ interactions for training. */
const STEPS = 59;

/** Drops a folder with the data and stores the dataset. */
async function importFolder(page: Page, path: string, users = 9308): Promise<void> {
  await page.goto('/');
  await dropFolder(page, path);
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await expect(page.getByText(`${users.toLocaleString('en-US')} users × 6,710 items`)).toBeVisible({ timeout: 60_000 });
}

const importTikTok = (page: Page): Promise<void> => importFolder(page, TIKTOK);

/** Makes a folder with the data, of whose held-out interactions it has those of every eighth user: to rank takes a processor long. Returns how many users it has. */
function fewHeldOut(path: string): number {
  mkdirSync(path, { recursive: true });
  for (const file of ['image_feat.npy', 'audio_feat.npy']) copyFileSync(join(TIKTOK, file), join(path, file));
  const lines = readFileSync(join(TIKTOK, 'tiktok.inter'), 'utf8').split('\n');
  const kept = lines.filter((line, place) => {
    const [user, , , , label] = line.split('\t').map(Number);
    return place === 0 || label === 0 || user! % 8 === 0;
  });
  writeFileSync(join(path, 'tiktok.inter'), kept.join('\n'));
  // Nothing counts users by row, so that those without a line are none.
  return new Set(kept.slice(1).flatMap((line) => line.split('\t')[0] || [])).size;
}

test('a dropped folder trains on WebGPU', async ({ page }) => {
  const folder = join(test.info().outputPath(), 'tiktok');
  await importFolder(page, folder, fewHeldOut(folder));
  await chooseWebGpu(page);
  // Narrow: the adapter is the processor.
  const id = await startRun(page, 'LightGCN', { ...ONE_EPOCH, 'Embedding size': '16' });
  const run = await ended(page, id, 500_000);
  expect(run.device?.backend).toBe('webgpu');
  expect(run.epochs).toHaveLength(1);
  expect(run.stepsPerEpoch).toBe(STEPS);
  const losses = run.intervals.map(({ terms }) => terms['bpr']!);
  expect(losses).toHaveLength(10);
  // ln 2 at the start, falling; chance is 20 / 6,710.
  expect(losses[0]).toBeGreaterThan(0.6);
  expect(losses[0]).toBeLessThan(0.6932);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect(run.result!.test['recall@20']).toBeGreaterThan(0.03);
  expect(run.result!.test['recall@20']).toBeLessThan(0.07);
  // The numbers on the page are those of the document.
  await page.goto(`/#/runs/${id}`);
  await expect(page.getByText(run.result!.test['recall@20'].toFixed(4)).first()).toBeVisible();
});

/** What two runs of one experiment share: everything but their names and their clocks. */
function comparable(run: RunDocument): unknown {
  const { id: _id, name: _name, createdAt: _createdAt, ...rest } = run;
  return withoutClock({ ...rest, id: '', name: '', createdAt: '', notes: '' });
}

/** Steps in the newest checkpoint, 0 without one. */
async function checkpointStep(page: Page, id: string): Promise<number> {
  const slots = await Promise.all([0, 1].map((slot) => stored(page, 'checkpoints', `${id}/slot${slot}`)));
  return Math.max(0, ...slots.map((slot) => (slot as { step: number } | undefined)?.step ?? 0));
}

for (const [data, backend, prepare, options] of [
  ['TikTok', 'wasm', importTikTok, { ...ONE_EPOCH, 'Batch size': '512' }],
  ['the demo dataset', 'webgpu', chooseWebGpu, { ...ONE_EPOCH, 'Batch size': '512', 'Embedding size': '16' }],
] as const)
  test(`on ${data} with ${backend}, a run whose page is closed resumes to the same document`, async ({
    page,
    context,
  }) => {
    await prepare(page);
    const uninterrupted = await ended(page, await startRun(page, 'LightGCN', options));
    expect(uninterrupted.device?.backend).toBe(backend);

    // A checkpoint is due 15 s after the start. Paused until then, the run is in the middle of its epoch, however fast it is.
    const closed = await startRun(page, 'LightGCN', options);
    const pause = page.getByRole('button', { name: 'Pause', exact: true });
    await expect
      .poll(async () => (await pause.isVisible()) && pause.isEnabled(), { timeout: 120_000, intervals: [20] })
      .toBe(true);
    await pause.click();
    const goOn = page.getByRole('button', { name: 'Resume', exact: true });
    await expect(goOn).toBeVisible({ timeout: 120_000 });
    await page.waitForTimeout(15_000);
    await goOn.click();
    await expect
      .poll(async () => checkpointStep(page, closed), { timeout: 120_000, intervals: [20] })
      .toBeGreaterThan(0);
    const step = await checkpointStep(page, closed);
    await page.close();
    expect(step, 'the page dies in the middle of the epoch').toBeLessThan(uninterrupted.stepsPerEpoch);

    const next = await context.newPage();
    await next.goto('/#/runs');
    await expect.poll(async () => (await storedRun(next, closed))?.status).toBe('interrupted');
    await next
      .getByRole('button', { name: /^Resume/ })
      .first()
      .click();
    const resumed = await ended(next, closed);
    expect(resumed.status).toBe('finished');
    expect(comparable(resumed)).toEqual(comparable(uninterrupted));
  });

test('the page stays responsive while MGCN trains', async ({ page }) => {
  await importTikTok(page);
  const id = await startRun(page, 'MGCN', { 'Epochs, at most': '20' });
  await expect.poll(async () => (await storedRun(page, id))?.status, { timeout: 120_000 }).toBe('running');
  await expect
    .poll(async () => page.getByRole('progressbar', { name: 'Progress of the run' }).getAttribute('aria-valuenow'), {
      timeout: 120_000,
    })
    .toMatch(/[1-9]/);

  const tasks = await pageTasks(page, () => page.waitForTimeout(15_000));
  expect((await storedRun(page, id))?.status).toBe('running');
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks[0], 'the longest task, in ms').toBeLessThan(100);
  await page.getByRole('button', { name: /stop/i }).first().click();
});
