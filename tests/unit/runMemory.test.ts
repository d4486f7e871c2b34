import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { completeConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type ModelId } from '../../src/domain/models/table';
import type { DeviceReport } from '../../src/domain/run';
import { readDataset } from '../../src/storage/datasets';
import { refuseTooLarge, runMemory } from '../../workers/training/estimate';
import { builtModel, smallStudy } from '../helpers/dataset';
import { describeOn } from '../helpers/device';

const device = (backend: DeviceReport['backend'], limits: Record<string, number> = {}): DeviceReport => ({
  backend,
  name: '',
  vendor: '',
  architecture: '',
  software: false,
  limits,
  features: [],
  fallbackReason: null,
  selfTest: [],
  versions: {},
});

const NOTHING = { parameters: 0, optimiser: 0, graphs: 0, constants: 0, step: 0, evaluation: 0, total: 0 };

const refusal = (report: DeviceReport, total: number, buffer: number): string | null => {
  try {
    refuseTooLarge(report, { estimate: { ...NOTHING, total }, largest: buffer });
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return null;
};

const study = async (model: ModelId, changes: Config = {}) => {
  const stored = await smallStudy(model, { embeddingSize: 8, batchSize: 16, ...changes }, 'cpu', {
    users: 40,
    items: 32,
  });
  return { ...stored, document: await readDataset(stored.database, 'small'), config: stored.run.experiment.config };
};

describe('a run that cannot fit', () => {
  it('is refused where the device binds less at once, or WebAssembly addresses less in all', () => {
    const limits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 };
    expect(refusal(device('webgpu', limits), 2 ** 40, 2 ** 27)).toBeNull();
    expect(refusal(device('webgpu', limits), 2 ** 27, 2 ** 27 + 1)).toBe('RUN_MEMORY');
    expect(refusal(device('webgpu'), 2 ** 40, 2 ** 35)).toBeNull();
    expect(refusal(device('wasm'), 3 * 2 ** 30, 2 ** 27)).toBeNull();
    expect(refusal(device('wasm'), 3.6 * 2 ** 30, 1)).toBe('RUN_MEMORY');
    expect(refusal(device('cpu'), 2 ** 40, 2 ** 40)).toBeNull();
  });

  it('counts feature tables that are trained; frozen ones lie in slices', async () => {
    const { document } = await study('bpr');
    const columns = document.features.filter(({ scope }) => scope === 'item').map((feature) => feature.columns);
    const [items, users] = [document.statistics.items, document.statistics.users];
    const large = async (model: ModelId, changes: Config = {}): Promise<number> =>
      (await runMemory(document, model, completeConfig(model, { embeddingSize: 8, batchSize: 16, ...changes })))
        .largest;
    expect(columns.length).toBeGreaterThan(1);
    // A batch's rows of all features side by side.
    expect(await large('vbpr')).toBe(4 * Math.max(16 * columns.reduce((a, b) => a + b), 8 * 2 * users, 8 * 2 * items));
    // The views of all modalities, one under the other.
    const views = columns.length * 4 * 8 * (users + items);
    expect(await large('mgcn')).toBe(Math.max(4 * items * Math.max(...columns), views));
    expect(await large('mgcn', { trainFeatures: false })).toBe(views);
    expect(await large('mgcn', { batchSize: 4096 })).toBe(4 * 4096 ** 2);
    expect(await large('bpr')).toBe(4 * 8 * Math.max(users, items));
    expect(await large('lightgcn')).toBe(4 * 8 * (users + items));
  });
});

describeOn('cpu', 'the largest buffer', (test) => {
  for (const id of MODEL_IDS) {
    test(`of ${id} is no smaller than its largest parameter, and no larger than all it holds`, async () => {
      const { document, config, ...stored } = await study(id);
      const { model } = await builtModel(stored);
      const { estimate, largest: buffer } = await runMemory(document, id, config);
      expect(buffer).toBeGreaterThanOrEqual(Math.max(...model.parameters.map(({ tensor }) => 4 * tensor.size)));
      expect(buffer).toBeLessThanOrEqual(estimate.total);
      expect(estimate.parameters).toBe(model.parameters.reduce((sum, { tensor }) => sum + 4 * tensor.size, 0));
      model.dispose();
    });
  }
});
