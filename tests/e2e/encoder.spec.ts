import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchPolicy } from '../helpers/contentPolicy';
import { interactionsText, npy } from '../helpers/dataBuilders';
import { ModelServer } from '../helpers/modelServer';
import { expectFit } from '../helpers/page';
import { serveFolder } from '../helpers/staticHost';
import { entriesOf } from '../helpers/zipEntries';

test.use({ serviceWorkers: 'allow' });

/** What PyTorch makes of each text: see `make_encoder.py`. */
const FOLDER = join(import.meta.dirname, '../fixtures/encoder');
const reference: readonly { readonly text: string; readonly vector: readonly number[] }[] = JSON.parse(
  readFileSync(join(FOLDER, 'reference.json'), 'utf8'),
);
/** Texts as they stand in a file; the app takes off the blanks around them, and an empty one is no text. */
const titles = reference.map(({ text }) => text);
const ITEMS = titles.length;
const TEXTS = titles.filter((title) => title !== '').length;
const USERS = 12;
const WIDTH = 32;

let server: ModelServer;
test.beforeEach(async () => {
  server = await new ModelServer().start();
});
test.afterEach(() => server.stop());

const pipeline = (page: Page) => page.getByRole('region', { name: 'Pipeline' });
const panel = (page: Page) => page.getByRole('region', { name: 'Model server' });

async function openReasoning(page: Page): Promise<void> {
  await page.goto('./#/data');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page.getByLabel('Dataset files').setInputFiles([
    {
      name: 'words.inter',
      mimeType: 'text/plain',
      buffer: Buffer.from(interactionsText({ users: USERS, items: ITEMS, each: 6 })),
    },
    {
      name: 'image_feat.npy',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(npy(ITEMS, 4, (row, column) => Math.sin(row * (column + 1)))),
    },
  ]);
  await page.getByRole('textbox', { name: 'Name' }).fill('Words');
  await page.getByRole('button', { name: /store/ }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  await page.getByRole('link', { name: 'Reasoning' }).click();
  for (const [label, value] of Object.entries({
    Address: server.url,
    'Model that describes images': 'seer',
    'Model that writes profiles': 'writer',
  })) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel(label, { exact: true }).blur();
  }
  await page
    .getByLabel('Item texts and pictures')
    .setInputFiles({
      name: 'meta.jsonl',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(titles.map((title, id) => `${JSON.stringify({ id, title })}\n`).join('')),
    });
  await expect(page.getByText(`${TEXTS} texts and 0 pictures stored.`)).toBeVisible({ timeout: 60_000 });
}

/** The matrix of items in a downloaded archive, `[rows, WIDTH]`. */
async function downloaded(page: Page, name: string): Promise<Float32Array> {
  const download = page.waitForEvent('download');
  await pipeline(page).getByRole('button', { name }).click();
  const bytes = entriesOf(await (await download).path()).get('image_text_feat.npy')!;
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer);
}

const chooseFolder = (
  page: Page,
  files: readonly string[] = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'],
): Promise<void> => page.getByLabel('Files of an encoder').setInputFiles(files.map((file) => join(FOLDER, file)));

test('a dropped encoder gives PyTorch’s vectors in the page, without another host, and never twice', async ({
  page,
  context,
  baseURL,
}) => {
  const { refusals, strangers } = await watchPolicy(context, baseURL ?? '');
  const runtimes: string[] = [];
  context.on('request', (request) => {
    // The service worker keeps the library for use without a network; that is not the page.
    if (/transformers|ort-wasm/.test(request.url()) && !request.serviceWorker()) runtimes.push(request.url());
  });
  await openReasoning(page);
  await panel(page).getByRole('radio', { name: 'This page' }).check();
  await expect(panel(page).getByLabel('Encoder', { exact: true })).toHaveCount(0);
  // Nothing of the library was loaded so far, and nothing of the hub is offered where the policy forbids it.
  expect(runtimes).toEqual([]);
  await expect(page.getByRole('button', { name: 'Download' })).toHaveCount(0);

  await chooseFolder(page, ['config.json', 'tokenizer.json', 'onnx/model.onnx']);
  await expect(panel(page)).toContainText(
    /The encoder’s tokenizer_config.json is missing\.\s*Drop the model’s whole folder/,
  );
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page)).toContainText(/is not stored in this browser\.\s*Drop its folder/, { timeout: 120_000 });

  // The folder, as a person drops it anywhere on the page.
  const transfer = await page.evaluateHandle(
    (files) => {
      const data = new DataTransfer();
      for (const { name, base64 } of files)
        data.items.add(new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], name));
      return data;
    },
    ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'].map((file) => ({
      name: file.replace(/^.*\//, ''),
      base64: readFileSync(join(FOLDER, file)).toString('base64'),
    })),
  );
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  const chosen = panel(page).getByLabel('Encoder in this browser');
  await expect(chosen).toHaveAccessibleDescription(/^32 dimensions, 24 tokens per text at most, \d+ KB$/, {
    timeout: 120_000,
  });
  await expect(chosen.locator(':checked')).toHaveText(/^encoder · [0-9a-f]{8}$/);
  await expectFit(page, 'Reasoning with an encoder in the page');
  expect(runtimes.filter((url) => url.includes('ort-wasm')).length).toBeGreaterThan(0);

  await pipeline(page).getByRole('button', { name: 'Continue' }).click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  const rows = pipeline(page).getByRole('row');
  await expect(rows.nth(3)).toContainText(`${TEXTS} of ${TEXTS}`);
  await expect(rows.nth(4)).toContainText(`${USERS} of ${USERS}`);
  // The server wrote the profiles and encoded nothing.
  expect(server.requests.filter(({ path }) => /embed/.test(path))).toEqual([]);

  const items = await downloaded(page, 'Item vectors (ZIP)');
  expect(items.length).toBe(ITEMS * WIDTH);
  reference.forEach(({ text, vector }, item) => {
    vector.forEach((value, column) =>
      expect(Math.abs(items[item * WIDTH + column]! - (text === '' ? 0 : value)), `${text}, ${column}`).toBeLessThan(
        1e-5,
      ),
    );
  });

  // With another who encodes, other vectors are wanted; back with this one, all are there, also after a reload.
  await panel(page).getByRole('radio', { name: 'The model server' }).check();
  await expect(rows.nth(3)).toContainText(`0 of ${TEXTS}`);
  await panel(page).getByRole('radio', { name: 'This page' }).check();
  await expect(rows.nth(3)).toContainText(`${TEXTS} of ${TEXTS}`);
  await page.reload();
  await expect(chosen).toHaveAccessibleDescription(/^32 dimensions/);
  await expect(rows.nth(3)).toContainText(`${TEXTS} of ${TEXTS}`);
  await pipeline(page).getByRole('button', { name: 'Make the dataset' }).click();
  await expect(page.getByRole('region', { name: 'Item texts and user profiles' })).toContainText(
    /encoder.*in the page; files [0-9a-f]{12}/,
    { timeout: 60_000 },
  );
  expect(refusals).toEqual([]);
  expect(strangers.filter((url) => !url.startsWith(server.url))).toEqual([]);
});

test('encoding pauses between batches, goes on where it was, and runs on the GPU too', async ({ page }) => {
  await openReasoning(page);
  await panel(page).getByRole('radio', { name: 'This page' }).check();
  await chooseFolder(page);
  await expect(panel(page).getByLabel('Encoder in this browser')).toHaveAccessibleDescription(/^32 dimensions/, {
    timeout: 120_000,
  });
  await panel(page).getByLabel('Run on').selectOption('webgpu');
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await pipeline(page).getByRole('button', { name: 'Pause' }).click();
  await expect(pipeline(page).getByText('paused', { exact: true })).toBeVisible({ timeout: 120_000 });
  await pipeline(page)
    .getByRole('button', { name: /Start|Continue/ })
    .click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  const items = await downloaded(page, 'Item vectors (ZIP)');
  reference.forEach(({ text, vector }, item) => {
    vector.forEach((value, column) =>
      expect(Math.abs(items[item * WIDTH + column]! - (text === '' ? 0 : value)), `${text}, ${column}`).toBeLessThan(
        1e-5,
      ),
    );
  });
});

test('the runtime is kept once it was needed, and an encoder then opens without a network', async ({ browser }) => {
  const host = await serveFolder('dist');
  const context = await browser.newContext({ baseURL: host.address });
  const page = await context.newPage();
  const kept = (): Promise<string[]> =>
    page.evaluate(async () => {
      const [name] = await caches.keys();
      const files = await (await caches.open(name ?? '')).keys();
      return files.map(({ url }) => url.replace(/^.*\//, '')).filter((file) => file.startsWith('ort-'));
    });
  try {
    await page.goto(host.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    expect(await kept()).toEqual([]);
    await openReasoning(page);
    await panel(page).getByRole('radio', { name: 'This page' }).check();
    await chooseFolder(page);
    await expect(panel(page).getByLabel('Encoder in this browser')).toHaveAccessibleDescription(/^32 dimensions/, {
      timeout: 120_000,
    });
    expect(await kept()).toEqual([expect.stringMatching(/\.wasm$/)]);

    await host.close();
    await pipeline(page).getByRole('button', { name: 'Start' }).click();
    await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
    await page.reload();
    await panel(page).getByRole('button', { name: 'Delete this encoder' }).click();
    await expect(panel(page).getByLabel('Encoder in this browser')).toHaveCount(0);
    await chooseFolder(page);
    await expect(panel(page).getByLabel('Encoder in this browser')).toHaveAccessibleDescription(/^32 dimensions/, {
      timeout: 120_000,
    });
  } finally {
    await context.close();
    await host.close().catch(() => undefined);
  }
});
