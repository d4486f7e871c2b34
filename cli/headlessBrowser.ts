import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { APP_VERSION } from '../src/domain/version';
import { browserFlags, browserPath } from './browser';
import { modulePlugins } from './modulePlugins.mjs';

/** Builds the headless page with the app's workers, serves it, and works with a page of Chromium; `address` is where it is served. */
export async function withHeadlessPage<T>(
  allowSoftware: boolean,
  work: (page: Page, address: string) => Promise<T>,
): Promise<T> {
  const root = process.cwd();
  const outDir = join(root, '.cache', `headless-${process.pid}`);
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'error',
    plugins: modulePlugins(),
    define: { 'import.meta.env.LODESTONE_VERSION': JSON.stringify(APP_VERSION) },
    worker: { format: 'es', plugins: modulePlugins },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      rolldownOptions: { input: join(root, 'cli', 'headless.html') },
    },
  });
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const profile = await mkdtemp(join(tmpdir(), 'lodestone-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath(),
    args: browserFlags(allowSoftware),
    acceptDownloads: true,
  });
  try {
    const page = await context.newPage();
    const address = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
    if (!address) throw new Error('The preview server has no address.');
    return await work(page, address);
  } finally {
    await context.close();
    await server.close();
    await Promise.all([profile, outDir].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
