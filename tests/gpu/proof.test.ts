import { afterEach, describe, expect, it, vi } from 'vitest';
import { testHost } from '#test-host';
import { isModelId, MODEL_IDS, modelTable } from '../../src/domain/models/catalogue';
import { kernelAgrees, verdictOf, type DeviceProof } from '../../src/domain/proof';
import { AppError } from '../../src/domain/errors';
import { RAISED_LIMITS, type DeviceRequest } from '../../workers/engine/device';
import { csrProductPair } from '../../workers/engine/kernels/csrProduct';
import { dropoutMaskPair } from '../../workers/engine/kernels/dropoutMask';
import { topMaskPair } from '../../workers/engine/kernels/topMask';
import { registeredPairs, type KernelPair } from '../../workers/engine/kernelPair';
import { labelOf } from '../../workers/engine/proof/audit';
import { provenModels } from '../../workers/models/golden';
import { proveDevice, type ProofOptions } from '../../workers/training/proof/prove';

const nameOf = (id: string): string => (isModelId(id) ? modelTable(id).name : id);
const quiet: ProofOptions = { speed: false, progress: () => undefined };

/** Null where there is no adapter. */
async function proofOf(request: DeviceRequest, options = quiet): Promise<DeviceProof | null> {
  try {
    return await proveDevice(await testHost(request.backend === 'webgpu'), request, options);
  } catch (error) {
    if (error instanceof AppError && error.code === 'GPU_UNAVAILABLE') return null;
    throw error;
  }
}

function expectFlawless(proof: DeviceProof): void {
  expect(proof.kernels.filter((kernel) => !kernelAgrees(kernel))).toEqual([]);
  expect(proof.models.filter(({ agrees }) => !agrees)).toEqual([]);
  expect(proof.models.map(({ model }) => model)).toEqual(MODEL_IDS);
}

afterEach(() => vi.restoreAllMocks());

describe('the proof of a device', () => {
  it('has a reference for every model', () => {
    expect([...provenModels()].sort()).toEqual([...MODEL_IDS].sort());
  });

  for (const backend of ['webgpu', 'wasm', 'cpu'] as const)
    it(`finds nothing wrong with ${backend}`, async (context) => {
      const said: number[] = [];
      const proof = await proofOf(
        { backend, allowSoftware: true },
        { ...quiet, progress: (_, fraction) => void said.push(fraction) },
      );
      if (!proof) return context.skip();
      expectFlawless(proof);
      const compared = proof.kernels.map(({ kernel }) => kernel);
      expect(new Set(compared).size).toBe(compared.length);
      // What a backend has no kernel of its own for is a chain of tfjs's there.
      if (backend === 'webgpu')
        expect(registeredPairs().filter(({ name }) => !compared.includes(labelOf(name)))).toEqual([]);
      expect(verdictOf(proof, nameOf).title).toBe(`${proof.device.name} computes as it should.`);
      expect(said.length).toBeGreaterThan(MODEL_IDS.length + 15);
      expect([...said].sort((a, b) => a - b)).toEqual(said);
    });

  /** A shader as a driver might compile it. */
  function breakShader(pair: KernelPair, change: (code: string) => string): void {
    const { wgsl } = pair;
    vi.spyOn(pair, 'wgsl').mockImplementation((...given) => {
      const source = wgsl(...given);
      const code = change(source.code);
      expect(code).not.toBe(source.code);
      return { ...source, code, key: `${source.key}_broken` };
    });
  }

  it('names a kernel that computes something else, and no other', async (context) => {
    breakShader(topMaskPair, (code) => code.replace('before <', 'before <='));
    const proof = await proofOf({ backend: 'webgpu', allowSoftware: true });
    if (!proof) return context.skip();
    expect(proof.kernels.filter((kernel) => !kernelAgrees(kernel)).map(({ kernel }) => kernel)).toEqual([
      'mask of the greatest',
    ]);
    // MAGNET alone takes the greatest of a row.
    expect(proof.models.filter(({ agrees }) => !agrees).map(({ model }) => nameOf(model))).toEqual(['MAGNET']);
    const { tone, title, sentences } = verdictOf(proof, nameOf);
    expect(tone).toBe('error');
    expect(title).toMatch(/gives wrong results\.$/);
    expect(sentences.join(' ')).toContain('mask of the greatest');
  });

  it('names a kernel that the device refuses, and goes on', async (context) => {
    breakShader(dropoutMaskPair, (code) => code.replace('select(', 'chosen('));
    const proof = await proofOf({ backend: 'webgpu', allowSoftware: true });
    if (!proof) return context.skip();
    const wrong = proof.kernels.filter((kernel) => !kernelAgrees(kernel));
    expect(wrong.map(({ kernel }) => kernel)).toEqual(['dropout mask']);
    expect(wrong[0]?.failure).toContain('rejected a command');
  });

  it('is made of a device whose self-test fails', async (context) => {
    breakShader(csrProductPair, (code) => code.replace('sum + ', 'sum + 1.001 * '));
    const proof = await proofOf({ backend: 'webgpu', allowSoftware: true });
    if (!proof) return context.skip();
    expect(proof.kernels.filter((kernel) => !kernelAgrees(kernel)).map(({ kernel }) => kernel)).toEqual([
      'sparse product',
    ]);
    expect(proof.models.filter(({ agrees }) => agrees).length).toBeLessThan(MODEL_IDS.length / 2);
  });
});

/** What every WebGPU device has. */
const LEAST: Record<(typeof RAISED_LIMITS)[number], number> = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65_535,
};

describe('a weak device computes the same', () => {
  const weak = [
    ['all limits at their least', LEAST] as const,
    ...RAISED_LIMITS.map((limit) => [`the least ${limit}`, { [limit]: LEAST[limit] }] as const),
  ];
  for (const [name, limits] of weak)
    it(`with ${name}`, async (context) => {
      const proof = await proofOf({ backend: 'webgpu', allowSoftware: true, limits });
      if (!proof) return context.skip();
      expectFlawless(proof);
    });
});
