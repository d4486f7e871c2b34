import { expect, test } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../../cli/bundle.mjs';
import type { RunDocument } from '../../src/domain/run';
import { withoutClock } from '../helpers/clock';
import { storedRun } from '../helpers/page';

let folder = '';
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodestone-test-'));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ending {
  readonly code: number | null;
  readonly said: string;
}

function node(...words: string[]): Ending {
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 240_000 });
  return { code: status, said: stderr };
}

const lodestone = (...words: string[]): Ending => node('cli/lodestone.mjs', ...words);

const COMMON = [
  'run',
  '--dataset',
  'demo',
  '--model',
  'lightgcn',
  '--epochs',
  '2',
  '--backend',
  'wasm',
  '--trace',
  '2',
];

test('both hosts write the same run, embeddings, lists and trace, and the page opens it', async ({ page }) => {
  const results = ['chromium', 'node'].map((host) => {
    const out = join(folder, host);
    const { code, said } = lodestone(...COMMON, '--host', host, '--out', out, '--json');
    expect(code, said).toBe(0);
    const events = said
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(2);
    return out;
  });
  const [chromium, node] = results.map((out) => JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunDocument);
  expect(chromium!.epochs).toHaveLength(2);
  expect(chromium!.result!.test['recall@20']).toBeGreaterThan(0);
  const comparable = (run: RunDocument): unknown => withoutClock({ ...run, createdAt: '' });
  expect(comparable(chromium!)).toEqual(comparable(node!));
  for (const file of [
    'embeddings.safetensors',
    'recommendations.csv',
    'users.csv',
    'items.csv',
    'weights.safetensors',
    'trace.safetensors',
  ]) {
    const [a, b] = results.map((out) => readFileSync(join(out, file)));
    expect(a!.length, file).toBeGreaterThan(10_000);
    expect(a!.equals(b!), file).toBe(true);
  }
  await page.goto('./#/runs');
  await page
    .getByLabel('Run files')
    .setInputFiles(['run.lodestone.json', 'weights.safetensors'].map((file) => join(results[1]!, file)));
  await expect(page.getByText('1 run imported.')).toBeVisible();
  await expect(page.getByText('1 run got its weights.')).toBeVisible();
  expect((await storedRun(page, node!.id))!.epochs).toEqual(node!.epochs);
});

test('ids that came in go out again, the same from both hosts, and the reading is replayed', () => {
  const data = join(folder, 'shop');
  mkdirSync(data);
  const pairs = Array.from({ length: 240 }, (_, row) => {
    const user = row % 30;
    return [user, (7 * user + 3 * Math.floor(row / 30)) % 40, [0, 0, 0, 0, 0, 0, 1, 2][Math.floor(row / 30)]!] as const;
  });
  const lines = pairs.map(([user, item, split]) => `${user + 1},=B0${item},${split}`);
  writeFileSync(join(data, 'shop.csv'), `user,item,x_label\n${lines.join('\n')}\n`);
  const words = ['run', '--dataset', data, '--model', 'bpr', '--epochs', '1', '--backend', 'wasm'];
  const results = ['chromium', 'node'].map((host) => {
    const out = join(folder, `shop-${host}`);
    const { code, said } = lodestone(...words, '--host', host, '--out', out);
    expect(code, said).toBe(0);
    return out;
  });
  for (const file of ['recommendations.csv', 'users.csv', 'items.csv', 'reading.json']) {
    const [a, b] = results.map((out) => readFileSync(join(out, file), 'utf8'));
    expect(a, file).toBe(b);
  }
  const rows = readFileSync(join(results[0]!, 'recommendations.csv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  expect(rows[0]).toEqual(['user', 'rank', 'item', 'score', 'user_index', 'item_index']);
  // The metric of the run, found again from the two files that a person has: the dataset and the recommendations.
  const run = JSON.parse(readFileSync(join(results[0]!, 'run.json'), 'utf8')) as RunDocument;
  const held = new Map(
    pairs.filter(([, , split]) => split === 2).map(([user, item]) => [String(user + 1), `'=B0${item}`]),
  );
  const hits = rows.slice(1).filter(([user, rank, item]) => Number(rank) <= 20 && held.get(user!) === item).length;
  expect(hits).toBeGreaterThan(0);
  expect(hits / held.size).toBeCloseTo(run.result!.test['recall@20'], 6);
  const again = join(folder, 'shop-again');
  const reading = join(results[0]!, 'reading.json');
  expect(lodestone(...words, '--host', 'node', '--reading', reading, '--out', again).code).toBe(0);
  expect(readFileSync(join(again, 'recommendations.csv'), 'utf8')).toBe(
    readFileSync(join(results[1]!, 'recommendations.csv'), 'utf8'),
  );
});

test('exit codes say what was wrong', async () => {
  const out = ['--out', join(folder, 'refused'), '--host', 'node'];
  expect(lodestone('run', '--dataset', 'demo', '--model', 'none', ...out).code).toBe(2);
  // As `cli/lodestone.mjs`, bundled once.
  const main = JSON.stringify(pathToFileURL(await bundle('cli/main.ts')).href);
  const program = `const { main } = await import(${main});
process.exitCode = await main(process.argv.slice(1));
process.exit();`;
  const bundled = (...words: string[]): Ending => node('--input-type=module', '--eval', program, '--', ...words);
  expect(bundled('run', '--dataset', 'demo', '--model', 'lightgcn', '--set', 'layers=0', ...out).code).toBe(2);
  expect(bundled('run', '--dataset', join(folder, 'nothing'), '--model', 'bpr', ...out).code).toBe(3);
  writeFileSync(join(folder, 'broken.inter'), 'userID\titemID\tx_label\n0\t0\t7\n');
  const refused = bundled('run', '--dataset', join(folder, 'broken.inter'), '--model', 'bpr', ...out);
  expect(refused.code, refused.said).toBe(3);
  expect(refused.said).toContain('x_label');
  // Without --software the adapter of a machine without a GPU is not taken.
  const device = bundled('run', '--dataset', 'demo', '--model', 'bpr', '--epochs', '1', '--backend', 'webgpu', ...out);
  expect([0, 4]).toContain(device.code);
  if (device.code === 4) expect(device.said).toContain('GPU_UNAVAILABLE');
  expect(existsSync(join(folder, 'refused', 'embeddings.safetensors'))).toBe(device.code === 0);
});

test('a device is proved without a page, and the file opens on one', async ({ page }) => {
  const out = join(folder, 'wasm.device.json');
  const { code, said } = lodestone('device', '--host', 'chromium', '--backend', 'wasm', '--out', out);
  expect(code, said).toBe(0);
  expect(said).toContain('computes as it should.');
  expect(said).toMatch(/MAGNET +agrees +loss \d digits, gradients \d digits/);
  const link = /^p=1\.[\w-]+$/m.exec(said)?.[0];
  await page.goto(`./#${link}`);
  await expect(page.getByText('Someone shared this proof of their device with you.')).toBeVisible();
  await page.goto('./#/device');
  await page.getByLabel('Proof of a device', { exact: true }).setInputFiles(out);
  await expect(page.getByText('Someone shared this proof of their device with you.')).toBeVisible();
});
