import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { ended, pageTasks, startRun, storedRun } from '../helpers/page';

const RUNS = 50;
const EPOCHS = 200;
/** Processor time that the page may take to open a view. */
const OPEN_MS = 300;
/** And to answer a key. */
const ANSWER_MS = 100;

/** Stores copies of a finished run, each with `EPOCHS` epochs made of those that it had. */
async function crowd(page: Page, id: string): Promise<void> {
  const run = (await storedRun(page, id))!;
  const steps = run.stepsPerEpoch;
  const epochs = Array.from({ length: EPOCHS }, (_, epoch) => ({
    ...run.epochs[epoch % run.epochs.length]!,
    epoch,
    step: (epoch + 1) * steps,
  }));
  const last = run.intervals.at(-1)!;
  const intervals = Array.from({ length: EPOCHS * 4 }, (_, i) => ({
    ...last,
    step: Math.round(((i + 1) * steps) / 4),
    epoch: Math.floor(i / 4),
  }));
  await page.evaluate(
    ([document, count]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('runs', 'readwrite');
          // Curves of their own: what is the same in all runs takes no room in a link.
          const own = (i: number, epoch: number): number => (Math.sin(97.1 * i + 13.7 * epoch) + 1) / 4;
          for (let i = 0; i < count; i++) {
            const curves = document.epochs.map((point) => ({
              ...point,
              valid: point.valid && {
                ...point.valid,
                'recall@20': own(i, point.epoch),
                'ndcg@20': own(i + 50, point.epoch),
              },
            }));
            const copy = {
              ...document,
              epochs: curves,
              id: `copy-${i}`,
              name: `Copy ${i}`,
              experiment: { ...document.experiment, seed: i },
            };
            transaction.objectStore('runs').put(copy, copy.id);
          }
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
    [{ ...run, epochs, intervals }, RUNS] as const,
  );
}

/** The longest task of the page's thread while `act` runs and for a while after, when what it asked for arrives. */
async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const [longest = 0] = await pageTasks(page, async () => {
    await act();
    await page.waitForTimeout(1000);
  });
  // Without a task nothing was recorded, and nothing would be known.
  expect(longest).toBeGreaterThan(0);
  return longest;
}

test('with many runs stored and one training, views open and histories scrub without a long task', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'MAGNET', { 'Epochs, at most': '1' });
  await ended(page, id);
  await crowd(page, id);
  await page.reload();
  await startRun(page, 'LightGCN', { 'Epochs, at most': '1000', Patience: '1000' });
  await expect(page.getByText(/epoch \d+ \/ ≤/).first()).toBeVisible({ timeout: 60_000 });

  const open = async (hash: string, ready: () => Promise<void>): Promise<void> => {
    const longest = await longestTask(page, async () => {
      await page.evaluate((to) => void (location.hash = to), hash);
      await ready();
    });
    expect.soft(longest, `opening ${hash}`).toBeLessThan(OPEN_MS);
  };
  const tab = (name: string) => () =>
    expect(page.getByRole('tab', { name: 'Curves' }))
      .toBeVisible()
      .then(() => page.getByRole('tab', { name }).click());
  // Once for the code, then measured: what is loaded first is not what is asked about.
  for (const measured of [false, true]) {
    for (const [hash, words] of [
      ['/runs', /51 runs|52 runs/],
      ['/experiment', /on the device/],
      ['/data', 'Stored in this browser'],
      ['/device', /of \d+ passed/],
      ['/compare', /Compare/],
    ] as const) {
      const ready = () => expect(page.locator('main').getByText(words).first()).toBeVisible();
      if (measured) await open(hash, ready);
      else await page.goto(`./#${hash}`).then(ready);
    }
    for (const name of ['Curves', 'Long tail', 'Efficiency', 'Config', 'Routing']) {
      if (measured) await open('/runs/copy-1', tab(name));
      else await page.goto('./#/runs/copy-1').then(tab(name));
      await page.goto('./#/runs');
    }
  }
  await page.goto('./#/runs/copy-2');
  await page.getByRole('tab', { name: 'Routing' }).click();
  const slider = page.getByRole('slider', { name: 'Epoch', exact: true });
  await slider.focus();
  await expect(page.getByRole('grid', { name: /^Mean routing of the validation pairs, epoch 200:/ })).toBeVisible();
  const scrub = await longestTask(page, async () => {
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowLeft');
  });
  await expect(page.getByRole('grid', { name: /^Mean routing of the validation pairs, epoch 170:/ })).toBeVisible();
  expect(scrub, 'scrubbing').toBeLessThan(ANSWER_MS);

  // So many runs with curves are more than a link carries: what is given out in its place is a file, and it is read again.
  await page.goto('./#/runs');
  await page.getByRole('button', { name: 'Pause the run' }).click();
  await page.getByRole('button', { name: /^Select all/ }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: /^Share \d+ runs$/ });
  await dialog.getByRole('radio', { name: 'with curves', exact: true }).check();
  await expect(dialog.getByText(/is too long for most chat programs/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Copy link' })).toBeDisabled();
  const [study] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save as file' }).click(),
  ]);
  const { runs } = JSON.parse(readFileSync(await study.path(), 'utf8')) as {
    runs: { run: { id: string; epochs: unknown[] } }[];
  };
  expect(runs.find(({ run }) => run.id === 'copy-2')!.run.epochs).toHaveLength(200);
  expect(runs.length).toBeGreaterThan(50);
});
