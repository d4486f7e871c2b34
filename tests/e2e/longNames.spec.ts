import { expect, test } from '@playwright/test';
import { ended, sideways, startRun } from '../helpers/page';

const LONG =
  'Amazon-Reviews-2023-Clothing-Shoes-and-Jewelry-5-core-with-CLIP-ViT-L-14-and-sentence-BERT-features-split-by-time-second-try';
const WORD = 'x'.repeat(120);

/** A phone, and a window of 1440 × 900 at 200 % zoom. */
const SIZES = [
  { width: 390, height: 844 },
  { width: 720, height: 450 },
];

test('names of 120 characters push nothing out of a phone’s window, nor out of one at 200 % zoom', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  // A dataset whose name is long, from a folder of that name.
  const interactions = Array.from({ length: 600 }, (_, i) => `${i % 40},${(i * 7) % 60}`).join('\n');
  await page
    .getByLabel(/files/i)
    .first()
    .setInputFiles([
      { name: `${LONG}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`user,item\n${interactions}\n`) },
    ]);
  await page.getByRole('button', { name: /and store$|^Store/ }).click();
  await expect(page.getByText(LONG.slice(0, 30)).first()).toBeVisible({ timeout: 60_000 });
  const run = await startRun(page, 'LightGCN', { 'Epochs, at most': '2' });
  await ended(page, run);
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(WORD);
  await page.getByRole('button', { name: 'Rename', exact: true }).last().click();
  await expect(page.getByRole('heading', { level: 1, name: WORD })).toBeVisible();

  await page.goto(`./#/compare?runs=${run}`);
  await page.getByRole('button', { name: 'Keep…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(LONG);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByRole('link', { name: 'Open the studies' }).click();
  await page.getByRole('button', { name: `Report on ${LONG}` }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue(LONG);
  const report = page.url().replace(/^.*#\//, '');

  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const address of [
      'data',
      'experiment',
      'runs',
      `runs/${run}`,
      `runs/${run}?view=config`,
      `runs/${run}?view=users`,
      `compare?runs=${run}`,
      'studies',
      report,
      'tables',
      'device',
      'help',
    ]) {
      await page.goto(`./#/${address}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.waitForTimeout(150);
      expect.soft(await sideways(page), `${address} at ${size.width}`).toBe(0);
      const out = await page
        .locator('main')
        .getByRole('button')
        .evaluateAll((all) =>
          all
            // What lies in a frame of its own scrolls there.
            .filter((one) => {
              for (let at = one.parentElement; at; at = at.parentElement)
                if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return false;
              const { right, width } = one.getBoundingClientRect();
              return width > 0 && right > innerWidth + 1;
            })
            .map((one) => one.textContent || one.getAttribute('aria-label')),
        );
      expect.soft(out, `buttons out of ${address} at ${size.width}`).toEqual([]);
    }
  }
});
