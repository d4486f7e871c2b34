import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dropFolder, ended, hasTikTok, startRun, TIKTOK } from '../helpers/page';
import { ModelServer } from '../helpers/modelServer';
import { withPalette } from './palette';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const THEMES = ['light', 'dark'] as const;

/** `docs/images/<view>-<width>-<theme>.png`, the whole page, at both widths and in both themes. */
async function shoot(page: Page, view: string): Promise<void> {
  await page.mouse.move(0, 0);
  for (const { width, height } of WIDTHS) {
    await page.setViewportSize({ width, height });
    // Charts measure their new width in a frame of their own.
    await page.waitForTimeout(250);
    // A window as tall as the page: the bars at the edges stay at the edges.
    await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
    await inBothThemes(page, `${view}-${width}`);
  }
  await page.setViewportSize(WIDTHS[0]);
}

/** The window as it is, for a page of which only the top matters. */
async function shootTop(page: Page, view: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  await inBothThemes(page, `${view}-${WIDTHS[0].width}`);
}

async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(100);
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    writeFileSync(`${FOLDER}${name}-${colorScheme}.png`, withPalette(picture));
  }
}

async function choose(page: Page, dataset: string): Promise<void> {
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Dataset' }).selectOption({ label: dataset });
}

test('every view', async ({ page }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  const demo = await page.locator('header strong').innerText();
  await shoot(page, 'data');
  await page.goto('./#/device');
  await expect(page.getByText(/of \d+ passed/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Prove this device' }).click();
  await expect(page.getByText('computes as it should')).toBeVisible({ timeout: 120_000 });
  await shoot(page, 'device');

  if (hasTikTok) {
    await page.goto('./#/data');
    await dropFolder(page, TIKTOK);
    const store = page.getByRole('button', { name: /store/i }).first();
    await expect(store).toBeVisible({ timeout: 60_000 });
    await shoot(page, 'import-check');
    await store.click();
    await page.getByRole('link', { name: 'View the dataset' }).click({ timeout: 60_000 });
  } else {
    await page.locator('header a').first().click();
  }
  await expect(page.getByText('Degree distribution').first()).toBeVisible();
  await shoot(page, 'dataset');

  await choose(page, demo);
  for (const [model, epochs] of [
    ['BPR-MF', '10'],
    ['VBPR', '10'],
    ['MGCN', '15'],
    ['LightGCN', '15'],
  ] as const) {
    await ended(page, await startRun(page, model, { 'Epochs, at most': epochs }));
  }
  await expect(page.locator('main ul').first()).toContainText('finished');
  await shoot(page, 'run-finished');
  for (const tab of ['Users', 'Efficiency', 'Config']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByRole('tabpanel').getByRole('heading').first()).toBeVisible();
    await shoot(page, `run-${tab.toLowerCase()}`);
  }

  await page.getByRole('tab', { name: 'Projection' }).click();
  await expect(page.locator('canvas')).toHaveCount(2);
  await shoot(page, 'run-projection');

  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MGCN' });
  await expect(page.getByText('Total')).toBeVisible();
  await shoot(page, 'experiment');
  await startRun(page, 'MGCN', { 'Epochs, at most': '400' });
  await expect(page.locator('main ul').first()).toContainText(/epoch ([6-9]|\d\d+) \//, { timeout: 120_000 });
  await shoot(page, 'run-training');
  await page.goto('./#/runs');
  await shoot(page, 'runs');
});

test('models with presets, observations, findings and ablations', async ({ page }) => {
  test.setTimeout(1_800_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'MAGNET' });
  await page.getByRole('button', { name: 'Paper: Baby' }).click();
  await expect(page.getByText('Before you start')).toBeVisible();
  await expect(page.getByText('Total')).toBeVisible();
  await shootTop(page, 'experiment-magnet');
  await page.getByRole('button', { name: 'Recommended for this dataset' }).click();
  await ended(page, await startRun(page, 'MAGNET', { 'Epochs, at most': '8' }), 600_000);
  await expect(page.locator('main ul').first()).toContainText('finished');
  await shoot(page, 'run-magnet');

  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'EGRA' });
  await expect(page.getByText('Total')).toBeVisible();
  await page.getByRole('textbox', { name: 'Pre-training epochs, at most' }).fill('8');
  await expect(page.getByText('MGCN (pre-training) runs first')).toBeVisible();
  await expect(page.getByText('for one run, on the device')).toBeVisible();
  await shootTop(page, 'experiment-egra');

  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'SiMGR' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('6');
  await page.getByRole('button', { name: 'Ablation set…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Seed' }).fill('1, 2, 3');
  await dialog.getByRole('button', { name: 'Queue 18 runs' }).click();
  await expect(page.getByText('all 18 runs have a result')).toBeVisible({ timeout: 900_000 });
  await shoot(page, 'ablations');
  await page
    .getByRole('row', { name: /^SiMGR/ })
    .first()
    .getByRole('link')
    .first()
    .click();
  await page.getByRole('tab', { name: 'Findings' }).click();
  await shoot(page, 'run-findings');
});

test('a comparison', async ({ page }) => {
  test.setTimeout(600_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  for (const model of ['LightGCN', 'BPR-MF']) {
    await page.goto('./#/experiment');
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
    await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('40');
    await page.getByRole('textbox', { name: 'Seed' }).fill('1, 2, 3');
    await page
      .getByRole('button', { name: /^(Start|Queue)/ })
      .first()
      .click();
    await page.waitForURL(/#\/runs/);
  }
  await page.goto('./#/runs');
  await expect(page.getByRole('cell', { name: /finished/ })).toHaveCount(6, { timeout: 400_000 });
  await page.goto('./#/compare');
  await page.getByRole('button', { name: 'All 6 on Demo' }).click();
  await expect(page.getByRole('region', { name: /^Against/ }).getByRole('row')).toHaveCount(2);
  await shoot(page, 'compare');
  await page.getByRole('tab', { name: 'Gains' }).click();
  await page.getByRole('button', { name: 'Find the nearest items' }).click();
  await expect(
    page
      .getByRole('group', { name: /By difficulty/ })
      .or(page.getByRole('table', { name: /By difficulty/ }))
      .first(),
  ).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'compare-gains');
  await page.getByRole('tab', { name: 'Long tail' }).click();
  await expect(page.getByRole('figure').first()).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'compare-longtail');
});

test('what is shared', async ({ page, context }) => {
  mkdirSync(FOLDER, { recursive: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '30' }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(/Short enough for Discord/)).toBeVisible();
  await shootTop(page, 'share-dialog');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await expect(page.getByText('is here, with the same content')).toBeVisible();
  await shoot(page, 'shared');
});

test('a routing', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await ended(page, await startRun(page, 'MAGNET', { 'Epochs, at most': '20' }), 600_000);
  await page.getByRole('tab', { name: 'Routing' }).click();
  await page.getByRole('radio', { name: 'Item popularity' }).check({ timeout: 60_000 });
  await page
    .getByRole('button', { name: /^Look inside/ })
    .first()
    .click();
  await expect(page.getByRole('group', { name: 'Experts of this pair' })).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'run-routing');
});

test('a sweep', async ({ page }) => {
  test.setTimeout(900_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible();
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'LightGCN' });
  await page.getByRole('textbox', { name: 'Epochs, at most' }).fill('4');
  await page.getByRole('button', { name: 'Sweep…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /^Values of Layers/ }).fill('1, 2, 3');
  for (const [place, label, values] of [
    [2, 'Learning rate', '0.001, 0.003, 0.01'],
    [3, 'Embedding size', '16, 64'],
  ] as const) {
    await dialog.getByRole('button', { name: 'Add an axis' }).click();
    await dialog.getByRole('combobox', { name: `Axis ${place}` }).selectOption({ label });
    await dialog.getByRole('textbox', { name: new RegExp(`^Values of ${label}`) }).fill(values);
  }
  await shootTop(page, 'sweep-dialog');
  await dialog.getByRole('button', { name: 'Queue 18 runs' }).click();
  await expect(page.getByText('all 18 runs have a result')).toBeVisible({ timeout: 600_000 });
  await shoot(page, 'sweep-parallel');
  await page.getByRole('radio', { name: 'Heat map' }).check();
  await shoot(page, 'sweep-heatmap');
  await page.getByRole('radio', { name: 'Line' }).check();
  await page.getByRole('combobox', { name: 'x axis' }).selectOption({ label: 'Learning rate' });
  await shoot(page, 'sweep-line');
});

test('the reasoning stage', async ({ page }) => {
  const server = await new ModelServer({
    port: 11434,
    columns: 384,
    models: ['gemma3:27b', 'qwen2.5vl:7b', 'all-minilm'],
    vision: ['gemma3:27b', 'qwen2.5vl:7b'],
    write: invented,
  }).start();
  try {
    await page.goto('./#/data');
    await page.getByRole('link', { name: 'Open the demo dataset' }).click();
    await page.getByRole('link', { name: 'Reasoning' }).click();
    const pictures = await page.evaluate(drawItems, 600);
    await page
      .getByLabel('Item texts and pictures')
      .setInputFiles(
        pictures.flatMap((drawn, item) =>
          item % 60 === 59
            ? []
            : [{ name: `${item}.png`, mimeType: 'image/png', buffer: Buffer.from(drawn, 'base64') }],
        ),
      );
    await expect(page.getByText('0 texts and 590 pictures stored.')).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Test the server' }).click();
    await expect(page.getByRole('list', { name: 'Result of the test' }).getByRole('listitem')).toHaveCount(6);
    const pipeline = page.getByRole('region', { name: 'Pipeline' });
    await pipeline.getByRole('button', { name: 'Start' }).click();
    await expect(pipeline.getByText('finished', { exact: true })).toBeVisible({ timeout: 90_000 });
    for (const label of ['Model that describes images', 'Model that writes profiles']) {
      await page.getByLabel(label, { exact: true }).fill('qwen2.5vl:7b');
      await page.getByLabel(label, { exact: true }).blur();
    }
    await expect(pipeline.getByRole('row').nth(1)).toContainText('0 of 590');
    await pipeline.getByRole('button', { name: 'Start' }).click();
    await expect(pipeline.getByText('finished', { exact: true })).toBeVisible({ timeout: 90_000 });
    const beside = page.getByRole('region', { name: 'Two models side by side' });
    await expect(beside.getByRole('img')).toBeVisible();
    await page.getByRole('button', { name: 'Test the server' }).click();
    await expect(page.getByRole('list', { name: 'Result of the test' }).getByRole('listitem')).toHaveCount(6);
    await page.getByRole('region', { name: 'Review the texts' }).getByRole('radio', { name: 'Users' }).check();
    await expect(page.getByRole('list', { name: /Training history/ })).toBeVisible();
    await shoot(page, 'reasoning');
  } finally {
    await server.stop();
  }
});

const FINISHES = ['matt', 'glossy', 'finely grained', 'satin', 'brushed', 'hand-painted'];
const MATERIALS = ['oiled oak', 'glazed stoneware', 'brushed steel', 'woven cotton', 'blown glass', 'lacquered tin'];
const STYLES = [
  'plain and angular',
  'rounded and soft',
  'ornate',
  'weathered',
  'bright and playful',
  'strictly geometric',
];

/** A paragraph as a model might write it; shorter from one of the models. */
function invented(prompt: string, drawn: string, model: string): string {
  const pick = (from: readonly string[], at: number): string =>
    from[parseInt((drawn || model + prompt.length).slice(at, at + 2), 16) % from.length || 0]!;
  const brief = model.startsWith('qwen');
  if (drawn === '') {
    const kinds = [...new Set(prompt.match(/(?<=^\d+\. \w[\w-]* )\w+/gm) ?? [])].slice(0, 3).join(', ');
    return brief
      ? `Likes ${kinds} in calm colours. Buys for the home.`
      : `This person furnishes a home with care: ${kinds} return, mostly of natural materials in muted colours, plain in form and made to be used daily. Pieces that match each other seem to matter more than single eye-catchers.`;
  }
  const [finish, material, style] = [pick(FINISHES, 0), pick(MATERIALS, 2), pick(STYLES, 4)];
  return brief
    ? `A ${finish} object of ${material}, ${style}.`
    : `The item is ${finish}, apparently of ${material}, and ${style} in form. Its surface looks even and easy to clean, its size suits a shelf or a side table, and it would fit a household that prefers few and lasting things.`;
}

/** PNGs of invented items, base64: a shape of its own colour on a ground. */
async function drawItems(count: number): Promise<string[]> {
  const canvas = new OffscreenCanvas(96, 96);
  const context = canvas.getContext('2d')!;
  const all: string[] = [];
  for (let item = 0; item < count; item++) {
    context.fillStyle = `hsl(${(item * 67) % 360} 25% 90%)`;
    context.fillRect(0, 0, 96, 96);
    context.fillStyle = `hsl(${(item * 37) % 360} 55% 45%)`;
    context.beginPath();
    if (item % 3 === 0) context.arc(48, 48, 20 + (item % 5) * 3, 0, 7);
    else if (item % 3 === 1) context.roundRect(24, 18 + (item % 7), 48, 56, 10);
    else context.ellipse(48, 54, 32, 18 + (item % 6) * 2, 0, 0, 7);
    context.fill();
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    all.push(btoa(String.fromCharCode(...bytes)));
  }
  return all;
}
