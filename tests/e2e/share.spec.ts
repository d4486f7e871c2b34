import { expect, test } from '@playwright/test';
import { byKey, METRIC_KEYS } from '../../src/domain/metrics';
import { readFileSync } from 'node:fs';
import { linkMaker } from '../helpers/links';
import { dropFolder, ended, expectFit, hasTikTok, startRun, storedRun, TIKTOK } from '../helpers/page';

/** The fingerprint of TikTok with the split of its file. */
const TIKTOK_FINGERPRINT = 'c2bfdae6fa9d934b09bbd3a16fd533cf2f77e8fe9475c8a26dbdf8601f6e190a';

test('a run becomes a link; whoever opens it sees it, runs it, and gets the same', async ({
  page,
  context,
  browser,
  baseURL,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '3', Seed: '5' }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByText(/Short enough for Discord/)).toBeVisible();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/#x=1\.[A-Za-z0-9_-]+$/);
  expect(link.length).toBeLessThan(2000);

  const other = await browser.newContext({ ...(baseURL && { baseURL }) });
  const visitor = await other.newPage();
  await visitor.goto(link);
  const result = visitor.getByRole('region', { name: 'Result' });
  for (const key of METRIC_KEYS.slice(0, 4)) await expect(result).toContainText(run.result!.test[key].toFixed(4));
  await expect(visitor.getByRole('region', { name: 'Experiment' })).toContainText('LightGCN');
  await expect(visitor.getByText('is here, with the same content')).toBeVisible({ timeout: 60_000 });
  await expectFit(visitor, 'a shared run');
  // The form a person fills in is filled in, and says what the result will stand beside.
  await visitor.getByRole('button', { name: 'Run it here' }).click();
  await expect(visitor.getByRole('combobox', { name: 'Model' })).toHaveValue('lightgcn');
  await expect(visitor.getByRole('textbox', { name: 'Epochs, at most' })).toHaveValue('3');
  await expect(visitor.getByRole('textbox', { name: 'Seed', exact: true })).toHaveValue('5');
  await expect(visitor.getByText('Filled in from a shared run')).toBeVisible();
  await visitor.getByRole('button', { name: 'Start the run' }).click();
  await visitor.waitForURL(/#\/runs\/.+/);
  const mine = await ended(visitor, visitor.url().replace(/^.*#\/runs\//, ''));
  expect(mine.result).toEqual(run.result);
  await expect(
    visitor.getByText(`Reproduced: ${METRIC_KEYS.length} of ${METRIC_KEYS.length} metrics identical`),
  ).toBeVisible();
  const beside = visitor.getByRole('group', { name: 'Test metrics, theirs and mine' });
  await expect(beside).toHaveCount(0);
  await visitor.getByRole('button', { name: /^Theirs and mine/ }).click();
  await expectFit(visitor, 'theirs and mine');
  await expect(beside.getByRole('row')).toHaveCount(1 + METRIC_KEYS.length);
  expect((await storedRun(visitor, mine.id))!.theirs!.seed).toBe(5);

  // A dataset that is not here, and a link that something has cut.
  const { defaultConfig, encodeStudy } = await linkMaker();
  const absent = await encodeStudy({
    datasets: [
      {
        name: 'Elsewhere',
        fingerprint: 'c0'.repeat(32),
        users: 12,
        items: 34,
        interactions: 56,
        split: 'provided',
        demo: null,
      },
    ],
    runs: [
      {
        model: 'bpr',
        config: defaultConfig('bpr'),
        seed: 1,
        name: 'BPR · Elsewhere',
        dataset: 0,
        backend: 'wasm',
        device: 'a device',
        epochs: 2,
        result: { bestEpoch: 1, valid: byKey(() => 0.1), test: byKey(() => 0.2) },
        curves: null,
        routing: null,
      },
    ],
  });
  await visitor.goto(`./#${absent}`);
  await expect(visitor.getByText('Elsewhere is not here.')).toBeVisible();
  await expect(visitor.getByText(/12 users, 34 items, 56 interactions/)).toBeVisible();
  await expect(visitor.getByRole('button', { name: 'Run it here' })).toHaveCount(0);
  await visitor.goto(`./#${absent.slice(0, -30)}`);
  await expect(visitor.getByText('The link is incomplete')).toBeVisible();
  await other.close();
});

test('a run becomes a file; where it is dropped it is there in full, and can be run again', async ({
  page,
  browser,
  baseURL,
}, testInfo) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '3', Seed: '5' }));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const saved = async (name: string) =>
    (await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]))[0];
  const study = await saved('Save as file');
  const weights = await saved('Save the weights too');
  expect([study.suggestedFilename(), weights.suggestedFilename()]).toEqual([
    expect.stringMatching(/\.lodestone\.json$/),
    expect.stringMatching(/\.safetensors$/),
  ]);
  // Saved and opened where it was made: it is known.
  const files = [
    { name: 'weights.safetensors', mimeType: '', buffer: readFileSync(await weights.path()) },
    { name: 'study.lodestone.json', mimeType: '', buffer: readFileSync(await study.path()) },
  ];
  await page.goto('./#/data');
  await study.saveAs(testInfo.outputPath('dropped.lodestone.json'));
  await dropFolder(page, testInfo.outputPath('dropped.lodestone.json'));
  await expect(page.getByText('No new runs.')).toBeVisible();
  expect(page.url()).toContain('#/runs');

  const other = await browser.newContext({ ...(baseURL && { baseURL }) });
  const visitor = await other.newPage();
  await visitor.goto('./#/runs');
  await visitor
    .getByLabel('Run files')
    .setInputFiles([
      ...files,
      { name: 'cut.lodestone.json', mimeType: '', buffer: files[1]!.buffer.subarray(0, 5000) },
    ]);
  await expect(visitor.getByText('1 run imported.')).toBeVisible();
  await expect(visitor.getByText('1 run got its weights.')).toBeVisible();
  await expect(visitor.getByText(/^cut\.lodestone\.json cannot be read/)).toBeVisible();
  await expectFit(visitor, 'imported runs');
  const { origin, ...copy } = (await storedRun(visitor, run.id))!;
  expect(origin!.file).toBe('study.lodestone.json');
  // The demo dataset was made again under a place of its own.
  expect({
    ...copy,
    experiment: { ...copy.experiment, dataset: { ...copy.experiment.dataset, id: run.experiment.dataset.id } },
  }).toEqual(run);
  await visitor.getByRole('status').getByRole('link', { name: run.name }).click();
  await expect(visitor.getByText('This run was imported from a file, study.lodestone.json.')).toBeVisible();
  await expectFit(visitor, 'a run from a file');
  // What needs weights and data works on it too.
  await expect(visitor.getByText('is here, with the same content')).toBeVisible({ timeout: 60_000 });
  await visitor.getByRole('tab', { name: 'Projection' }).click();
  await expect(visitor.getByRole('region', { name: 'Final representation' }).locator('canvas')).toBeVisible();

  await visitor.getByRole('button', { name: 'Run it here' }).click();
  await visitor.getByRole('button', { name: 'Start the run' }).click();
  await visitor.waitForURL((url) => /#\/runs\/.+/.test(url.href) && !url.href.endsWith(run.id));
  const mine = await ended(visitor, visitor.url().replace(/^.*#\/runs\//, ''));
  expect(mine.result).toEqual(run.result);
  await expect(visitor.getByText(/^Reproduced: /)).toBeVisible();

  // All that the visitor has, in one archive; back here both runs stand beside each other.
  await visitor.goto('./#/device');
  await visitor.getByRole('button', { name: 'Back up…' }).click();
  await expectFit(visitor, 'backup');
  const [backup] = await Promise.all([
    visitor.waitForEvent('download'),
    visitor.getByRole('button', { name: 'Save the archive' }).click(),
  ]);
  const archive = readFileSync(await backup.path());
  await other.close();
  await page.reload();
  await page.getByLabel('Run files').setInputFiles({ name: 'all.lodestone.zip', mimeType: '', buffer: archive });
  await expect(page.getByText('1 run imported.')).toBeVisible();
  expect((await storedRun(page, mine.id))!.result).toEqual(run.result);
  expect((await storedRun(page, mine.id))!.experiment.dataset.id).toBe(run.experiment.dataset.id);
});

test.describe('on real data', () => {
  test.skip(!hasTikTok, 'needs ../shared/data/tiktok');

  test('a link of TikTok says what is missing where it is missing, and runs once the data is dropped', async ({
    page,
  }) => {
    const { defaultConfig, encodeStudy } = await linkMaker();
    const config = { ...defaultConfig('bpr'), epochs: 1 };
    const link = await encodeStudy({
      datasets: [
        {
          name: 'tiktok',
          fingerprint: TIKTOK_FINGERPRINT,
          users: 9308,
          items: 6710,
          interactions: 68722,
          split: 'provided',
          demo: null,
        },
      ],
      runs: [
        {
          model: 'bpr',
          config,
          seed: 7,
          name: 'BPR · tiktok',
          dataset: 0,
          backend: 'wasm',
          device: 'a device',
          epochs: 1,
          result: { bestEpoch: 0, valid: byKey(() => 0.01), test: byKey(() => 0.01) },
          curves: null,
          routing: null,
        },
      ],
    });
    await page.goto(`./#${link}`);
    await expect(page.getByText('tiktok is not here.')).toBeVisible();
    await expect(page.getByText(/9,308 users, 6,710 items, 68,722 interactions/)).toBeVisible();
    await page.getByRole('link', { name: 'Add it on the Data page' }).click();
    await dropFolder(page, TIKTOK);
    await page
      .getByRole('button', { name: /and store|Store the dataset/ })
      .first()
      .click({ timeout: 120_000 });
    await expect(page.getByText('is stored and is the current dataset')).toBeVisible({ timeout: 120_000 });
    await page.goBack();
    await expect(page.getByText('tiktok is here, with the same content.')).toBeVisible();
    await page.getByRole('button', { name: 'Run it here' }).click();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.waitForURL(/#\/runs\/.+/);
    const run = await ended(page, page.url().replace(/^.*#\/runs\//, ''));
    expect(run.theirs!.seed).toBe(7);
    expect(run.experiment.dataset.fingerprint).toBe(TIKTOK_FINGERPRINT);
    await expect(page.getByText(/^(Reproduced|Agrees within one standard error|Differs): /)).toBeVisible();
  });
});

test('a link of 65,000 characters is read beside the page, which stays awake', async ({ page }, testInfo) => {
  const { defaultConfig, encodeStudy } = await linkMaker();
  // Runs with curves of six digits, as many as fit; the last names a dataset that is not there.
  const number = (i: number): number => Number((((i * 7919) % 99_991) / 100_000).toFixed(6));
  const metrics = (i: number) => byKey((key) => number(i * 31 + METRIC_KEYS.indexOf(key)));
  const run = (i: number, dataset: number) => ({
    model: 'lightgcn' as const,
    config: defaultConfig('lightgcn'),
    seed: i,
    name: `Run ${i}`,
    dataset,
    backend: 'wasm' as const,
    device: 'a device',
    epochs: 9,
    result: { bestEpoch: 5, valid: metrics(i), test: metrics(i + 1) },
    curves: {
      epochs: Array.from({ length: 30 }, (_, e) => e),
      recall: Array.from({ length: 30 }, (_, e) => number(i * 61 + e)),
      ndcg: Array.from({ length: 30 }, (_, e) => number(i * 67 + e)),
    },
    routing: null,
  });
  const dataset = {
    name: 'Elsewhere',
    fingerprint: 'c0'.repeat(32),
    users: 12,
    items: 34,
    interactions: 56,
    split: 'provided' as const,
    demo: null,
  };
  const linkOf = (count: number, place: number) =>
    encodeStudy({
      datasets: [dataset],
      runs: Array.from({ length: count }, (_, i) => run(i, i < count - 1 ? 0 : place)),
    });
  let count = 200;
  while ((await linkOf(count, 0)).length > 65_000) count -= 2;
  const [whole, refused] = [await linkOf(count, 0), await linkOf(count, 7)];
  expect(whole.length).toBeGreaterThan(55_000);

  await page.addInitScript(() => {
    const seen = { inflated: 0, longest: 0 };
    Object.assign(window, { seen });
    window.DecompressionStream = class extends DecompressionStream {
      constructor(format: CompressionFormat) {
        super(format);
        seen.inflated += 1;
      }
    };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
    }).observe({ type: 'longtask' });
  });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const opened = async (link: string, text: string) => {
    await page.evaluate((hash) => {
      Object.assign((window as unknown as { seen: object }).seen, { inflated: 0, longest: 0 });
      location.hash = hash;
    }, link);
    await expect(page.getByText(text).first()).toBeVisible();
    await page.waitForTimeout(300);
    return page.evaluate(() => (window as unknown as { seen: { inflated: number; longest: number } }).seen);
  };
  await opened(await linkOf(1, 0), 'Elsewhere is not here.');
  const seen = [await opened(refused, 'a run names a dataset that is not in it'), await opened(whole, `${count} runs`)];
  testInfo.annotations.push({ type: 'longest task of the page, ms', description: JSON.stringify(seen) });
  console.info(`${whole.length} characters, ${count} runs: ${JSON.stringify(seen)}`);
  // Nothing of it is unpacked where the page is drawn, and so nothing is checked there.
  for (const { inflated } of seen) expect(inflated).toBe(0);
});
