import { expect, test, type Page } from '@playwright/test';
import { ended, startRun, storedRun, violations } from '../helpers/page';

/** What the page asked of the browser, which no test may be disturbed by. */
interface Asked {
  readonly notifications: { readonly title: string; readonly body: string }[];
  locks: number;
}

async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const asked = { notifications: [] as { title: string; body: string }[], locks: 0 };
    function Said(title: string, { body }: { body: string }): void {
      asked.notifications.push({ title, body });
    }
    Said.permission = 'default';
    Said.requestPermission = () => {
      Said.permission = 'granted';
      return Promise.resolve('granted');
    };
    const request = () => {
      asked.locks += 1;
      const lock = {
        released: false,
        release: () => {
          lock.released = true;
          asked.locks -= 1;
          return Promise.resolve();
        },
      };
      return Promise.resolve(lock);
    };
    Object.defineProperty(navigator, 'wakeLock', { value: { request } });
    Object.assign(window, { asked, Notification: Said });
    document.hasFocus = () => false;
  });
}

const asked = (page: Page): Promise<Asked> => page.evaluate(() => (window as unknown as { asked: Asked }).asked);
const facts = (page: Page) => page.locator('main ul').first();

async function openForm(page: Page): Promise<void> {
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
}

test('the tab says how far a run is, the device stays awake, and its end is notified once that is wanted', async ({
  page,
}) => {
  await listen(page);
  await openForm(page);
  const long = await startRun(page, 'LightGCN', { 'Epochs, at most': '900', Patience: '900' });
  await expect(page).toHaveTitle(/^\d+ % LightGCN · .* · Lodestone$/, { timeout: 60_000 });
  await expect(facts(page)).toContainText('keeps this device awake');
  expect((await asked(page)).locks).toBe(1);
  const question = page.getByText('This run takes a while. Notify you when it ends?');
  await expect(question).toBeVisible({ timeout: 60_000 });
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Notify me' }).click();
  await expect(question).toBeHidden();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(facts(page)).toContainText('paused');
  await expect(page).toHaveTitle(/^‖ \d+ % LightGCN/);
  await expect.poll(async () => (await asked(page)).locks).toBe(0);
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
  await ended(page, long);
  await expect(page).toHaveTitle(/^LightGCN .* · Lodestone$/);
  await expect.poll(async () => (await asked(page)).notifications.length).toBe(1);
  const [said] = (await asked(page)).notifications;
  expect(said?.title).toBe('A run was ended');
  expect(said?.body).toMatch(/^LightGCN · Demo .*Recall@20 0\.\d{4} on test\.$/);

  // It can be refused in the sheet, and the refusal lasts.
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: 'Notify me when a run ends' }).uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' }));
  expect((await asked(page)).notifications).toEqual([]);
});

test('a tab that is closed after a few quick epochs has lost none of them', async ({ page, context }) => {
  await openForm(page);
  const run = await startRun(page, 'BPR-MF', { 'Epochs, at most': '400', 'Batch size': '4096' });
  await expect(facts(page)).toContainText(/epoch ([4-9]|\d\d+) \/ ≤400/);
  const shown = Number(/epoch (\d+) \//.exec((await facts(page).textContent()) ?? '')?.[1]);
  // While the browser asks, the training thread keeps what there is.
  const question = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await question;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const closed = page.waitForEvent('close');
  await dialog.accept();
  await closed;
  const again = await context.newPage();
  await again.goto(`./#/runs/${run}`);
  await expect(facts(again)).toContainText('interrupted');
  const kept = (await storedRun(again, run))?.epochs.length ?? 0;
  expect(kept).toBeGreaterThanOrEqual(shown - 1);
  await again.getByRole('button', { name: 'Resume' }).click();
  await expect(facts(again)).toContainText(/running/);
  await expect(facts(again)).toContainText(/epoch \d+ \/ ≤400/);
  const first = Number(/epoch (\d+) \//.exec((await facts(again).textContent()) ?? '')?.[1] ?? 0);
  expect(first).toBeGreaterThanOrEqual(shown);
});

test('closing the tab while a run trains is asked about, and who stays reads that nothing would be lost', async ({
  page,
}) => {
  await openForm(page);
  await startRun(page, 'BPR-MF', { 'Epochs, at most': '400', Patience: '400' });
  await expect(facts(page)).toContainText(/epoch ([2-9]|\d\d+) \/ ≤400/);
  const question = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await question;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await expect(page.getByText('Closing this tab stops training.')).toBeVisible();
  await expect(page.getByText(/finished epochs? (is|are) kept\. Nothing else is lost/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
});
