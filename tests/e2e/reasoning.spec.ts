import { expect, test, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { ServerKind } from '../../src/domain/reasoningSettings';
import type { RunDocument } from '../../src/domain/run';
import { watchPolicy } from '../helpers/contentPolicy';
import { zipOf } from '../helpers/dataBuilders';
import { ModelServer, type ServerFault } from '../helpers/modelServer';
import { ended, expectFit } from '../helpers/page';
import { itemPicture, jpegSize, png } from '../helpers/reasoning';
import { importShop } from '../helpers/shop';

/** A small dataset; its last four items get no picture. */
const ITEMS = 44;
const PICTURES = 40;
/** Each with a history of its own. */
const USERS = 44;
const KEY = 'sk-very-secret-4242';

let server: ModelServer;
test.beforeEach(async () => {
  server = await new ModelServer({
    key: KEY,
    models: ['seer', 'writer', 'encoder', 'other'],
    vision: ['seer', 'other'],
  }).start();
});
test.afterEach(() => server.stop());

/** Imports the dataset and opens its Reasoning page. */
async function openReasoning(page: Page): Promise<void> {
  await importShop(page, USERS, ITEMS);
}

/** Opens the Reasoning page of the dataset that the app makes on its first opening. */
async function openDemo(page: Page): Promise<void> {
  await page.goto('./#/data');
  await page.getByRole('link', { name: 'Open the demo dataset' }).click({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Reasoning' }).click();
  await expect(page.getByRole('heading', { name: 'Reasoning: Demo' })).toBeVisible();
}

async function configure(page: Page, kind: ServerKind = 'ollama'): Promise<void> {
  if (kind === 'openai') await page.getByRole('radio', { name: 'OpenAI-compatible' }).check();
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
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: /^Options/ }).click();
  await page.getByLabel('Parallel calls').fill('4');
  await page.getByLabel('Parallel calls').blur();
}

async function giveInputs(page: Page): Promise<void> {
  const texts = [
    'id,title,description',
    ...Array.from(
      { length: ITEMS },
      (_, item) => `${item},Article ${item},"Made for shelf ${item % 24}, weighs ${item} grams"`,
    ),
  ].join('\n');
  const pictures = zipOf(
    Array.from({ length: PICTURES }, (_, item) => ({ name: `${item}.png`, content: itemPicture(item), stored: true })),
  );
  await page.getByLabel('Item texts and pictures').setInputFiles([
    { name: 'meta-shop.csv', mimeType: 'text/csv', buffer: Buffer.from(texts) },
    { name: 'pictures.zip', mimeType: 'application/zip', buffer: Buffer.from(pictures) },
  ]);
  await expect(page.getByText('44 texts and 40 pictures stored.')).toBeVisible({ timeout: 60_000 });
}

/** Texts and pictures of the demo's items: some lack one, two lack both. */
const DEMO = { items: 600, users: 1000, pictures: 590, texts: 594, neither: 2 } as const;
/** Its picture is larger than what is sent. */
const BIG = 1;
async function giveDemoInputs(page: Page): Promise<void> {
  const items = Array.from({ length: DEMO.items }, (_, item) => item);
  const texts = [
    'id,title,brand,categories,description',
    ...items
      .filter((item) => item % 100 !== 59)
      .map(
        (item) =>
          `${item},Article ${item},Maker ${item % 7},"Home, Decor","Made for shelf ${item % 24}, weighs ${item} grams"`,
      ),
  ].join('\n');
  const pictures = zipOf(
    items
      .filter((item) => item % 60 !== 59)
      .map((item) => ({
        name: `${item}.png`,
        content: item === BIG ? png(200, 30, 90, 1500) : itemPicture(item),
        stored: true,
      })),
  );
  await page.getByLabel('Item texts and pictures').setInputFiles([
    { name: 'meta-demo.csv', mimeType: 'text/csv', buffer: Buffer.from(texts) },
    { name: 'pictures.zip', mimeType: 'application/zip', buffer: Buffer.from(pictures) },
  ]);
  await expect(page.getByText(`${DEMO.texts} texts and ${DEMO.pictures} pictures stored.`)).toBeVisible({
    timeout: 60_000,
  });
  for (const [label, value] of [
    ['Items with a text', DEMO.texts],
    ['Items with a picture', DEMO.pictures],
    ['Items with neither', DEMO.neither],
  ] as const)
    await expect(valueOf(page, label)).toHaveText(String(value));
}

/** The number beside a label of a list of numbers. */
const valueOf = (page: Page, label: string): Locator =>
  page.getByText(label, { exact: true }).locator('xpath=following-sibling::dd[1]');

const pipeline = (page: Page) => page.getByRole('region', { name: 'Pipeline' });
const repeated = (): number => [...server.answered.values()].filter((count) => count !== 1).length;

/** All small documents that the browser keeps for the app, as text. */
const everythingStored = (
  page: Page,
  tables: readonly string[] = ['datasets', 'runs', 'texts', 'settings'],
): Promise<string> =>
  page.evaluate(async (names) => {
    const opened = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('lodestone');
      request.onsuccess = () => resolve(request.result);
    });
    const all: string[] = [];
    for (const name of names) {
      const values = await new Promise<unknown[]>((resolve) => {
        const request = opened.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      all.push(...values.map((value) => JSON.stringify(value)));
    }
    opened.close();
    return all.join('\n') + JSON.stringify(localStorage) + JSON.stringify(sessionStorage);
  }, tables);

for (const kind of ['ollama', 'openai'] as const)
  test(`over ${kind}, texts and pictures of the demo dataset become descriptions, profiles and vectors, and MLLMRec trains on them`, async ({
    page,
    context,
  }) => {
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    const { refusals } = await watchPolicy(context, '');
    await openDemo(page);
    await configure(page, kind);
    await giveDemoInputs(page);
    await page.getByRole('button', { name: 'Test the server' }).click();
    const result = page.getByRole('list', { name: 'Result of the test' });
    await expect(result.getByRole('listitem')).toHaveCount(6);
    await expect(result.getByRole('img', { name: 'Wrong' })).toHaveCount(0);
    const tested = server.answered.size;

    await pipeline(page).getByRole('button', { name: 'Start' }).click();
    await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
    const rows = pipeline(page).getByRole('row');
    const described = DEMO.items - DEMO.neither;
    await expect(rows.nth(1)).toContainText('590 of 590');
    await expect(rows.nth(1)).toContainText('59,000 · 11,800');
    await expect(rows.nth(2)).toContainText('1,000 of 1,000');
    await expect(rows.nth(3)).toContainText('598 of 598');
    await expect(rows.nth(4)).toContainText('1,000 of 1,000');
    // One successful call for each question.
    expect(server.answered.size - tested).toBe(DEMO.pictures + DEMO.users + described + DEMO.users);
    expect(repeated()).toBe(0);
    const sent = server.requests.flatMap(({ body }) => body.match(/\/9j\/[\w+/=]+/g) ?? []);
    expect(sent.map((image) => jpegSize(Buffer.from(image, 'base64')))).toEqual([{ width: 1024, height: 1024 }]);

    // What was written can be looked at, changed, and taken along.
    const look = page.getByRole('region', { name: 'Review the texts' });
    await expect(look.getByRole('img', { name: /Picture of/ })).toBeVisible();
    await expect
      .poll(() =>
        look.getByRole('img', { name: /Picture of/ }).evaluate((image: HTMLImageElement) => image.naturalWidth),
      )
      .toBe(8);
    await expect(look).toContainText('(seer, seed 999)');
    await look.getByRole('radio', { name: 'Users' }).check();
    await expect(
      look
        .getByRole('list', { name: /Training history/ })
        .getByRole('listitem')
        .first(),
    ).toContainText('Article');
    await expect(look).toContainText('(writer, seed 999)');
    // Once is enough for what does not depend on the server.
    if (kind === 'ollama') await expectFit(page, 'Reasoning');
    for (const [name, check] of [
      ['Profiles (JSONL)', (bytes: Buffer) => expect(bytes.toString().trimEnd().split('\n')).toHaveLength(DEMO.users)],
      [
        'Item texts (JSONL)',
        (bytes: Buffer) =>
          expect(JSON.parse(bytes.toString().split('\n')[3]!)).toMatchObject({
            item: 3,
            picture: '3.png',
            model: 'seer',
          }),
      ],
      [
        'User vectors (ZIP)',
        (bytes: Buffer) => expect(bytes.toString('latin1')).toContain(`'shape': (${DEMO.users}, 24)`),
      ],
    ] as const) {
      const download = page.waitForEvent('download');
      await pipeline(page).getByRole('button', { name }).click();
      const bytes = readFileSync(await (await download).path());
      check(bytes);
      expect(bytes.toString('latin1')).not.toContain(KEY);
    }

    await page.getByRole('button', { name: 'Make the dataset' }).click();
    await expect(page.getByRole('heading', { name: 'Demo with profiles' })).toBeVisible({ timeout: 60_000 });
    const origin = page.getByRole('region', { name: 'Item texts and user profiles' });
    await expect(origin).toContainText('profiles come from training interactions only');
    await expect(origin).toContainText('590 items; 10 without a picture, 6 without a text, 2 with neither');
    if (kind === 'ollama') {
      await page.getByRole('button', { name: 'Probe the profiles' }).click();
      await expect(page.getByRole('region', { name: 'Do the profiles leak held-out items?' })).toContainText(
        /95 % interval.*bootstrap over users/,
        { timeout: 60_000 },
      );
      await expectFit(page, 'a derived dataset');
    }

    // The profiles, and both stand-ins for them, are trained on and compared. What trains does not know of the server.
    const sources = kind === 'ollama' ? ['file', 'history', 'random'] : ['file'];
    const runs: RunDocument[] = [];
    for (const vectors of sources) {
      await page.goto('./#/experiment');
      await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MLLMRec' });
      await page.getByRole('combobox', { name: /^User vectors/ }).selectOption(vectors);
      await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('2');
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.waitForURL(/#\/runs\/.+/);
      const run = await ended(page, page.url().replace(/^.*#\/runs\//, ''));
      expect(run.experiment.config['profiles']).toBe(vectors);
      expect(run.experiment.dataset.name).toBe('Demo with profiles');
      const stands =
        run.findings?.some((finding) => finding.kind === 'note' && finding.text.includes('stand-in')) ?? false;
      expect(stands).toBe(vectors !== 'file');
      runs.push(run);
    }
    // As many results as sources of user vectors.
    expect(new Set(runs.map(({ result: of }) => JSON.stringify(of))).size).toBe(sources.length);
    await page.goto(`./#/compare?runs=${runs.map(({ id }) => id).join(',')}`);
    const compared = page.getByRole('group', { name: /Results by setting/ }).getByRole('row');
    await expect(compared).toHaveCount(1 + sources.length);
    for (const run of runs) {
      const row = compared.filter({ has: page.locator(`a[href$="/runs/${run.id}"]`) });
      await expect(row).toContainText(run.result!.test['recall@20'].toFixed(4));
      await expect(row).toContainText(run.result!.test['ndcg@20'].toFixed(4));
      const note = run.findings?.find((finding) => finding.kind === 'note' && finding.key === 'profiles');
      if (note?.kind === 'note') await expect(row).toContainText(note.text);
      else expect(run.experiment.config['profiles']).toBe('file');
    }

    // The key is in no stored document, in no address and in no line of the console.
    const documents = await everythingStored(page);
    expect(documents).toContain('seer');
    for (const text of [documents, page.url(), said.join('\n')]) expect(text).not.toContain(KEY);
    expect(refusals).toEqual([]);
  });

test('after passing faults, a closed tab, a model that vanished and a server that was started again, every question has one answer', async ({
  page,
  context,
}) => {
  await openReasoning(page);
  await configure(page);
  await giveInputs(page);
  let open = (): void => undefined;
  let calls = 0;
  server.retryAfter = 1;
  const faults: Readonly<Record<number, ServerFault>> = {
    3: '500',
    5: '429',
    7: 'drop',
    9: 'cut',
    11: 'garbage',
    13: 'wrong',
    15: 'slow',
  };
  server.fault = () => {
    if (++calls === 30) server.gate = new Promise((resolve) => (open = resolve));
    return faults[calls] ?? null;
  };
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => server.waiting, { timeout: 60_000 }).toBe(4);
  server.dropped = 0;
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
  await pipeline(next).getByRole('button', { name: 'Continue' }).click();
  await expect(pipeline(next).getByText(/refuses access/)).toBeVisible();
  await expect(next.getByText(KEY)).toHaveCount(0);
  await next.getByLabel('Key', { exact: true }).fill(KEY);
  await pipeline(next).getByRole('button', { name: 'Continue' }).click();
  // Paused between two stages, it says so, and goes on.
  await pipeline(next).getByRole('button', { name: 'Pause' }).click();
  await expect(pipeline(next).getByText('paused', { exact: true })).toBeVisible();
  // The model vanishes, then the whole server; both come back.
  let gone = false;
  server.fault = (call) => {
    gone ||= call > 60;
    return gone ? 'absent' : null;
  };
  await pipeline(next).getByRole('button', { name: 'Continue' }).click();
  await expect(pipeline(next).getByText(/The model server has no model (seer|writer)/)).toBeVisible({
    timeout: 60_000,
  });
  server.fault = () => null;
  await server.stop();
  await pipeline(next).getByRole('button', { name: 'Continue' }).click();
  await next.waitForTimeout(500);
  await server.start();
  await expect(pipeline(next).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  expect(server.answered.size).toBe(PICTURES + USERS + ITEMS + USERS);
  expect(repeated()).toBe(0);
});

test('texts that are there already take their stage’s place, and two models stand side by side', async ({ page }) => {
  await openReasoning(page);
  await configure(page);
  await giveInputs(page);
  // Four descriptions and one profile are there.
  await page.getByRole('button', { name: /^Existing texts/ }).click();
  await page
    .getByLabel('File of texts')
    .setInputFiles({
      name: 'mine.jsonl',
      mimeType: 'text/plain',
      buffer: Buffer.from([0, 1, 2, 3].map((id) => JSON.stringify({ id, text: `My words on ${id}` })).join('\n')),
    });
  await expect(page.getByText('Descriptions of pictures: 4 texts stored.')).toBeVisible();
  await page.getByLabel('The file contains').selectOption('profiles');
  await page
    .getByLabel('File of texts')
    .setInputFiles({
      name: 'mine.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('user,profile\n0,Likes shelves.\n777,Nobody.\n'),
    });
  await expect(page.getByText('Profiles of users: 1 text stored.')).toBeVisible();
  await expect(page.getByText('1 text belongs to no item or user of this dataset.')).toBeVisible();
  const files = page.getByRole('list', { name: 'Texts from files' }).getByRole('listitem');
  await expect(files).toHaveText([/4 texts of mine\.jsonl/, /1 text of mine\.csv/]);

  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  await expect(pipeline(page).getByRole('row').nth(1)).toContainText('36 of 36');
  await expect(pipeline(page).getByRole('row').nth(2)).toContainText('43 of 43');
  expect(
    server.requests.filter(({ body }) => body.includes('"writer"') && body.includes('My words on')).length,
  ).toBeGreaterThan(0);
  const look = page.getByRole('region', { name: 'Review the texts' });
  await expect(look).toContainText('My words on 0');
  await expect(look).toContainText('from a file');
  const beside = page.getByRole('region', { name: 'Two models side by side' });
  await expect(beside).toContainText('After you start this dataset with two models');

  // Another model describes too; what the first one said is still there.
  for (const label of ['Model that describes images', 'Model that writes profiles']) {
    await page.getByLabel(label, { exact: true }).fill('other');
    await page.getByLabel(label, { exact: true }).blur();
  }
  await expect(pipeline(page).getByRole('row').nth(1)).toContainText('0 of 36');
  await expect(pipeline(page).getByText('finished', { exact: true })).toHaveCount(0);
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(page).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  await expect(pipeline(page).getByRole('row').nth(1)).toContainText('36 of 36');
  const asked = server.requests.length;
  await expect(beside).toContainText('They differ in: model that describes images, model that writes profiles.');
  await beside.getByLabel(/^(Id|Original id)/).fill('7');
  await beside.getByLabel(/^(Id|Original id)/).press('Enter');
  const [left, right] = [
    beside.getByRole('region', { name: 'seer, writer' }),
    beside.getByRole('region', { name: 'other', exact: true }),
  ];
  await expect(left).toContainText('(seer, seed 999)');
  await expect(right).toContainText('(other, seed 999)');
  await expect
    .poll(() =>
      beside.getByRole('img', { name: /Picture of/ }).evaluate((image: HTMLImageElement) => image.naturalWidth),
    )
    .toBe(8);
  await expectFit(page, 'two models');
  // An item whose text a file gave was asked of neither.
  await beside.getByLabel(/^(Id|Original id)/).fill('2');
  await beside.getByLabel(/^(Id|Original id)/).press('Enter');
  await expect(left).toContainText('No stored answer.');
  await beside.getByRole('radio', { name: 'Users' }).check();
  await beside.getByRole('button', { name: 'Next' }).click();
  await expect(left).toContainText('(writer, seed 999)');
  await expect(right).toContainText('(other, seed 999)');
  const shown = (await right.locator('p').first().textContent()) ?? '';
  const download = page.waitForEvent('download');
  await beside.getByRole('button', { name: 'Save all users (text)' }).click();
  const saved = readFileSync(await (await download).path()).toString();
  expect(saved).toContain('# Shop: seer, writer beside other');
  expect(saved).toContain(`### other\n\n${shown}`);
  // User 0 has a file's profile and was asked of neither.
  expect(saved.match(/^## user/gm)).toHaveLength(USERS - 1);
  expect(server.requests).toHaveLength(asked);

  await page.getByRole('button', { name: 'Make the dataset' }).click();
  const origin = page.getByRole('region', { name: 'Item texts and user profiles' });
  await expect(origin).toContainText(
    '4 descriptions of pictures, 0 complete item texts, 1 profiles; no model wrote them',
  );
  await page.goBack();
  await page.getByRole('button', { name: /^Existing texts/ }).click();
  await page.getByRole('button', { name: 'Forget: Descriptions of pictures' }).click();
  await expect(pipeline(page).getByRole('row').nth(1)).toContainText('36 of 40');
});

test('a key is kept only where that is wanted, for its address alone, and can be forgotten', async ({ page }) => {
  await openReasoning(page);
  await configure(page);
  const field = page.getByLabel('Key', { exact: true });
  const keep = page.getByLabel('Keep this key in this browser');
  await expect(keep).not.toBeChecked();
  await page.reload();
  await expect(page.getByLabel('Address', { exact: true })).toHaveValue(server.url);
  await expect(field).toHaveValue('');
  expect(await everythingStored(page)).not.toContain(KEY);

  await field.fill(KEY);
  await keep.check();
  await expect(page.getByText('It is stored unencrypted in this browser')).toBeVisible();
  await expect.poll(() => everythingStored(page, ['settings'])).toContain(KEY);
  await page.reload();
  await expect(field).toHaveValue(KEY);
  await expect(keep).toBeChecked();
  expect(await everythingStored(page, ['datasets', 'runs', 'texts'])).not.toContain(KEY);
  expect(page.url()).not.toContain(KEY);
  await page.getByRole('button', { name: 'Test the server' }).click();
  await expect(page.getByRole('list', { name: 'Result of the test' }).getByRole('img', { name: 'Wrong' })).toHaveCount(
    0,
  );

  // Another address has no key, and this one has it still.
  const address = page.getByLabel('Address', { exact: true });
  await address.fill('http://localhost:11434');
  await address.blur();
  await expect(field).toHaveValue('');
  await expect(keep).not.toBeChecked();
  await address.fill(server.url);
  await address.blur();
  await expect(field).toHaveValue(KEY);

  await keep.uncheck();
  await expect.poll(() => everythingStored(page)).not.toContain(KEY);
  await page.reload();
  await expect(address).toHaveValue(server.url);
  await expect(field).toHaveValue('');
});

test('of two tabs on one dataset, the second waits and asks nothing twice', async ({ page, context }) => {
  await openReasoning(page);
  await configure(page);
  await giveInputs(page);
  const second = await context.newPage();
  await second.goto(page.url());
  await second.getByLabel('Key', { exact: true }).fill(KEY);
  let open = (): void => undefined;
  server.gate = new Promise((resolve) => (open = resolve));
  await pipeline(page).getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => server.waiting, { timeout: 60_000 }).toBe(4);
  await pipeline(second).getByRole('button', { name: 'Start' }).click();
  await expect(pipeline(second).getByText('waiting for another tab')).toBeVisible();
  // Whoever waits can give up, and wait again.
  await pipeline(second).getByRole('button', { name: 'Pause' }).click();
  await expect(pipeline(second).getByText('paused', { exact: true })).toBeVisible();
  await pipeline(second)
    .getByRole('button', { name: /Start|Continue/ })
    .click();
  await expect(pipeline(second).getByText('waiting for another tab')).toBeVisible();
  expect(server.waiting).toBe(4);
  server.gate = null;
  open();
  for (const one of [page, second])
    await expect(pipeline(one).getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
  for (const row of [1, 2, 3, 4]) await expect(pipeline(second).getByRole('row').nth(row)).toContainText(/(\d+) of \1/);
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
  await check(
    strict.url,
    new RegExp(`does not let this page read its answers \\(CORS\\).*OLLAMA_ORIGINS=${new URL(page.url()).origin}`),
  );
  await strict.stop();
  await check(strict.url, /Nothing answers at .* ollama serve/);
  await check(
    'https://models.example',
    /its content policy allows this machine.*LODESTONE_MODEL_HOSTS=https:\/\/models\.example/,
  );
  await page.getByLabel('Address', { exact: true }).fill('http://me:word@localhost');
  await expect(page.getByText(/only a host, a port and a path/)).toBeVisible();
});
