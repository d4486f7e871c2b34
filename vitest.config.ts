import { playwright } from '@vitest/browser-playwright';
import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
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

/** What a change to one model or page seldom breaks, and what takes half of the time: `npm test -- --all` and build servers run it. */
const LONG = [
  ...['gradients', 'proof', 'capture', 'memory', 'epochs', 'estimate', 'runs', 'faults'].map((name) => `gpu/${name}`),
  ...['resumeModels', 'divergence', 'replay', 'scale', 'benchPeer', 'watchdog'].map((name) => `unit/${name}`),
  ...['work', 'commands', 'kubernetes'].map((name) => `cluster/${name}`),
].map((name) => `tests/${name}.test.ts`);

/** Unit tests that ask for a process of their own: they measure it, or train twice at a time. */
const MEASURING = ['formatsMutated', 'inputsMutated', 'fullDisk'].map((name) => `tests/unit/${name}.test.ts`);

/** Those that put something in a module's place, which works only where nobody has loaded the module yet. */
const REPLACING = readdirSync('tests/unit', { recursive: true, encoding: 'utf8' })
  .map((name) => `tests/unit/${name.replaceAll(sep, '/')}`)
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('vi.mock('));

const ALONE = [...MEASURING, ...REPLACING];

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
    // Mesa's driver optimises nothing: shaders run for a moment in tests, and are compiled for much longer.
    env: { GALLIVM_PERF: 'nopt' },
    deps: { optimizer: { ssr: { enabled: true, include: TFJS } } },
  },
};

/** In Chromium: its own WebGPU and WASM, and what runs in a browser alone. */
const inChromium = (name: string, groupOrder: number, include: readonly string[]) => ({
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
    name,
    sequence: { groupOrder },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    include: [...include],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      fileParallelism: false,
      provider: playwright({ launchOptions: { executablePath: browserPath(), args: browserFlags(true) } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

/** What may differ in a browser, and is no part of a device's proof, which runs there with every kernel and every model's first step. */
const IN_BROWSER = [
  'tests/browser/worker.test.ts',
  'tests/unit/packed.test.ts',
  'tests/gpu/{device,simd,threads}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        ...inNode,
        test: {
          ...inNode.test,
          name: 'node',
          // One process reads many files one after the other, and loads what they share once: half of the time.
          isolate: false,
          include: ['tests/{unit,golden}/**/*.test.ts'],
          exclude: [...ALONE, ...LONG],
        },
      },
      {
        ...inNode,
        test: {
          ...inNode.test,
          name: 'node-alone',
          include: ['tests/{gpu,cluster}/**/*.test.ts', ...ALONE],
          exclude: LONG,
        },
      },
      { ...inNode, test: { ...inNode.test, name: 'node-long', include: LONG } },
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
      inChromium('chromium', 1, IN_BROWSER),
      inChromium('chromium-long', 2, ['tests/browser/encoder.test.ts', 'tests/gpu/capture.test.ts']),
    ],
  },
});
