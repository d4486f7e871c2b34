import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { watchPolicy } from '../helpers/contentPolicy';
import { interactionsText, npy, zipOf } from '../helpers/data-builders';
import { ModelServer } from '../helpers/modelServer';
import { ended, expectFit } from '../helpers/page';
import { itemPicture } from '../helpers/reasoning';

/** A small dataset; its last four items get no picture. */
const ITEMS = 44;
const PICTURES = 40;
/** Each with a history of its own. */
const USERS = 44;
const KEY = 'sk-very-secret-4242';

let server: ModelServer;
test.beforeEach(async () => {
  server = await new ModelServer({ key: KEY }).start();
});
test.afterEach(() => server.stop());

/** Imports the dataset and opens its Reasoning page. */
async function openReasoning(page: Page): Promise<void> {
  await page.goto('./#/data');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page.getByLabel('Dataset files').setInputFiles([
    { name: 'shop.inter', mimeType: 'text/plain', buffer: Buffer.from(interactionsText({ users: USERS, items: ITEMS, each: 8 })) },
    { name: 'image_feat.npy', mimeType: 'application/octet-stream', buffer: Buffer.from(npy(ITEMS, 6, (row, column) => Math.sin(row * (column + 1)))) },
  ]);
  await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
  await page.getByRole('button', { name: /store/ }).click();
  await page.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('link', { name: 'Reasoning' }).click();
  await expect(page.getByRole('heading', { name: 'Reasoning: Shop' })).toBeVisible();
}

async function configure(page: Page): Promise<void> {
  const fields = { Address: server.url, 'Model that describes images': 'seer', 'Model that writes profiles': 'writer', Encoder: 'encoder' };
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.blur();
  }
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: /^Options/ }).click();
  await page.getByLabel('Calls at once').fill('4');
  await page.getByLabel('Calls at once').blur();
}

async function giveInputs(page: Page): Promise<void> {
  const texts = ['id,title,description', ...Array.from({ length: ITEMS }, (_, item) => `${item},Article ${item},"Made for shelf ${item % 24}, weighs ${item} grams"`)].join('\n');
  const pictures = zipOf(Array.from({ length: PICTURES }, (_, item) => ({ name: `${item}.png`, content: itemPicture(item), stored: true })));
  await page.getByLabel('Item texts and pictures').setInputFiles([
    { name: 'meta-shop.csv', mimeType: 'text/csv', buffer: Buffer.from(texts) },
    { name: 'pictures.zip', mimeType: 'application/zip', buffer: Buffer.from(pictures) },
  ]);
  await expect(page.getByText('44 texts and 40 pictures stored.')).toBeVisible({ timeout: 60_000 });
}

const pipeline = (page: Page) => page.getByRole('region', { name: 'Pipeline' });
const repeated = (): number => [...server.answered.values()].filter((count) => count !== 1).length;

test('texts and pictures become descriptions, profiles and vectors, and MLLMRec trains on them', async ({ page, context }) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  const { refusals } = await watchPolicy(context, '');
  await openReasoning(page);
  await configure(page);
  await giveInputs(page);
  await page.getByRole('button', { name: 'Test the server' }).click();
  const result = page.getByRole('list', { name: 'Result of the test' });
  await expect(result.getByRole('listitem')).toHaveCount(6);
  await expect(result.getByRole('img', { name: 'Wrong' })).toHaveCount(0);

  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  const rows = pipeline(page).getByRole('row');
  await expect(rows.nth(1)).toContainText('40 of 40');
  await expect(rows.nth(1)).toContainText('4,000 · 800');
  await expect(rows.nth(2)).toContainText('44 of 44');
  await expect(rows.nth(3)).toContainText('44 of 44');
  await expect(rows.nth(4)).toContainText('44 of 44');
  expect(server.answered.size).toBe(PICTURES + USERS + ITEMS + USERS + 1);
  expect(repeated()).toBe(0);

  // What was written can be looked at, changed, and taken along.
  const look = page.getByRole('region', { name: 'Look at the texts' });
  await expect(look.getByRole('img', { name: /Picture of/ })).toBeVisible();
  await expect.poll(() => look.getByRole('img', { name: /Picture of/ }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(8);
  await expect(look).toContainText('(seer, seed 999)');
  await look.getByRole('radio', { name: 'Users' }).check();
  await expect(look.getByRole('list', { name: /Training history/ }).getByRole('listitem').first()).toContainText('Article');
  await expect(look).toContainText('(writer, seed 999)');
  await expectFit(page, 'Reasoning');
  for (const [name, check] of [
    ['Profiles (JSONL)', (bytes: Buffer) => expect(bytes.toString().trimEnd().split('\n')).toHaveLength(USERS)],
    ['Item texts (JSONL)', (bytes: Buffer) => expect(JSON.parse(bytes.toString().split('\n')[3]!)).toMatchObject({ item: 3, picture: '3.png', model: 'seer' })],
    ['User vectors (NPY)', (bytes: Buffer) => expect(bytes.length).toBe(128 + 4 * USERS * 24)],
  ] as const) {
    const download = page.waitForEvent('download');
    await pipeline(page).getByRole('button', { name }).click();
    const bytes = readFileSync(await (await download).path());
    check(bytes);
    expect(bytes.toString('latin1')).not.toContain(KEY);
  }

  await page.getByRole('button', { name: 'Make the dataset' }).click();
  await expect(page.getByRole('heading', { name: 'Shop with profiles' })).toBeVisible({ timeout: 60_000 });
  const origin = page.getByRole('region', { name: 'Item texts and user profiles' });
  await expect(origin).toContainText('profiles made from training interactions only');
  await expect(origin).toContainText('40 items; 4 without a picture, 0 without a text, 0 with neither');
  await page.getByRole('button', { name: 'Probe the profiles' }).click();
  await expect(page.getByRole('region', { name: 'Do the profiles know the answers?' })).toContainText(/95 % interval.*bootstrap over users.*44/, { timeout: 60_000 });
  await expectFit(page, 'a derived dataset');

  const results = new Set<string>();
  for (const vectors of ['file', 'history', 'random']) {
    await page.goto('./#/experiment');
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MLLMRec' });
    await page.getByRole('combobox', { name: /^User vectors/ }).selectOption(vectors);
    await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('5');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.waitForURL(/#\/runs\/.+/);
    const run = await ended(page, page.url().replace(/^.*#\/runs\//, ''));
    expect(run.experiment.config['profiles']).toBe(vectors);
    expect(run.experiment.dataset.name).toBe('Shop with profiles');
    const stands = run.findings?.some((finding) => finding.kind === 'note' && finding.text.includes('stand-in')) ?? false;
    expect(stands).toBe(vectors !== 'file');
    results.add(JSON.stringify(run.result));
  }
  // Three sources of user vectors, three results.
  expect(results.size).toBe(3);

  // The key is in no stored document, in no address and in no line of the console.
  const documents = await page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('lodestone');
      request.onsuccess = () => resolve(request.result);
    });
    const all: string[] = [];
    for (const name of ['datasets', 'runs', 'texts', 'settings']) {
      const values = await new Promise<unknown[]>((resolve) => {
        const request = opened.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      all.push(...values.map((value) => JSON.stringify(value)));
    }
    opened.close();
    return all.join('\n') + JSON.stringify(localStorage) + JSON.stringify(sessionStorage);
  });
  expect(documents).toContain('seer');
  for (const text of [documents, page.url(), said.join('\n')]) expect(text).not.toContain(KEY);
  expect(refusals).toEqual([]);
});

test('a tab that is closed in the middle goes on in the next one, and no question is answered twice', async ({ page, context }) => {
  await openReasoning(page);
  await configure(page);
  await giveInputs(page);
  let open = (): void => undefined;
  let calls = 0;
  server.fault = () => {
    if (++calls === 20) server.gate = new Promise((resolve) => (open = resolve));
    return null;
  };
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => server.waiting, { timeout: 60_000 }).toBe(4);
  await page.close();
  await expect.poll(() => server.dropped, { timeout: 30_000 }).toBe(4);
  server.gate = null;
  open();
  const before = server.answered.size;
  expect(before).toBeGreaterThanOrEqual(17);

  const next = await context.newPage();
  await next.goto('./#/data');
  await next.getByRole('link', { name: 'Shop', exact: true }).first().click();
  await next.getByRole('link', { name: 'Reasoning' }).click();
  await expect(pipeline(next).getByRole('row').nth(1)).toContainText(`${before} of 40`);
  // The key went with the tab.
  await pipeline(next).getByRole('button', { name: 'Go on' }).click();
  await expect(pipeline(next).getByText(/refuses access/)).toBeVisible();
  await expect(next.getByText(KEY)).toHaveCount(0);
  await next.getByLabel('Key', { exact: true }).fill(KEY);
  await pipeline(next).getByRole('button', { name: 'Go on' }).click();
  // Paused between two stages, it says so, and goes on.
  await pipeline(next).getByRole('button', { name: 'Pause' }).click();
  await expect(pipeline(next).getByText('paused', { exact: true })).toBeVisible();
  await pipeline(next).getByRole('button', { name: 'Go on' }).click();
  await expect(pipeline(next).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  expect(server.answered.size).toBe(PICTURES + USERS + ITEMS + USERS);
  expect(repeated()).toBe(0);
});

test('the test of a server tells a page that is kept out, a host outside the policy, and nobody', async ({ page }) => {
  await openReasoning(page);
  const strict = await new ModelServer({ origins: 'https://elsewhere.example' }).start();
  const check = async (address: string, words: RegExp): Promise<void> => {
    await page.getByLabel('Address', { exact: true }).fill(address);
    await page.getByLabel('Address', { exact: true }).blur();
    await page.getByRole('button', { name: 'Test the server' }).click();
    await expect(page.getByRole('list', { name: 'Result of the test' })).toContainText(words);
  };
  await check(strict.url, new RegExp(`does not let this page read it \\(CORS\\).*OLLAMA_ORIGINS=${new URL(page.url()).origin}`));
  await strict.stop();
  await check(strict.url, /Nothing answers at .* ollama serve/);
  await check('https://models.example', /its content policy allows this machine.*LODESTONE_MODEL_HOSTS=https:\/\/models\.example/);
  await page.getByLabel('Address', { exact: true }).fill('http://me:word@localhost');
  await expect(page.getByText(/more than a host, a port and a path/)).toBeVisible();
});
