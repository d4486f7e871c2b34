// What the page's process holds, how long its phases take and the longest tasks of its own thread, in Chromium:
// `node tests/bench/renderer.mjs [tiktok|electronics] [model,…]`. The measured high-water mark stands beside the run's plan.
// Electronics' size is written by Python 3 with numpy; TikTok is read from ../shared/data/tiktok, and skipped without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';

/** What the form is given beside its proposals. Larger batches make Electronics' epochs shorter, and their plan is for them. */
const SETS = {
  tiktok: { LightGCN: {}, VBPR: {}, MGCN: {} },
  electronics: {
    LightGCN: { 'Batch size': '16384' },
    VBPR: { 'Batch size': '16384' },
    BM3: { 'Batch size': '8192', 'Train feature tables': false },
  },
};
const HOUR = 3_600_000;
const MIB = 2 ** 20;

const [set = 'tiktok', wanted] = process.argv.slice(2);
const runs = Object.entries(SETS[set] ?? {}).filter(([model]) => !wanted || wanted.split(',').includes(model));
if (runs.length === 0) throw new Error(`There is no set ${set}, or it has none of these models.`);
const scratch = mkdtempSync(join(process.env.LODESTONE_SCRATCH ?? tmpdir(), 'renderer-'));
const outDir = join('.cache', `renderer-${process.pid}`);
process.on('exit', () => {
  for (const made of [scratch, outDir]) rmSync(made, { recursive: true, force: true });
});

function folderOf() {
  if (set === 'tiktok') return process.env.LODESTONE_TIKTOK ?? resolve('../shared/data/tiktok');
  if (process.env.LODESTONE_ELECTRONICS) return process.env.LODESTONE_ELECTRONICS;
  const folder = join(scratch, 'electronics');
  mkdirSync(folder);
  const script = fileURLToPath(new URL('electronics.py', import.meta.url));
  if (spawnSync(process.env.PYTHON ?? 'python3', [script, folder], { stdio: 'inherit' }).status !== 0) process.exit(1);
  return folder;
}

const folder = folderOf();
if (!existsSync(folder)) {
  process.stdout.write(`${set} is skipped: there is no folder ${folder}.\n`);
  process.exit(0);
}
await build({ logLevel: 'warn', build: { outDir, emptyOutDir: true } });
const server = await preview({ build: { outDir }, preview: { port: 0 } });
const profile = join(scratch, 'profile');
// A profile on disk: what a private window stores lies in memory.
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

const statusOf = (pid) => readFileSync(`/proc/${pid}/status`, 'utf8');
const kilobytes = (status, field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);

/** The process of the page: the largest renderer under this browser, of which there may be others on the machine. */
function findRenderer() {
  const parents = new Map();
  const renderers = [];
  let browser = null;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const status = statusOf(name);
      parents.set(Number(name), kilobytes(status, 'PPid'));
      if (command.includes(profile) && !command.includes('--type=')) browser = Number(name);
      if (command.includes('--type=renderer')) renderers.push({ pid: Number(name), bytes: kilobytes(status, 'VmRSS') });
    } catch {
      // It has ended.
    }
  }
  const below = (pid) => pid !== undefined && (pid === browser || below(parents.get(pid)));
  return renderers.filter(({ pid }) => below(pid)).sort((a, b) => b.bytes - a.bytes)[0].pid;
}

const page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(60_000);
await page.addInitScript(() => {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
});
await page.goto(`${server.resolvedUrls.local[0]}#/data`);
await page.getByText('The demo dataset is ready').waitFor();
const renderer = findRenderer();

/** Does something, and prints how long it took, the most that the process held meanwhile and the longest tasks. */
async function phase(name, act) {
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  // Makes the high-water mark what is resident now.
  writeFileSync(`/proc/${renderer}/clear_refs`, '5');
  const begun = performance.now();
  const result = await act();
  const seconds = (performance.now() - begun) / 1000;
  const peak = kilobytes(statusOf(renderer), 'VmHWM') * 1024;
  const tasks = await page.evaluate(() =>
    globalThis.longTasks
      .sort((a, b) => b - a)
      .slice(0, 3)
      .map(Math.round),
  );
  process.stdout.write(
    `| ${[name, seconds.toFixed(1), Math.round(peak / MIB), tasks.join(', ') || 'none over 50'].join(' | ')} |\n`,
  );
  return { peak, result };
}

const stored = (key) =>
  page.evaluate(
    (name) =>
      new Promise((done, fail) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const request = opening.result.transaction('runs').objectStore('runs').get(name);
          request.onsuccess = () => {
            done(request.result);
            opening.result.close();
          };
        };
      }),
    key,
  );

async function until(id, pattern) {
  for (;;) {
    const { status = '' } = (await stored(id))?.summary ?? {};
    if (pattern.test(status)) return stored(`${id}/document`);
    await page.waitForTimeout(300);
  }
}

/** Until nothing on the page says that it is being made. The bar of used storage is one that stays. */
async function settled() {
  const started = performance.now();
  const stays = page.url().endsWith('#/device') ? 3000 : HOUR;
  for (let quiet = 0; quiet < 5 && performance.now() - started < stays;) {
    await page.waitForTimeout(300);
    quiet = (await page.getByRole('main').getByRole('progressbar').count()) === 0 ? quiet + 1 : 0;
  }
}

async function open(hash) {
  await page.evaluate((to) => (location.hash = to), hash);
  await settled();
}

async function fill(model, options) {
  await open('#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
  for (const [label, value] of Object.entries({ 'Epochs, at most': '1', ...options })) {
    const name = new RegExp(`^${label}`);
    if (typeof value === 'boolean') await page.getByRole('checkbox', { name }).setChecked(value);
    else await page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).fill(value);
  }
}

process.stdout.write(`| ${set} | seconds | the process’s peak, MiB | longest tasks, ms |\n|---|---:|---:|---|\n`);
await phase('empty page', settled);
await phase('import: check', async () => {
  await page.getByLabel('Dataset folder').setInputFiles(folder);
  await page.getByRole('heading', { name: /^Check of/ }).waitFor({ timeout: HOUR });
});
await phase('import: stored', async () => {
  await page
    .getByRole('button', { name: /and store|Store the dataset/ })
    .first()
    .click();
  await page.getByText('is stored and is the current dataset').waitFor({ timeout: HOUR });
});
const compared = [];
let dataset = '';
for (const [model, options] of runs) {
  const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Memory' }) });
  await phase(`${model}: form`, async () => {
    await fill(model, options);
    await panel.getByText('for one run').waitFor();
    await page.waitForTimeout(1500);
  });
  process.stdout.write(`${(await panel.innerText()).replaceAll('\n', ' ')}\n`);
  const id = await page
    .getByRole('button', { name: 'Start the run' })
    .click()
    .then(() => page.waitForURL(/#\/runs\/.+/))
    .then(() => page.url().replace(/^.*#\/runs\//, ''));
  const preparing = await phase(`${model}: prepare`, () => until(id, /running|finished|failed/));
  const training = await phase(`${model}: train and rank`, () => until(id, /finished|failed|stopped/));
  const { experiment, estimate, memory, fault, status, seconds, epochs } = training.result;
  dataset = experiment.dataset.id;
  if (fault) process.stdout.write(`${fault.code}: ${fault.message}\n`);
  const measured = Math.max(preparing.peak, training.peak);
  const told = { estimate, trained: epochs[0]?.trainSeconds, ranked: epochs[0]?.evaluateSeconds };
  process.stdout.write(`${status} after ${Math.round(seconds)} s: ${JSON.stringify(told)}\n`);
  compared.push([model, estimate, memory, measured]);
  await settled();
  for (const tab of await page.getByRole('tablist', { name: 'Views of this run' }).getByRole('tab').all())
    await phase(`${model}: ${await tab.innerText()}`, async () => {
      await tab.click();
      await settled();
    });
}
for (const hash of ['#/data', `#/data/${dataset}`, '#/experiment', '#/runs', '#/compare', '#/sweeps', '#/device'])
  await phase(hash.replace(/data\/.+/, 'data/…'), () => open(hash));

process.stdout.write(
  '\n| run | planned: device | planned: process | measured: device | measured: process | planned ÷ measured |\n',
);
process.stdout.write('|---|---:|---:|---:|---:|---:|\n');
for (const [model, estimate, memory, measured] of compared) {
  const planned = estimate?.host?.withDevice ?? NaN;
  const cells = [estimate?.total, planned, memory?.peak, measured].map((bytes) => Math.round(bytes / MIB));
  process.stdout.write(`| ${[model, ...cells, (planned / measured).toFixed(2)].join(' | ')} |\n`);
}
await context.close();
await server.close();
