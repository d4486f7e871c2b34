import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { DatasetDocument } from '../../src/domain/dataset';
import { ModelServer } from '../helpers/modelServer';
import { ended, expectFit, startRun, stored } from '../helpers/page';
import { importShop } from '../helpers/shop';

const ITEMS = 44;
const USERS = 44;
/** Where set, the page is photographed into this folder. */
const { LODESTONE_LOOK: LOOK } = process.env;

/** The first answer to each of these has no form. */
let asked: Map<string, number>;
let server: ModelServer;
test.beforeEach(async () => {
  asked = new Map();
  server = await new ModelServer({
    write: (prompt) => {
      const time = (asked.get(prompt) ?? 0) + 1;
      asked.set(prompt, time);
      if (prompt.includes('::most liked')) return time === 1 ? 'Perhaps the first.' : '::2::9::';
      const title = /title: (.*)/.exec(prompt)?.[1];
      return title ? `::oak::${title} style::families::` : `Likes ${prompt.length} things`;
    },
  }).start();
});
test.afterEach(() => server.stop());

const pipeline = (page: Page) => page.getByRole('region', { name: 'Pipeline' });

async function look(page: Page, name: string): Promise<void> {
  if (!LOOK) return;
  for (const width of [1440, 390])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${LOOK}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Imports a shop with texts, and opens its Reasoning page. */
async function importShopWithTexts(page: Page): Promise<void> {
  await importShop(page, USERS, ITEMS);
  const lines = Array.from(
    { length: ITEMS },
    (_, item) => `${item},Article ${item},Maker ${item % 5},Shelf ${item % 7}`,
  );
  await page
    .getByLabel('Item texts and pictures')
    .setInputFiles([
      {
        name: 'meta-shop.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(['id,title,brand,categories', ...lines].join('\n')),
      },
    ]);
  await expect(page.getByText(`${ITEMS} texts and 0 pictures stored.`)).toBeVisible({ timeout: 60_000 });
}

async function configure(page: Page): Promise<void> {
  const fields = {
    Address: server.url,
    'Model that describes images': 'seer',
    'Model that writes profiles': 'writer',
    Encoder: 'encoder',
  };
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.blur();
  }
}

test('attributes and choices among a run’s best items become a dataset on which LLMRec trains', async ({ page }) => {
  await importShopWithTexts(page);
  await configure(page);
  await page.getByLabel('Ask for choices among candidates').check();
  await expect(page.getByText('No run on this dataset’s split has finished.')).toBeVisible();
  await page.getByLabel('Ask for attributes of items').check();
  await page.getByRole('textbox', { name: 'Fields to ask for' }).fill('material, style, style');
  await expect(page.getByText('A field is named twice.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Fields to ask for' }).fill('material, style, for whom');
  await page.getByRole('textbox', { name: 'Fields to ask for' }).blur();
  await expect(
    page.getByText('6 matrices: title, brand, categories as they are; material, style, for whom as answered.'),
  ).toBeVisible();
  await look(page, 'no-run');
  // Without a base run nobody is asked.
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page).getByText('No base run is chosen for the candidates.')).toBeVisible();
  expect(asked.size).toBe(0);

  await page
    .getByRole('region', { name: 'Choices among candidates' })
    .getByRole('link', { name: 'New experiment' })
    .click();
  await expect(page.getByRole('button', { name: 'Start the run' })).toBeVisible();
  const base = await startRun(page, 'LightGCN', { 'Epochs, at most': '2' });
  const { name } = await ended(page, base);
  await page.goto('./#/data');
  await page.getByRole('link', { name: 'Shop', exact: true }).first().click();
  await page.getByRole('link', { name: 'Reasoning' }).click();
  await page.getByLabel('Base run').selectOption(base);
  await configure(page);
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 120_000 });
  const rows = pipeline(page).getByRole('row');
  for (const [place, what] of [
    [2, `Answer attributes${ITEMS} of ${ITEMS}`],
    [4, `Choose candidates${USERS} of ${USERS}`],
  ] as const)
    await expect(rows.nth(place)).toContainText(what);
  // Each choice was asked twice, and nothing else was.
  expect(
    [...asked]
      .filter(([prompt, times]) => times !== (prompt.includes('::most liked') ? 2 : 1))
      .map(([prompt]) => prompt),
  ).toEqual([]);

  const review = page.getByRole('region', { name: 'Review the texts' });
  await expect(review.getByText('Article 0 style')).toBeVisible();
  await look(page, 'items');
  await review.getByRole('radio', { name: 'Users' }).check();
  await expect(review.getByRole('listitem').filter({ hasText: 'most liked' })).toHaveCount(1);
  await expect(review.getByRole('listitem').filter({ hasText: 'least liked' })).toHaveCount(1);
  await look(page, 'users');
  await expectFit(page, 'Reasoning with attributes and choices');
  await page.setViewportSize({ width: 1440, height: 900 });
  await review.getByRole('button', { name: 'Leave out this choice' }).click();
  await expect(review.getByText('Left out.')).toBeVisible();
  await expect(rows.nth(4)).toContainText(`${USERS - 1} of ${USERS - 1}`);

  const download = page.waitForEvent('download');
  await pipeline(page).getByRole('button', { name: 'Choices (JSONL)' }).click();
  const [first] = readFileSync(await (await download).path(), 'utf8').split('\n');
  expect(JSON.parse(first!)).toMatchObject({ user: 0, interactions: 'training', state: 'skipped', preferred: null });

  await page.getByRole('button', { name: 'Make the dataset' }).click();
  await expect(page.getByRole('heading', { name: 'Shop with LLM texts' })).toBeVisible({ timeout: 60_000 });
  const origin = page.getByRole('region', { name: 'Item texts and user profiles' });
  await expect(origin).toContainText(`${USERS - 1} users; 0 whose answers had another form`);
  await expect(origin).toContainText(name);
  await expect(origin).toContainText('the 10 best items of each user, without training items; the base run is ours');
  await expect(origin).toContainText(
    'asked for, which are ours and not the authors’; as they are: title, brand, categories',
  );
  await look(page, 'made');
  await expectFit(page, 'a dataset with attributes and pairs');
  const id = page.url().replace(/^.*#\/data\//, '');
  const { features } = (await stored(page, 'datasets', id)) as DatasetDocument;
  expect(features.map(({ key }) => key).filter((key) => /attribute|user/.test(key))).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((k) => `attribute_${k}`),
    'user_pairs',
    'user_preferences',
  ]);

  const run = await ended(page, await startRun(page, 'LLMRec', { 'Epochs, at most': '2' }));
  expect([run.experiment.config['texts'], run.experiment.dataset.id]).toEqual(['stored', id]);
  expect(run.findings?.map(({ key }) => key)).toContain('pairs');
});
