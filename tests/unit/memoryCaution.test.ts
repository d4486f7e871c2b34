import { describe, expect, it } from 'vitest';
import { memoryCaution } from '../../src/features/readings/memoryCaution';
import type { MemoryEstimate } from '../../src/domain/run';

const GIB = 2 ** 30;
const estimate = (device: number, inTab: number): MemoryEstimate => ({
  parameters: 0,
  optimiser: 0,
  graphs: 0,
  constants: 0,
  step: 0,
  evaluation: 0,
  total: device * GIB,
  host: {
    page: 0,
    data: 0,
    preparation: 0,
    weights: 0,
    results: 0,
    total: inTab * GIB,
    withDevice: (device + inTab) * GIB,
  },
});

describe('a caution before a run', () => {
  it('says what does not fit, WebAssembly first, then the tab on any device, then on WASM', () => {
    expect(memoryCaution(estimate(3.6, 0.5), 32)).toMatch(/^WASM will refuse this run: .*3\.87 GB.*3\.76 GB/);
    expect(memoryCaution(estimate(1, 5), 4)).toMatch(/^This tab will need about 5\.37 GB, on WebGPU too\. .* 4\.29 GB/);
    expect(memoryCaution(estimate(3, 1.5), 4)).toMatch(/^On WASM this tab will need about 4\.83 GB\./);
  });

  it('is none where all fits, where the browser does not tell, and for runs of before', () => {
    expect(memoryCaution(estimate(2, 1), 4)).toBeNull();
    expect(memoryCaution(estimate(3, 9), null)).toBeNull();
    const { host: _host, ...before } = estimate(3, 9);
    expect(memoryCaution(before, 1)).toBeNull();
  });
});
