import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { nodeHost } from '../../cli/nodeHost';
import { sparseProduct } from '../../workers/engine/kernels/csrProduct';
import { disposeSparse, sparseTensor } from '../../workers/engine/sparse';
import { matrix } from '../../workers/engine/tensors';
import { frobeniusNorm } from '../../workers/models/layers/losses';
import { meanOfLayers } from '../../workers/models/layers/propagation';
import { csrFromEntries, multiplyRows } from '../../workers/graphs/csr';
import { measure } from '../bench/measure';
import { DEVICES, deviceMs, hostTableOf } from '../bench/hostTable';
import { parseOptions } from '../bench/options';
import { quartiles } from '../bench/quartiles';
import { figuresSchema, resultSchema, type BenchResult, type Figures } from '../bench/result';
import { openSet } from '../bench/sets';
import { kindOf, layerOf } from '../bench/kinds';
import { profiled } from '../bench/profile';
import { grown, SYNTHETIC_SIZES } from '../bench/sizes';
import { stockKernels, stockSwitch } from '../bench/stock';
import { syntheticFeatures, syntheticInteractions } from '../bench/synthetic';
import { BACKENDS, openTestDevice } from '../helpers/device';
import { comparisonOf, figure, tableOf } from '../bench/table';
import { readAll } from '../../workers/engine/rowSource';

describe('synthetic datasets', () => {
  it('have exactly the declared size, every pair once, and popular items', () => {
    const size = SYNTHETIC_SIZES.baby;
    const { users, items, split } = syntheticInteractions(size, 3);
    expect(users.length).toBe(160_792);
    expect(new Set(users).size).toBe(19_445);
    expect(new Set(Array.from(users, (user, row) => user * size.items + items[row]!)).size).toBe(160_792);
    expect(items.every((item) => item >= 0 && item < 7_050)).toBe(true);
    const degrees = new Int32Array(size.items);
    for (const item of items) degrees[item]! += 1;
    const head = degrees
      .sort()
      .reverse()
      .subarray(0, size.items / 5)
      .reduce((a, b) => a + b, 0);
    expect(head / users.length).toBeGreaterThan(0.45);
    expect(
      [0, 1, 2].map((label) => split.filter((value) => value === label).length).every((count) => count > 10_000),
    ).toBe(true);
  });

  it('are the same for one seed and others for another', async () => {
    const size = SYNTHETIC_SIZES.tiny;
    expect(syntheticInteractions(size, 3)).toEqual(syntheticInteractions(size, 3));
    expect(syntheticInteractions(size, 3).items).not.toEqual(syntheticInteractions(size, 4).items);
    const [image, text] = syntheticFeatures(size, 3);
    expect([image!.key, image!.rows, image!.columns, text!.key, text!.columns]).toEqual(['image', 80, 12, 'text', 8]);
    expect(await readAll(image!)).toEqual(await readAll(syntheticFeatures(size, 3)[0]!));
  });

  it('grow by one thing at a time', () => {
    const { tiny } = SYNTHETIC_SIZES;
    expect(grown(tiny, { axis: 'users', factor: 2 })).toEqual({ ...tiny, name: 'tiny, users × 2', users: 180 });
    expect(grown(tiny, { axis: 'features', factor: 0.5 })).toEqual({
      ...tiny,
      name: 'tiny, features × 0.5',
      features: { image: 6, text: 4 },
    });
  });

  it('have the sizes that the papers count', () => {
    const { sports, electronics } = SYNTHETIC_SIZES;
    expect([sports.users, sports.items, sports.interactions]).toEqual([35_598, 18_357, 296_337]);
    expect([electronics.users, electronics.items, electronics.interactions]).toEqual([192_403, 63_001, 1_689_188]);
    expect(electronics.features).toEqual({ image: 4096, text: 384 });
  });
});

describe('quartiles', () => {
  it('lie between the values', () => {
    expect(quartiles([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25, count: 4 });
    expect(quartiles([7])).toEqual({ low: 7, median: 7, high: 7, count: 1 });
    expect(quartiles([])).toBeNull();
  });
});

describe('options', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({
      sets: ['tiktok'],
      grow: [],
      settings: [],
      data: null,
      models: [...MODEL_IDS],
      backends: ['wasm'],
      steps: 10,
      warmUp: 3,
      epoch: false,
      ranking: true,
      peer: false,
      stock: false,
      capture: true,
      roofline: false,
      host: false,
      chromium: false,
      kernels: false,
      seed: 999,
      threads: null,
      timeout: 1200,
      out: 'bench.json',
    });
  });

  it('take lists', () => {
    const { sets, models, backends } = parseOptions([
      '--sets',
      'baby,sports',
      '--models',
      'egra',
      '--backends',
      'cpu,webgpu',
    ]);
    expect({ sets, models, backends }).toEqual({
      sets: ['baby', 'sports'],
      models: ['egra'],
      backends: ['cpu', 'webgpu'],
    });
  });

  it.each([[['--sets', 'yelp']], [['--models', 'bpr,none']], [['--steps', '0']], [['--steps', '1.5']], [['--fast']]])(
    'refuse %j',
    (words) => {
      expect(() => parseOptions(words)).toThrow(AppError);
    },
  );
});

const oneFigures: Figures = {
  batchSize: 2048,
  stepsPerEpoch: 30,
  step: { low: 90, median: 100, high: 110.4, count: 10 },
  cpuMs: 110,
  parts: { sampling: 1, upload: 2, forward: 30, gradients: 60, optimiser: 5, readBack: 0.1234, other: 1.9 },
  startSeconds: 0.2,
  epochSeconds: 3.1,
  measuredEpochSeconds: null,
  evaluateSeconds: 0.4,
  evaluatedUsers: 3046,
  prepareSeconds: 1.234,
  kernelCalls: 123,
  dispatches: null,
  peakTensorBytes: 64 * 2 ** 20,
  deviceBytes: 128 * 2 ** 20,
  profile: [],
  kinds: { propagation: 20, products: 60, rows: 10, selection: 0, pointwise: 9 },
  layers: { propagation: 30, features: 40, experts: 0, losses: 15, own: 7, other: 2 },
  profiledStepMs: 120,
  stock: {
    step: { low: 900, median: 1000, high: 1100, count: 3 },
    rounds: [
      { ours: 100, other: 1000 },
      { ours: 50, other: 900 },
      { ours: 100, other: 900 },
    ],
    evaluateSeconds: 4,
  },
  peer: {
    torch: '1.13',
    threads: 2,
    device: 'cpu',
    sparse: 'coo',
    step: { low: 190, median: 200, high: 210, count: 10 },
    cpuMs: 330,
    rounds: [
      { ours: 100, other: 200 },
      { ours: 120, other: 150 },
    ],
    startSeconds: 0.2,
    epochSeconds: 6.2,
    evaluateSeconds: 0.8,
    lossDifference: 1.23e-7,
  },
};

const document = (figures: Figures | null): BenchResult => ({
  version: 1,
  date: '2026-01-01T00:00:00.000Z',
  machine: { processor: 'A processor', cores: 2, memoryBytes: 1 },
  versions: { node: '20' },
  options: { steps: 10 },
  load: { start: [0.5, 1, 2], end: [3, 2, 1] },
  sets: [
    {
      id: 'tiktok',
      of: 'tiktok',
      growth: null,
      name: 'TikTok',
      users: 9308,
      items: 6710,
      interactions: 68_722,
      importSeconds: 1.5,
    },
  ],
  entries: [
    {
      set: 'tiktok',
      model: 'lightgcn',
      backend: 'wasm',
      device: 'WebAssembly SIMD',
      load: [1, 2],
      changes: {},
      figures,
      failure: null,
    },
    {
      set: 'tiktok',
      model: 'egra',
      backend: 'wasm',
      device: '',
      load: [1, 2],
      changes: {},
      figures: null,
      failure: 'given up after 3 s',
    },
  ],
  rooflines: [
    {
      backend: 'wasm',
      device: 'WebAssembly SIMD',
      copyGbPerSecond: 8,
      productGflops: 20,
      kernels: [{ name: 'Adam', sizes: '10 × 64', ms: 2, rate: 4, unit: 'GB/s', share: 0.5 }],
    },
  ],
  notes: ['a note'],
});

describe('the table', () => {
  const text = tableOf(document(oneFigures));
  const line = (start: string, which: number): string[] =>
    (text.split('\n').filter((row) => row.startsWith(start))[which] ?? '').trim().split(/ {2,}/);

  it('shows every figure, what failed and what the device can do', () => {
    expect(line('lightgcn', 0)).toEqual([
      'lightgcn',
      '100',
      '90.0–110',
      '1.00',
      '2.00',
      '30.0',
      '60.0',
      '5.00',
      '0.123',
      '1.90',
      '123',
      '–',
    ]);
    expect(line('lightgcn', 1)).toEqual([
      'lightgcn',
      '2048',
      '30',
      '0.200',
      '3.10',
      '–',
      '0.400',
      '1.23',
      '64.0',
      '128',
      '1.00',
    ]);
    expect(line('lightgcn', 2)).toEqual(['lightgcn', '30.0', '40.0', '0', '15.0', '7.00', '2.00']);
    expect(line('lightgcn', 3)).toEqual(['lightgcn', '20.0', '60.0', '10.0', '0', '9.00']);
    // Ratios are medians over rounds, not ratios of medians.
    expect(line('lightgcn', 4)).toEqual([
      'lightgcn',
      '100',
      '200',
      '0.650×',
      '0.500–0.800',
      '0.333×',
      '0.500×',
      '6.20',
      '0.500×',
      '0.800',
      '1e-7',
      '10.0×',
    ]);
    expect(text).toContain('68722 interactions, imported in 1.50 s; wasm');
    expect(text).toContain('egra: given up after 3 s');
    expect(line('Adam', 0)).toEqual(['Adam', '10 × 64', '2.00', '4.00', 'GB/s', '50 %']);
    expect(text).toContain('a note');
  });

  it('tells how figures grow with what a set has more of', () => {
    const sized = (id: string, factor: number | null) => ({
      id,
      of: 'baby',
      growth: factor === null ? null : { axis: 'users', factor },
      name: 'Baby’s size',
      users: 1,
      items: 1,
      interactions: 1,
      importSeconds: null,
    });
    const of = (set: string, median: number): BenchResult['entries'][number] => ({
      ...document(oneFigures).entries[0]!,
      set,
      figures: { ...oneFigures, step: { ...oneFigures.step, median } },
    });
    const grownText = tableOf({
      ...document(oneFigures),
      sets: [sized('baby', null), sized('a', 2), sized('b', 4)],
      entries: [of('baby', 100), of('a', 200), of('b', 400)],
    });
    expect(grownText).toContain('Baby’s size, wasm, lightgcn');
    const rows = grownText
      .split('\n')
      .filter((row) => row.startsWith('users: '))
      .map((row) => row.split(/ {2,}/));
    expect(rows[0]).toEqual(['users: ms per step', '100', '200', '400', '1.00']);
    expect(rows[4]).toEqual(['users: peak MiB', '64.0', '64.0', '64.0', '0.00']);
    expect(text).not.toContain('growth with');
  });

  it('fits 120 columns', () => {
    expect(
      Math.max(
        ...text
          .split('\n')
          .filter((row) => !row.startsWith('options'))
          .map((row) => row.length),
      ),
    ).toBeLessThanOrEqual(120);
  });

  it('compares two documents', () => {
    const faster = {
      ...oneFigures,
      step: { ...oneFigures.step, median: 50 },
      peer: { ...oneFigures.peer!, rounds: [{ ours: 50, other: 200 }] },
      kernelCalls: 246,
    };
    const compared = comparisonOf(document(oneFigures), document(faster))
      .split('\n')
      .find((row) => row.startsWith('lightgcn'))
      ?.split(/ {2,}/);
    expect(compared).toEqual([
      'lightgcn',
      'tiktok',
      'wasm',
      '100',
      '50.0',
      '0.500×',
      '2.46×',
      '1.00×',
      '1.00×',
      '1.00×',
      '2.00×',
      '1.00×',
    ]);
    expect(comparisonOf(document(null), document(faster))).toContain('no model');
  });

  it('is made from what was written', () => {
    expect(resultSchema.parse(JSON.parse(JSON.stringify(document(oneFigures))))).toEqual(document(oneFigures));
  });

  it('has three digits', () => {
    expect([0, 0.00012, 0.1234, 1.2345, 12.345, 1234.5, NaN, null].map(figure)).toEqual([
      '0',
      '0.000',
      '0.123',
      '1.23',
      '12.3',
      '1235',
      '–',
      '–',
    ]);
  });
});

describe('a profile', () => {
  it('knows kernels by what they do, and callers by the innermost part of the model', () => {
    expect(['BatchMatMul', 'LodestoneCsrProduct', 'Slice', 'LodestoneTopMask', 'Exp', 'Sum'].map(kindOf)).toEqual([
      'products',
      'propagation',
      'rows',
      'selection',
      'pointwise',
      'pointwise',
    ]);
    const calls = [
      'at gatherRows (/a/workers/engine/rows.ts:1:1)',
      'at batchRows (/a/workers/models/layers/losses.ts:1:1)',
      'at loss (/a/workers/models/egra.ts:1:1)',
    ];
    expect([0, 2, 3].map((first) => layerOf(['Error', ...calls.slice(first)].join('\n')))).toEqual([
      'losses',
      'own',
      'other',
    ]);
  });

  it.for(BACKENDS.map((backend) => ({ backend })))(
    'gives a gradient to the layer of its forward pass on $backend, and every kernel to one',
    async ({ backend }, { skip }) => {
      const device = await openTestDevice(backend);
      if (!device) return skip();
      const sparse = sparseTensor(
        csrFromEntries(4, 4, Int32Array.of(0, 1, 2, 3), Int32Array.of(1, 0, 3, 2), Float32Array.of(1, 2, 3, 4)),
        false,
      );
      const x = matrix(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4, 2);
      const work = async (): Promise<void> =>
        void tf.tidy(() => {
          const { grads } = tf.engine().gradients(() => frobeniusNorm(meanOfLayers(sparse, x, 2)), [x]);
          return grads.length;
        });
      await work();
      const { kernelCalls, kernels, kinds, layers } = await profiled(work);
      const total = (of: Record<string, number>): number => Object.values(of).reduce((sum, ms) => sum + ms, 0);
      // Two products forward, two for the gradient.
      expect(kernels.find(({ name }) => name === 'LodestoneCsrProduct')?.calls).toBe(4);
      expect(kernelCalls).toBeGreaterThan(10);
      // On WebGPU a mean of layers is nothing but its products.
      if (backend !== 'webgpu') expect(layers.propagation).toBeGreaterThan(kinds.propagation);
      else expect(layers.propagation).toBeCloseTo(kinds.propagation, 9);
      expect(layers.losses).toBeGreaterThan(0);
      expect([layers.features, layers.experts, layers.own]).toEqual([0, 0, 0]);
      expect(total(layers)).toBeCloseTo(total(kinds), 6);
      disposeSparse(sparse);
      x.dispose();
      device.close();
    },
  );
});

describe('stock kernels', () => {
  it.for(BACKENDS.map((backend) => ({ backend })))(
    'make the same sparse product on $backend, and give ours back',
    async ({ backend }, { skip }) => {
      const originals = await stockKernels(backend);
      const device = await openTestDevice(backend);
      if (!device) return skip();
      const stock = stockSwitch(backend, originals);
      // The last row and a row between are empty.
      const graph = csrFromEntries(
        5,
        4,
        Int32Array.of(0, 0, 2, 3),
        Int32Array.of(1, 3, 0, 1),
        Float32Array.of(1, 2, 3, 4),
      );
      const sparse = sparseTensor(graph, false);
      const x = Float32Array.from({ length: 8 }, (_, place) => place + 1);
      const own = tf.getKernel('LodestoneCsrProduct', backend);
      stock.use(true);
      expect(tf.getKernel('LodestoneCsrProduct', backend)).not.toBe(own);
      const product = tf.tidy(() => sparseProduct(sparse, matrix(x, 4, 2)));
      expect(await product.data()).toEqual(multiplyRows(graph, x, 2));
      stock.dispose();
      expect(tf.getKernel('LodestoneCsrProduct', backend)?.kernelFunc).toBe(own?.kernelFunc);
      product.dispose();
      disposeSparse(sparse);
      device.close();
    },
  );
});

describe('a measurement', () => {
  it.each(['lightgcn', 'mgcn'] as const)('has every figure of %s', async (model) => {
    const { device, figures } = await measure({
      model,
      backend: 'cpu',
      host: await nodeHost(false, true),
      set: await openSet('tiny', null, null, 5),
      changes: { batchSize: 64 },
      peer: null,
      options: { steps: 3, warmUp: 1, epoch: true, ranking: true, stock: true, capture: true, seed: 5 },
    });
    expect(device).toBe('JavaScript');
    expect(figuresSchema.parse(figures)).toEqual(figures);
    expect(figures.step.count).toBe(3);
    expect(figures.stepsPerEpoch).toBeGreaterThan(3);
    for (const part of ['sampling', 'upload', 'forward', 'gradients', 'optimiser'] as const)
      expect(figures.parts[part], part).toBeGreaterThan(0);
    expect(figures.stock?.step.count).toBe(3);
    expect(figures.measuredEpochSeconds).toBeGreaterThan(figures.startSeconds);
    expect(figures.evaluatedUsers).toBeGreaterThan(20);
    expect(figures.kernelCalls).toBeGreaterThan(model === 'mgcn' ? 100 : 30);
    expect(figures.profile.length).toBe(10);
    for (const layer of ['propagation', 'losses'] as const) expect(figures.layers[layer], layer).toBeGreaterThan(0);
    expect(figures.layers.features > 0).toBe(model === 'mgcn');
    expect(figures.layers.experts).toBe(0);
    expect(figures.peakTensorBytes).toBeGreaterThan(0);
    expect(figures.dispatches).toBeNull();
  });
});

describe('declared devices', () => {
  it('need a launch and the slower of moving and computing for each kernel', () => {
    const card = DEVICES[2];
    const moves = { name: 'moves', bytes: 3e9, flops: 1 };
    const computes = { name: 'computes', bytes: 8, flops: 1.2e12 };
    // 3 GB at 1,000 GB/s, 1.2 TFLOP at 60 TFLOP/s, 4 µs each.
    expect(deviceMs([moves, computes], card)).toBeCloseTo(3 + 20 + 0.008, 9);
  });

  it('and the host bound an epoch together', () => {
    const figures = {
      ...{ batchSize: 10, stepsPerEpoch: 100, kernels: 1, ordinaryMs: 30, capturedMs: 2, batchMs: 1, refused: null },
      programs: [{ name: 'moves', bytes: 3e9, flops: 1 }],
    };
    const peer = [{ name: 'mm', bytes: 6e9, flops: 1 }];
    const chromium = { ordinaryMs: 40, capturedMs: 4, failure: null };
    const text = hostTableOf([{ model: 'm', figures, failure: null, peer, chromium }]);
    expect(text).toContain(
      '| m | 10 | 1 | 30.00 | 2.00 | 15.0 | 60.00 (device) | 10.00 (device) | 3.00 (device) | 0.30 |',
    );
    expect(text).toContain('| m | 1 | 60.00, 120.00 | 10.00, 20.00 | 3.00, 6.00 |');
    expect(text).toContain('| m | 40.00 | 4.00 | 10.0 |');
  });
});
