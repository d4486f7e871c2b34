import { describe, expect, it } from 'vitest';
import { devicesOf, isMixed } from '../../src/domain/devices';
import type { DeviceReport } from '../../src/domain/run';

const on = (backend: DeviceReport['backend'], name: string): { device: DeviceReport } => ({
  device: {
    ...{ backend, name, vendor: '', architecture: '', software: false, limits: {}, features: [] },
    ...{ fallbackReason: null, selfTest: [], versions: {} },
  },
});

describe('the devices of runs', () => {
  it('are counted, the most used first; a run that says none has an unknown one', () => {
    const found = devicesOf([on('wasm', 'W'), on('webgpu', 'G'), on('webgpu', 'G'), { device: null }]);
    expect(found.map(({ backend, name, runs }) => [backend, name, runs.length])).toEqual([
      ['webgpu', 'G', 2],
      ['wasm', 'W', 1],
      ['unknown', 'an unknown device', 1],
    ]);
  });

  it('are mixed where numbers may differ: other backends and other cards, not other threads', () => {
    const mixed = (...runs: { device: DeviceReport }[]): boolean => isMixed(devicesOf(runs));
    expect(mixed(on('wasm', 'SIMD × 2'), on('wasm', 'SIMD × 4'))).toBe(false);
    expect(mixed(on('webgpu', 'A'), on('webgpu', 'A'))).toBe(false);
    expect(mixed(on('webgpu', 'A'), on('webgpu', 'B'))).toBe(true);
    expect(mixed(on('webgpu', 'A'), on('wasm', 'SIMD × 2'))).toBe(true);
  });
});
