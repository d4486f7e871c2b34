import { expect, test } from '@playwright/test';
import { ended, startRun, violations } from '../helpers/page';

test('Ctrl+K finds pages, runs, datasets and actions by keyboard', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' });
  await ended(page, run);
  await page.goto('./#/data');
  const input = page.getByRole('combobox', { name: 'Pages, runs, datasets, actions' });
  const find = async (words: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await expect(input).toBeFocused();
    await page.keyboard.type(words);
    await page.keyboard.press('Enter');
    await expect(input).toBeHidden();
  };
  await find('bpr finished');
  await expect(page).toHaveURL(new RegExp(`#/runs/${run}`));
  await find('swee');
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible();
  await find('theme: dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { selected: true })).toHaveText(/^Experiment/);
  expect(await violations(page)).toEqual([]);
  await input.fill('nothing is called so');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(input).toBeHidden();
});
