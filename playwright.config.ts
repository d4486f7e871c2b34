import { defineConfig } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { browserFlags, browserPath } from './cli/browser';

/** Another one lets two working copies test side by side. */
const port = Number(process.env['LODESTONE_TEST_PORT'] ?? 4319);

/** What `npm test` runs of these: a newcomer's way, data, runs, every view, a comparison, links and files. */
const EVERYDAY = /(newcomer|data|runs|compare|share)\.spec\.ts$/;
/** The same: one page for all of its tests, which therefore run one after the other. */
const VIEWS = /views\.spec\.ts$/;
const LONG = /(tiktok|crowded|reasoning)\.spec\.ts$/;

export default defineConfig({
  testDir: 'tests/e2e',
  // Side by side, those of a file too: each test has a browser context of its own, and half of its time it waits.
  fullyParallel: true,
  workers: Math.min(2, availableParallelism()),
  // A test that passes only the second time is listed as flaky.
  retries: process.env['CI'] ? 1 : 0,
  timeout: 600_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  // The longest first: begun last, they would run alone.
  projects: [
    { name: 'long', testMatch: LONG },
    { name: 'everyday-views', testMatch: VIEWS },
    { name: 'everyday', testMatch: EVERYDAY },
    { name: 'more', testIgnore: [LONG, VIEWS, EVERYDAY] },
  ],
  use: {
    // Keeping all files takes half of what a page's first visit takes; tests of what it is for allow it.
    serviceWorkers: 'block',
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    launchOptions: { executablePath: browserPath(), args: browserFlags(true) },
  },
  webServer: {
    command: `npx vite build --logLevel error && npx vite preview --port ${port} --strictPort --logLevel error`,
    url: `http://localhost:${port}`,
    // The build is made first, on whatever else the machine does.
    timeout: 300_000,
    reuseExistingServer: false,
  },
});
