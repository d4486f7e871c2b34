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
  ['freedom', { embeddingSize: 64, batchSize: 128 }, { users: 900, items: 500 }],
  ['freedom', { embeddingSize: 16, batchSize: 512, trainFeatures: false }, { users: 600, items: 300 }],
  ['mgcn', { embeddingSize: 32, batchSize: 256 }, { users: 600, items: 400 }],
  ['mgcn', { embeddingSize: 16, batchSize: 1024, trainFeatures: false }, { users: 300, items: 200 }],
];

for (const [model, changes, sizes] of CASES) {
  it(`the memory estimated for ${model} with ${JSON.stringify(changes)} is within a quarter of what is used`, async () => {
    const { database, run } = await smallStudy(model, { epochs: 1, ...changes }, 'wasm', sizes);
    const ended = await executeRun(run.id, { database, deviceHost: await testHost(false), control: new RunControl(), emit: () => undefined, traceSteps: 0 });
    expect(ended.fault).toBeNull();
    const ratio = ended.estimate!.total / ended.memory!.peak;
    expect(ratio, String(ratio)).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });
}
