import { playwright } from '@vitest/browser-playwright';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { browserFlags, browserPath } from './cli/browser';
import { simdPlugin } from './cli/simdPlugin.mjs';
import { versionDefine } from './cli/version.mjs';

const helper = (name: string): string => fileURLToPath(new URL(`./tests/helpers/${name}`, import.meta.url));

export default defineConfig({
  test: {
    projects: [
      {
        // Unit and golden tests, and the device tests on Dawn, WASM and CPU in this process.
        plugins: [simdPlugin()],
        define: versionDefine,
        resolve: { alias: { '#test-host': helper('host.node.ts') } },
        test: {
          name: 'node',
          // One project after the other: each takes both cores.
          sequence: { groupOrder: 0 },
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          server: { deps: { inline: [/@tensorflow/] } },
          include: ['tests/{unit,golden,gpu}/**/*.test.ts'],
        },
      },
      {
        // The same device tests in Chromium's WebGPU and WASM, and what runs in a browser alone.
        plugins: [simdPlugin()],
        define: versionDefine,
        resolve: { alias: { '#test-host': helper('host.browser.ts') } },
        optimizeDeps: {
          include: [
            '@tensorflow/tfjs-core',
            '@tensorflow/tfjs-core/dist/register_all_gradients',
            '@tensorflow/tfjs-backend-webgpu',
            '@tensorflow/tfjs-backend-wasm',
            '@tensorflow/tfjs-backend-cpu',
            'pure-rand/generator/xoroshiro128plus',
            'idb-keyval',
            '@huggingface/transformers',
            'zod',
          ],
        },
        test: {
          name: 'chromium',
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          include: ['tests/{gpu,browser}/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            fileParallelism: false,
            provider: playwright({ launchOptions: { executablePath: browserPath(), args: browserFlags(true) } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
