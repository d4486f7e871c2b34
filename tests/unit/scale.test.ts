import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type ModelId } from '../../src/domain/models/table';
import type { DeviceReport } from '../../src/domain/run';
import { casesOf } from '../helpers/cases';
import { refuseTooLarge, runMemory, type RunMemory } from '../../workers/training/estimate';

const GIB = 2 ** 30;

/** Electronics as the papers count it: what a plan reads of a dataset. */
const ELECTRONICS = {
  statistics: {
    users: 192_403,
    items: 63_001,
    interactions: 1_689_188,
    ratings: null,
    splits: {
      train: { interactions: 1_254_441 },
      valid: { interactions: 217_373, users: 192_403 },
      test: { interactions: 217_374, users: 192_403 },
    },
  },
  features: [
    { key: 'image', scope: 'item', rows: 63_001, columns: 4096 },
    { key: 'text', scope: 'item', rows: 63_001, columns: 384 },
  ],
} as unknown as DatasetDocument;

const device = (limit: number): DeviceReport =>
  ({
    backend: 'webgpu',
    limits: { maxStorageBufferBindingSize: limit, maxBufferSize: limit },
  }) as unknown as DeviceReport;
const trains = (model: ModelId): boolean => modelTable(model).options.some(({ key }) => key === 'trainFeatures');
const config = (model: ModelId, frozen: boolean) =>
  completeConfig(model, { ...casesOf(model).alone, ...(frozen && trains(model) && { trainFeatures: false }) });
/** One plan for each model and choice of frozen features; a dry run each. */
const plans = new Map<string, Promise<RunMemory>>();
function planned(model: ModelId, frozen: boolean): Promise<RunMemory> {
  const key = `${model} ${frozen}`;
  const plan = plans.get(key) ?? runMemory(ELECTRONICS, model, config(model, frozen));
  plans.set(key, plan);
  return plan;
}

async function refuses(model: ModelId, frozen: boolean, limit: number): Promise<boolean> {
  const plan = await planned(model, frozen);
  try {
    refuseTooLarge(device(limit), plan);
    return false;
  } catch (error) {
    expect(String(error)).toMatch(/one buffer of .* GiB, but this device allows at most/);
    return true;
  }
}

async function refused(frozen: boolean, limit: number): Promise<ModelId[]> {
  const found: ModelId[] = [];
  for (const model of MODEL_IDS) if (await refuses(model, frozen, limit)) found.push(model);
  return found;
}

describe('a plan for Electronics', () => {
  it('fits every model into a device that binds 2 GiB, features trained or not', async () => {
    for (const model of MODEL_IDS)
      for (const frozen of [true, false])
        expect(await refuses(model, frozen, 2 * GIB - 4), `${model} ${frozen}`).toBe(false);
  });

  it('fits models with frozen features, which come in slices, into one that binds half a GiB', async () => {
    expect(await refused(true, GIB / 2)).toEqual([]);
  });

  it('is refused by one that binds half a GiB where a table of 63,001 × 4,096 is trained in one piece', async () => {
    expect(await refused(false, GIB / 2)).toEqual(MODEL_IDS.filter(trains));
    for (const model of MODEL_IDS.filter(trains)) expect((await planned(model, false)).largest).toBe(4 * 63_001 * 4096);
  });

  it('is refused by the smallest device that WebGPU allows where vectors of all users are wider than it binds', async () => {
    const small = await refused(true, GIB / 8);
    expect(small).toEqual(expect.arrayContaining(['lattice', 'mllmrec', 'magnet']));
    for (const fits of ['bpr', 'vbpr', 'lightgcn', 'freedom', 'mgcn']) expect(small).not.toContain(fits);
  });

  it('takes a little over half of the frozen tables in half precision', async () => {
    const constants = async (model: ModelId, precision: 'single' | 'half'): Promise<number> => {
      const changes = { ...casesOf(model).alone, featurePrecision: precision };
      const frozen = trains(model) ? { trainFeatures: false } : {};
      return (await runMemory(ELECTRONICS, model, completeConfig(model, { ...frozen, ...changes }))).estimate.constants;
    };
    const items = 4 * 63_001 * 4480;
    const saved = async (model: ModelId): Promise<number> =>
      (await constants(model, 'single')) - (await constants(model, 'half'));
    expect(await saved('vbpr')).toBe(items / 2);
    for (const model of MODEL_IDS.filter((id) => trains(id) || id === 'magnet' || id === 'simgr'))
      expect(await saved(model), model).toBe(items / 2);
    // MLLMRec has vectors of users besides, as wide as those of items.
    expect(await saved('mllmrec')).toBe(items / 2 + 2 * 192_403 * 4480);
  });

  it('holds features on the device alone, but where a model looks them up in any order', async () => {
    const tables = 4 * 63_001 * 4480;
    for (const model of MODEL_IDS) {
      const { estimate } = await planned(model, true);
      const { host, total } = estimate;
      expect(host!.withDevice, model).toBeGreaterThan(total + host!.page + host!.data);
      expect(host!.withDevice, model).toBeLessThanOrEqual(total + host!.total);
    }
    for (const model of ['bpr', 'vbpr', 'lightgcn', 'freedom', 'mgcn', 'bm3', 'lattice', 'simgr'] as const)
      expect((await planned(model, true)).estimate.host!.preparation, model).toBeLessThan(tables / 2);
    // Unit rows of all items by which edges are induced; three tables between which vectors are smoothed.
    expect((await planned('magnet', true)).estimate.host!.preparation).toBeGreaterThan(tables);
    expect((await planned('mllmrec', true)).estimate.host!.preparation).toBeGreaterThan(3 * tables);
  });

  it('stores trained tables with both moments and the best epoch’s values, each twice on the way', async () => {
    const { host } = (await planned('mgcn', false)).estimate;
    expect(host!.weights).toBeGreaterThan(8 * 4 * 63_001 * 4480);
  });

  it('knows what it takes in all, and what freezing saves', async () => {
    const total = async (model: ModelId, frozen: boolean): Promise<number> =>
      (await planned(model, frozen)).estimate.total / GIB;
    // The two tables take 1.05 GiB, and with both moments and a gradient four times that.
    for (const model of MODEL_IDS.filter(trains))
      expect((await total(model, false)) - (await total(model, true)), model).toBeGreaterThan(2);
    for (const model of MODEL_IDS) expect(await total(model, true), model).toBeLessThan(13);
  });
});
