import { testHost } from '#test-host';
import { expect, it } from 'vitest';
import type { Config, ModelId } from '../../src/domain/models/table';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { smallStudy } from '../helpers/dataset';

/** Shapes in which different parts of the estimate weigh most. */
const CASES: readonly (readonly [ModelId, Config, { users: number; items: number }])[] = [
  ['bpr', { embeddingSize: 64, batchSize: 512 }, { users: 900, items: 500 }],
  ['bpr', { embeddingSize: 16, batchSize: 64 }, { users: 2000, items: 1500 }],
  ['lightgcn', { embeddingSize: 64, batchSize: 256, layers: 3 }, { users: 900, items: 500 }],
  ['lightgcn', { embeddingSize: 16, batchSize: 1024, layers: 1 }, { users: 300, items: 200 }],
  ['vbpr', { embeddingSize: 32, batchSize: 256 }, { users: 900, items: 500 }],
  ['vbpr', { embeddingSize: 64, batchSize: 64 }, { users: 2000, items: 800 }],
  ['vbpr', { embeddingSize: 256, batchSize: 16 }, { users: 120, items: 900 }],
  ['vbpr', { embeddingSize: 8, batchSize: 16, featurePrecision: 'half' }, { users: 60, items: 1500 }],
  ['freedom', { embeddingSize: 64, batchSize: 128 }, { users: 900, items: 500 }],
  ['freedom', { embeddingSize: 16, batchSize: 512, trainFeatures: false }, { users: 600, items: 300 }],
  ['mgcn', { embeddingSize: 32, batchSize: 256 }, { users: 600, items: 400 }],
  ['mgcn', { embeddingSize: 16, batchSize: 1024, trainFeatures: false }, { users: 300, items: 200 }],
  ['mgcn', { embeddingSize: 32, batchSize: 128, edgeEnhancer: '+G', itemGraph: 'refined' }, { users: 400, items: 300 }],
  ['lattice', { embeddingSize: 32, batchSize: 256 }, { users: 600, items: 400 }],
  [
    'lattice',
    { embeddingSize: 64, batchSize: 512, trainFeatures: false, itemItemLayers: 2, neighbours: 5 },
    { users: 500, items: 100 },
  ],
  ['gume', { embeddingSize: 32, batchSize: 256 }, { users: 400, items: 400 }],
  ['gume', { embeddingSize: 16, batchSize: 512, trainFeatures: false, userItemLayers: 4 }, { users: 300, items: 100 }],
  ['egra', { embeddingSize: 32, batchSize: 256 }, { users: 400, items: 400 }],
  ['egra', { embeddingSize: 16, batchSize: 512, trainFeatures: false }, { users: 300, items: 100 }],
  [
    'egra',
    { embeddingSize: 16, batchSize: 512, enhancedGraph: false, batchAs: 'distinct', negativesPerPositive: 3 },
    { users: 300, items: 100 },
  ],
  ['mllmrec', { embeddingSize: 64, batchSize: 256 }, { users: 900, items: 500 }],
  ['mllmrec', { embeddingSize: 16, batchSize: 64, profiles: 'random', hiddenSize: 64 }, { users: 1500, items: 200 }],
  ['mllmrec', { embeddingSize: 32, batchSize: 256, userItemConvolution: true }, { users: 600, items: 400 }],
  ['mllmrec', { embeddingSize: 64, batchSize: 32 }, { users: 300, items: 1500 }],
  ['mllmrec', { embeddingSize: 16, batchSize: 64, featurePrecision: 'half' }, { users: 300, items: 900 }],
  ['magnet', { embeddingSize: 16, batchSize: 256 }, { users: 300, items: 200 }],
  // Few rows a step and many to rank: the evaluation holds most.
  ['magnet', { embeddingSize: 32, batchSize: 64, layers: 1, view: 'single' }, { users: 800, items: 400 }],
  ['magnet', { embeddingSize: 16, batchSize: 512, expertHead: 'hadamard', dropout: 0 }, { users: 300, items: 100 }],
  [
    'magnet',
    { embeddingSize: 16, batchSize: 256, routerHidden: 64, expertCopies: 2, negativesPerPositive: 3, view: 'single' },
    { users: 200, items: 200 },
  ],
  ['magnet', { embeddingSize: 64, batchSize: 256, experts: false }, { users: 300, items: 200 }],
  ['simgr', { embeddingSize: 32, batchSize: 256 }, { users: 900, items: 500 }],
  ['simgr', { embeddingSize: 16, batchSize: 512, literalContrast: true, layers: 3 }, { users: 300, items: 200 }],
  [
    'simgr',
    { embeddingSize: 32, batchSize: 256, signed: false, modalityFusion: 'normalisedSum', negativesPerPositive: 3 },
    { users: 600, items: 400 },
  ],
];

for (const [model, changes, sizes] of CASES) {
  it(`the memory estimated for ${model} with ${JSON.stringify(changes)} is within a quarter of what is used`, async () => {
    const { database, run } = await smallStudy(model, { epochs: 1, ...changes }, 'wasm', sizes);
    const ended = await executeRun(run.id, {
      database,
      deviceHost: await testHost(false),
      control: new RunControl(),
      emit: () => undefined,
      traceSteps: 0,
    });
    expect(ended.fault).toBeNull();
    const ratio = ended.estimate!.total / ended.memory!.peak;
    expect(ratio, String(ratio)).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });
}
