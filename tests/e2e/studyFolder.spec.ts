import { expect, test, type Page } from '@playwright/test';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectFit, storedRun } from '../helpers/page';

let folder = '';
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodestone-study-'));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lodestone = (...words: string[]): { code: number | null; said: string } => {
  const { status, stderr } = spawnSync(process.execPath, ['cli/lodestone.mjs', ...words], { encoding: 'utf8' });
  return { code: status, said: stderr };
};

/** Drops a folder of this machine on the page, as a person’s file manager does. */
async function drop(page: Page, path: string): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const place = { x: 600, y: 400, data: { items: [], files: [path], dragOperationsMask: 1 } };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') => client.send('Input.dispatchDragEvent', { type, ...place });
  await send('dragEnter');
  await send('dragOver');
  await expect(page.getByText('Drop run files here.')).toBeVisible();
  // The page has moved under the pointer; a browser drops only where the page has just said that it takes it.
  await send('dragOver');
  await send('drop');
  await client.detach();
}

/** Where browsers give a page no folder, only its files. */
async function withoutFolders(page: Page): Promise<void> {
  await page.addInitScript(() => {
    delete window.showDirectoryPicker;
    delete DataTransferItem.prototype.getAsFileSystemHandle;
  });
}

const made = (data: string, ...words: string[]): string => {
  const plan = join(folder, 'small.plan.json');
  const { code, said } = lodestone('plan', '--data', data, '--no-estimate', '--out', plan, ...words);
  expect(code, said).toBe(0);
  return plan;
};

const RUNS = 4;

test('a study’s folder is watched while workers write, and what is finished is imported once', async ({ page }) => {
  const plan = made(
    'demo',
    ...['--model', 'lightgcn', '--seeds', '1,2,3,4', '--epochs', '150', '--set', 'patience=0', '--name', 'Four seeds'],
  );
  const study = join(folder, 'study');
  const workers = [1, 2].map(() => {
    const words = ['cli/lodestone.mjs', 'work', plan, '--out', study, '--backend', 'wasm', '--threads', '1'];
    const child = spawn(process.execPath, [...words, '--cache', join(folder, 'cache')], { stdio: 'ignore' });
    return new Promise<number | null>((resolve) => child.on('close', resolve));
  });
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page.goto('./#/runs');
  await expect(page.getByRole('button', { name: 'Open a study’s folder…' })).toBeVisible();
  await expect.poll(() => existsSync(join(study, 'plan.json')), { timeout: 120_000 }).toBe(true);
  await drop(page, study);

  const panel = page.getByRole('region', { name: 'Four seeds' });
  await expect(panel).toContainText('folder “study”');
  await expect(panel.getByText(/The page looks again every 10/)).toBeVisible();
  const curve = panel.getByRole('figure', { name: 'Runs in progress' });
  await expect(curve).toBeVisible({ timeout: 120_000 });
  const before = await curve.locator('svg path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
  await expect
    .poll(() => curve.locator('svg path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d'))), {
      timeout: 60_000,
    })
    .not.toEqual(before);
  await expectFit(page, 'a study that is watched');
  await page.setViewportSize({ width: 1440, height: 900 });

  expect(await Promise.all(workers)).toEqual([0, 0]);
  await expect(panel.getByText(/All runs are finished and here/)).toBeVisible({ timeout: 60_000 });
  await expect(panel.getByText('Imported.')).toHaveCount(RUNS);
  const ids = readdirSync(join(study, 'runs'));
  for (const id of ids) expect((await storedRun(page, id))?.status).toBe('finished');
  await expect(page.getByRole('status').filter({ hasText: `${RUNS} runs shown` })).toBeVisible();

  await test.step('opened again, and once more after a reload, it gives nothing twice', async () => {
    await panel.getByRole('button', { name: 'Close' }).click();
    await expect(panel).toBeHidden();
    await page.reload();
    await expect(page.getByText(`${RUNS} runs shown`)).toBeVisible();
    await drop(page, study);
    await expect(panel.getByText('It was here already.')).toHaveCount(RUNS);
    await expect(page.getByText(`${RUNS} runs shown`)).toBeVisible();
    await panel.getByLabel('Weights too').check();
    await expect(panel.getByText(/All runs are finished and here/)).toBeVisible();
    await expectFit(page, 'a study that is finished');
  });
});

test('failures, results that cannot be read and data that is not here are said; without the right to look again it is read once', async ({
  page,
}) => {
  const plan = made('demo-signs', '--model', 'bpr', '--seeds', '1,2,3', '--epochs', '2', '--name', 'Three seeds');
  const study = join(folder, 'study');
  const { code, said } = lodestone('work', plan, '--out', study, '--backend', 'wasm', '--cache', join(folder, 'cache'));
  expect(code, said).toBe(0);
  const [first = '', second = ''] = readdirSync(join(study, 'runs'));
  writeFileSync(join(study, 'runs', first, 'result', 'run.lodestone.json'), '{"format":');
  rmSync(join(study, 'runs', second, 'result'), { recursive: true });
  writeFileSync(
    join(study, 'runs', second, 'failed.json'),
    JSON.stringify({
      ...{ code: 'RUN_DIVERGED', message: 'It became NaN.', hint: 'Lower the rate.', context: {} },
      ...{ host: 'node7', at: '2026-01-01T00:00:00.000Z' },
    }),
  );
  await withoutFolders(page);
  await page.goto('./#/runs');
  await page.getByLabel('Study folder').setInputFiles(study);
  const panel = page.getByRole('region', { name: 'Three seeds' });
  await expect(panel.getByText(/lets a page read a folder only once/)).toBeVisible();
  await expect(panel.getByText(/^Demo.* is not here\.$/)).toBeVisible();
  await expect(panel.getByText('It became NaN. Lower the rate.')).toBeVisible();
  await expect(panel.getByText(/cannot be read: it is not JSON/)).toBeVisible();
  await expect(panel.getByText('Imported.')).toHaveCount(1);
  await expect(panel.getByRole('status')).toHaveText('3 runs: 1 failed, 2 finished.');
  await expectFit(page, 'a study that was read once');

  await test.step('a folder that holds no study is refused', async () => {
    await page.getByLabel('Study folder').setInputFiles(join(study, 'runs'));
    await expect(page.getByText('runs is not the folder of a study: there is no plan.json in it.')).toBeVisible();
  });
});
