// How fast and in how much memory the page imports a dataset with features in each format, in Chromium:
// `node tests/bench/imports.mjs [megabytes] [file,…]`. Python 3 with numpy, h5py and pyarrow writes the files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';

const COLUMNS = 512;
const SAMPLE_MS = 100;
const megabytes = Number(process.argv[2] ?? 256);
const folder = mkdtempSync(join(tmpdir(), 'imports-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const script = fileURLToPath(new URL('formats.py', import.meta.url));
const python = spawnSync(process.env.PYTHON ?? 'python3', [script, folder, String(megabytes)], { stdio: 'inherit' });
if (python.status !== 0) process.exit(1);

// Every item once, five thousand users.
const items = (megabytes * 2 ** 20) / (4 * COLUMNS);
const table = ['userID\titemID', ...Array.from({ length: items }, (_, item) => `${item % 5000}\t${item}`)].join('\n');

await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 0 } });
const address = server.resolvedUrls.local[0];

/** Resident bytes of the largest renderer under a browser. */
function rendererBytes() {
  let most = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      most = Math.max(most, Number(resident?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  }
  return most;
}

async function measure(name) {
  const dataset = join(folder, name.replaceAll('.', '_'));
  mkdirSync(dataset);
  writeFileSync(join(dataset, 'shop.inter'), table);
  renameSync(join(folder, name), join(dataset, `image_feat${extname(name)}`));
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage();
  await page.goto(`${address}#/data`);
  await page.getByText('The demo dataset is ready').waitFor();
  let peak = 0;
  const before = rendererBytes();
  const sampler = setInterval(() => (peak = Math.max(peak, rendererBytes())), SAMPLE_MS);
  const started = performance.now();
  await page.getByLabel('Dataset folder').setInputFiles(dataset);
  await page.getByRole('heading', { name: /^Check of/ }).waitFor({ timeout: 1_200_000 });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampler);
  const shape = await page.getByText(`× ${COLUMNS}`).first().isVisible();
  await browser.close();
  rmSync(dataset, { recursive: true });
  if (!shape) throw new Error(`${name} was not imported.`);
  return { seconds, peak, before };
}

process.stdout.write(
  `| ${megabytes} MiB of features, imported | seconds | MB/s | of NPY's rate | renderer before, MiB | renderer's peak, MiB |\n|---|---:|---:|---:|---:|---:|\n`,
);
let base = null;
for (const name of process.argv[3]?.split(',') ?? [
  'plain.npy',
  'contiguous.h5',
  'chunked.h5',
  'lists.parquet',
  'columns_plain.parquet',
  'columns.parquet',
  'columns_tall.parquet',
]) {
  const { seconds, peak, before } = await measure(name);
  base ??= seconds;
  const cells = [
    name,
    seconds.toFixed(1),
    ((megabytes * 2 ** 20) / seconds / 1e6).toFixed(0),
    (base / seconds).toFixed(2),
    Math.round(before / 2 ** 20),
    Math.round(peak / 2 ** 20),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
await server.close();
