import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { watchPolicy } from '../helpers/contentPolicy';
import { ended, startRun } from '../helpers/page';

test.use({ serviceWorkers: 'allow' });

test('the server that npm start starts serves an app that trains, on its first visit', async ({ browser }) => {
  // A new checkout has no bundled dependencies yet: what is found late would reload a worker in the middle of its work.
  rmSync('node_modules/.vite', { recursive: true, force: true });
  // Its address is read as it is printed, without colours.
  const { FORCE_COLOR: _colours, ...env } = process.env;
  const server = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--port', '4320'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, NO_COLOR: '1' },
  });
  try {
    // Where the port is taken, it is the next one that is free.
    const address = await new Promise<string>((resolve, reject) => {
      server.on('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
      server.stdout.on('data', (text: Buffer) => {
        const [found] = /http:\/\/localhost:\d+/.exec(text.toString()) ?? [];
        if (found) resolve(found);
      });
    });
    const page = await browser.newPage({ baseURL: address });
    const watch = await watchPolicy(page.context(), address);
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
