import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { watchPolicy } from '../helpers/contentPolicy';
import { ended, startRun } from '../helpers/page';

test('the server that npm start starts serves an app that trains, on its first visit', async ({ browser }) => {
  // A new checkout has no bundled dependencies yet: what is found late would reload a worker in the middle of its work.
  rmSync('node_modules/.vite', { recursive: true, force: true });
  const port = Number(process.env['LODESTONE_TEST_PORT'] ?? 4319) + 1;
  const server = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--port', String(port), '--strictPort'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    // What it prints may be coloured.
    await new Promise<void>((resolve) =>
      server.stdout.on('data', (text: Buffer) => text.includes('localhost') && resolve()),
    );
    const page = await browser.newPage({ baseURL: `http://localhost:${port}` });
    const watch = await watchPolicy(page.context(), `http://localhost:${port}`);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto('/');
    await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
    const run = await ended(page, await startRun(page, 'LightGCN', { 'Epochs, at most': '3' }));
    expect(run.epochs).toHaveLength(3);
    expect(problems).toEqual([]);
    // React's refresh and the styles of modules come inline while developing, and are let in one by one.
    expect(watch).toEqual({ refusals: [], strangers: [] });
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('header')!).position)).toBe('sticky');
    expect(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then(({ length }) => length))).toBe(0);
    await page.close();
  } finally {
    server.kill();
  }
});
