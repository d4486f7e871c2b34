import { expect, test, type Page } from '@playwright/test';
import { ended, startRun, violations } from '../helpers/page';

const chart = 'Ranking, validation';

/** The numbers on the axis of epochs. */
async function ticks(page: Page): Promise<number[]> {
  const figure = page.getByRole('figure', { name: chart });
  const texts = await figure.locator('svg text').allTextContents();
  // Values are below 1 here.
  return texts.map(Number).filter((number) => number >= 1);
}

test('a chart zooms by dragging and by numbers, shows all again on a double click, and hides a line by its name', async ({
  page,
}) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '12' }));
  const slider = page.getByRole('slider', { name: `Cursor in ${chart}` });
  await expect.poll(async () => Math.max(...(await ticks(page)))).toBe(12);
  expect((await ticks(page)).every(Number.isInteger)).toBe(true);

  const box = (await slider.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 110, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => Math.max(...(await ticks(page)))).toBeLessThan(9);
  expect(Math.min(...(await ticks(page)))).toBeGreaterThan(1);
  await slider.dblclick({ position: { x: box.width * 0.4, y: 100 } });
  await expect.poll(async () => Math.max(...(await ticks(page)))).toBe(12);

  // The same by keyboard, with the y axis too.
  await page.getByRole('button', { name: `Range of ${chart}` }).press('Enter');
  const dialog = page.getByRole('dialog', { name: `Range of ${chart}` });
  await dialog.getByRole('textbox', { name: 'epoch, from' }).fill('4');
  await dialog.getByRole('textbox', { name: 'epoch, to' }).fill('3');
  await expect(dialog.getByText('Two numbers, the smaller first, or nothing for all.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'epoch, to' }).fill('8');
  await dialog.getByRole('textbox', { name: /^Recall.*, from$/ }).fill('0');
  await dialog.getByRole('textbox', { name: /^Recall.*, to$/ }).fill('0.5');
  await dialog.getByRole('checkbox', { name: 'R@10' }).uncheck();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Show' }).click();
  await expect.poll(async () => [Math.min(...(await ticks(page))), Math.max(...(await ticks(page)))]).toEqual([4, 8]);
  const hidden = page.getByRole('figure', { name: chart }).getByRole('button', { name: 'R@10', exact: true });
  await expect(hidden).toHaveAttribute('aria-pressed', 'false');
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(slider).not.toHaveAttribute('aria-valuetext', /R@10/);
  expect(await violations(page)).toEqual([]);
  await hidden.click();
  await expect(hidden).toBeHidden();
  await page.getByRole('button', { name: `All of ${chart}` }).click();
  await expect.poll(async () => Math.max(...(await ticks(page)))).toBe(12);

  // A metric has one colour in all charts.
  const colourOf = async (title: string): Promise<string> => {
    const figure = page.getByRole('figure', { name: title });
    await figure.getByRole('slider').focus();
    await page.keyboard.press('End');
    return (await figure
      .getByRole('row', { name: /R@20/, includeHidden: true })
      .locator('line')
      .getAttribute('stroke'))!;
  };
  expect(await colourOf(chart)).toBe(await colourOf('Recall, all cutoffs'));
});
