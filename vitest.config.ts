import { playwright } from '@vitest/browser-playwright';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { browserFlags, browserPath } from './cli/browser';
import { modulePlugins } from './cli/modulePlugins.mjs';
import { versionDefine } from './cli/version.mjs';

const helper = (name: string): string => fileURLToPath(new URL(`./tests/helpers/${name}`, import.meta.url));

/** Bundled once for all test files: they are hundreds of modules, which Node cannot load as they are. */
const TFJS = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
];

/** In this process: unit and golden tests, and the device tests on Dawn, WASM and CPU. */
const inNode = {
  plugins: modulePlugins(),
  define: versionDefine,
  resolve: { alias: { '#test-host': helper('host.node.ts') } },
  test: {
    // One project after the other: each takes both cores.
    sequence: { groupOrder: 0 },
    pool: 'forks' as const,
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    deps: { optimizer: { ssr: { enabled: true, include: TFJS } } },
  },
};

/** What may differ in a browser, and is no part of a device's proof, which runs there with every kernel and every model's first step. */
const IN_BROWSER = ['capture', 'device', 'simd', 'threads'];

export default defineConfig({
  test: {
    projects: [
      {
        ...inNode,
        test: {
          ...inNode.test,
          name: 'node',
          // Mesa's driver optimises nothing: shaders run for a moment here, and are compiled for much longer.
          env: { GALLIVM_PERF: 'nopt' },
          include: ['tests/{unit,golden,gpu,cluster}/**/*.test.ts'],
        },
      },
      {
        // `npm run soak`: the long form of tests of which `npm test` has a short one.
        ...inNode,
        test: {
          ...inNode.test,
          name: 'soak',
          testTimeout: 1_800_000,
          env: { LODESTONE_SOAK: '1' },
          include: [
            'tests/golden/models.test.ts',
            'tests/gpu/{estimate,memory}.test.ts',
            'tests/cluster/{work,slurm,soak}.test.ts',
            'tests/unit/{benchPeer,leakage}.test.ts',
            'tests/unit/{formats,inputs}Mutated.test.ts',
          ],
        },
      },
      {
        // In Chromium: its own WebGPU and WASM, and what runs in a browser alone.
        plugins: modulePlugins(),
        define: versionDefine,
        resolve: { alias: { '#test-host': helper('host.browser.ts') } },
        optimizeDeps: {
          include: [
            ...TFJS,
            'pure-rand/generator/xoroshiro128plus',
            'idb-keyval',
            'pako',
            '@huggingface/transformers',
            'zod',
          ],
        },
        test: {
          name: 'chromium',
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          include: [
            'tests/browser/**/*.test.ts',
            'tests/unit/packed.test.ts',
            ...IN_BROWSER.map((name) => `tests/gpu/${name}.test.ts`),
          ],
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
