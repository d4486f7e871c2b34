import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { ended, sideways, startRun, violations } from '../helpers/page';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const TABS = ['Curves', 'Users', 'Efficiency', 'Config'] as const;

/** One visitor for the whole file: the demo dataset and one finished run. */
test.describe.configure({ mode: 'default' });
let context: BrowserContext;
let page: Page;
let run = '';

test.beforeAll(async ({ browser }) => {
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  run = await startRun(page, 'LightGCN', { 'Epochs, at most': '6' });
  await ended(page, run);
});

test.afterAll(() => context.close());

interface View {
  readonly name: string;
  readonly open: () => Promise<void>;
}

const VIEWS: readonly View[] = [
  { name: 'Data', open: () => openPlace('data', 'The demo dataset is ready') },
  { name: 'the dataset', open: () => openDataset() },
  { name: 'Experiment', open: () => openPlace('experiment', 'for one run, on the device') },
  { name: 'Runs', open: () => openPlace('runs', '1 run shown') },
  ...TABS.map((tab) => ({ name: `the run, ${tab}`, open: () => openTab(tab) })),
  { name: 'Device', open: () => openPlace('device', /of \d+ passed/) },
  { name: 'Papers’ tables', open: () => openPlace('tables', 'Printed results only') },
  { name: 'a printed table', open: () => openPlace('tables/magnet-4', 'What it claims') },
  { name: 'no view', open: () => openPlace('nowhere', /no page/i) },
];

async function openPlace(place: string, words: string | RegExp): Promise<void> {
  await page.goto(`./#/${place}`);
  await expect(page.locator('main').getByText(words).first()).toBeVisible();
}

async function openTableDialog(): Promise<void> {
  // The same address again would leave the dialog open.
  await openPlace('tables', 'Printed results only');
  await openPlace('tables/mllmrec-2', 'What it claims');
  await page.getByRole('button', { name: 'Run it here…' }).click();
  await expect(page.getByRole('dialog').getByText('Other data than the paper’s.')).toBeVisible();
  await expect(page.getByRole('dialog').getByText(/The largest row/)).toBeVisible({ timeout: 120_000 });
}

async function openDataset(): Promise<void> {
  await openPlace('data', 'Stored in this browser');
  await page.getByRole('group', { name: 'Stored datasets' }).getByRole('link').first().click();
  await expect(page.getByRole('button', { name: 'Numbers of Degree distribution' })).toBeVisible();
}

async function openTab(tab: (typeof TABS)[number]): Promise<void> {
  await page.goto(`./#/runs/${run}`);
  await page.getByRole('tab', { name: tab }).click();
  await expect(
    page
      .getByRole('tabpanel', { name: tab })
      .getByRole(tab === 'Curves' ? 'slider' : 'heading')
      .first(),
  ).toBeVisible();
}

/** Behind it the page is not there for anybody. */
const DIALOG: View = { name: 'the dialog that runs one', open: () => openTableDialog() };

for (const { name, open } of [...VIEWS, DIALOG]) {
  test(`${name}: accessible and inside its window, wide and narrow, light and dark`, async () => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: 'light' });
      await open();
      expect.soft(await sideways(page), `overflow at ${size.width}`).toBe(0);
      // As tall as the page: what happens to lie half under the bar at the window's edge is no small target, it can be scrolled.
      await page.setViewportSize({
        width: size.width,
        height: await page.evaluate(() => document.documentElement.scrollHeight),
      });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
        expect.soft(await violations(page, colorScheme === 'dark'), `${size.width} ${colorScheme}`).toEqual([]);
      }
    }
  });
}

test('a finished run fits a 1440 × 900 window', async () => {
  await page.setViewportSize(SIZES[0]);
  for (const tab of TABS) {
    await openTab(tab);
    expect.soft(await page.evaluate(() => document.documentElement.scrollHeight), tab).toBeLessThanOrEqual(900);
  }
});

test('at the end of a narrow page nothing lies behind the bar at the bottom', async () => {
  await page.setViewportSize(SIZES[1]);
  for (const { name, open } of VIEWS) {
    await open();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const bar = await page.getByRole('navigation', { name: 'Pages' }).boundingBox();
    const end = await page.locator('main > *').evaluate((content) => content.getBoundingClientRect().bottom);
    expect.soft(Math.floor(end), name).toBeLessThanOrEqual(bar!.y);
  }
});

test('what takes the focus is not covered by a bar', async () => {
  await page.setViewportSize(SIZES[1]);
  await openPlace('experiment', 'for one run, on the device');
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('main').focus();
  const header = await page.locator('header').boundingBox();
  const bar = await page.getByRole('navigation', { name: 'Pages' }).boundingBox();
  for (const key of [...Array<string>(22).fill('Tab'), ...Array<string>(18).fill('Shift+Tab')]) {
    await page.keyboard.press(key);
    const place = await page.evaluate(() => document.activeElement!.getBoundingClientRect().toJSON() as DOMRect);
    expect(place.top).toBeGreaterThanOrEqual(header!.height);
    expect(place.bottom).toBeLessThanOrEqual(bar!.y);
  }
});

test('the keyboard sheet opens with ?, changes the theme, and closes with one Escape', async () => {
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: 'light' });
  await openTab('Curves');
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard and appearance' });
  await expect(sheet).toBeVisible();
  await expect(sheet).toBeFocused();
  await expect(page.getByRole('tooltip')).toBeHidden();
  expect(await violations(page)).toEqual([]);
  await sheet.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await violations(page)).toEqual([]);
  await sheet.getByRole('radio', { name: 'System' }).check();
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
});

test('dialogs are accessible, take the focus, and give it back at the first Escape', async () => {
  await openTab('Curves');
  const dialogs = [
    ['Numbers of Loss terms', /Loss terms/],
    ['Save figure of Loss terms', /Loss terms/],
  ] as const;
  for (const [opener, name] of dialogs) {
    const button = page.getByRole('button', { name: opener });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name });
    await expect(dialog).toBeFocused();
    expect.soft(await violations(page), opener).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  }
  // Under a dialog the page does not scroll, and a click beside it closes it.
  await page.setViewportSize({ width: 1440, height: 500 });
  await page.getByRole('button', { name: 'Numbers of Loss terms' }).press('Enter');
  await expect(page.getByRole('dialog')).toBeFocused();
  const scrolled = await page.evaluate(() => scrollY);
  await page.mouse.move(20, 250);
  await page.mouse.wheel(0, 300);
  await page.mouse.click(20, 250);
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
  await page.mouse.move(700, 250);
  await page.mouse.wheel(0, 300);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(scrolled + 300);

  await openPlace('runs', '1 run shown');
  await page.getByRole('button', { name: /^Rename/ }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: /^Rename/ })).toBeFocused();

  await page.getByRole('button', { name: /^Delete LightGCN/ }).press('Enter');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await violations(page)).toEqual([]);
  // A question is not answered by a click beside it.
  await page.mouse.click(20, 250);
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(page.getByRole('group', { name: 'Runs' }).getByRole('link')).toHaveCount(1);
});

test('a run’s form opens again as it was filled in', async () => {
  await page.setViewportSize(SIZES[0]);
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'BPR-MF' });
  await page.getByRole('textbox', { name: 'Seed' }).fill('7');
  await openTab('Curves');
  await page.getByRole('button', { name: 'New run like this' }).click();
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('lightgcn');
  await expect(page.getByRole('textbox', { name: 'Epochs, at most' })).toHaveValue('6');
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('999');
});
