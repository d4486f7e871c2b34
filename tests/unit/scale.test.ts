import { describe, expect, it } from 'vitest';
import type { DatasetDocument } from '../../src/domain/dataset';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import { MODEL_IDS, type ModelId } from '../../src/domain/models/table';
import type { DeviceReport } from '../../src/domain/run';
import { estimateMemory, largestBuffer, refuseTooLarge } from '../../workers/training/estimate';

const GIB = 2 ** 30;

/** Electronics as the papers count it: what a plan reads of a dataset. */
const ELECTRONICS = {
  statistics: {
    users: 192_403,
    items: 63_001,
    interactions: 1_689_188,
    splits: { train: { interactions: 1_254_441 } },
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
  completeConfig(model, frozen && trains(model) ? { trainFeatures: false } : {});
const refuses = (model: ModelId, frozen: boolean, limit: number): boolean => {
  const settings = config(model, frozen);
  try {
    refuseTooLarge(
      device(limit),
      estimateMemory(ELECTRONICS, model, settings).total,
      largestBuffer(ELECTRONICS, model, settings),
    );
    return false;
  } catch (error) {
    expect(String(error)).toMatch(/one buffer of .* GiB, and this device binds at most/);
    return true;
  }
};

describe('a plan for Electronics', () => {
  it('fits every model into a device that binds 2 GiB, features trained or not', () => {
    for (const model of MODEL_IDS)
      for (const frozen of [true, false]) expect(refuses(model, frozen, 2 * GIB - 4), `${model} ${frozen}`).toBe(false);
  });

  it('fits models with frozen features, which come in slices, into one that binds half a GiB', () => {
    expect(MODEL_IDS.filter((model) => refuses(model, true, GIB / 2))).toEqual([]);
  });

  it('is refused by one that binds half a GiB where a table of 63,001 × 4,096 is trained in one piece', () => {
    expect(MODEL_IDS.filter((model) => refuses(model, false, GIB / 2))).toEqual(MODEL_IDS.filter(trains));
    for (const model of MODEL_IDS.filter(trains))
      expect(largestBuffer(ELECTRONICS, model, config(model, false))).toBe(4 * 63_001 * 4096);
  });

  it('says on the smallest device that WebGPU allows which models do not fit', () => {
    expect(MODEL_IDS.filter((model) => refuses(model, true, GIB / 8))).toEqual(['lattice', 'mllmrec', 'magnet']);
  });

  it('takes a little over half of the frozen tables in half precision', () => {
    const constants = (model: ModelId, precision: 'single' | 'half'): number =>
      estimateMemory(
        ELECTRONICS,
        model,
        completeConfig(model, {
          ...(trains(model) && { trainFeatures: false }),
          ...(model === 'mllmrec' && { profiles: 'history' }),
          featurePrecision: precision,
        }),
      ).constants;
    const items = 4 * 63_001 * 4480;
    const saved = (model: ModelId): number => constants(model, 'single') - constants(model, 'half');
    // One piece of each table is there in single precision while it passes its layer.
    expect(saved('vbpr')).toBe(items / 2 - 2 ** 25);
    for (const model of MODEL_IDS.filter((id) => trains(id) || id === 'magnet' || id === 'simgr'))
      expect(saved(model), model).toBe(items / 2 - 2 * 2 ** 25);
    // MLLMRec has vectors of users besides, as wide as those of items.
    expect(saved('mllmrec')).toBe(items / 2 + 2 * 192_403 * 4480 - 2 * 2 ** 25);
  });

  it('knows what it takes in all, and what freezing saves', () => {
    const total = (model: ModelId, frozen: boolean): number =>
      estimateMemory(ELECTRONICS, model, config(model, frozen)).total / GIB;
    // The two tables take 1.05 GiB, and with both moments and a gradient four times that.
    for (const model of MODEL_IDS.filter(trains))
      expect(total(model, false) - total(model, true), model).toBeGreaterThan(2);
    for (const model of MODEL_IDS) expect(total(model, true), model).toBeLessThan(13);
  });
});
