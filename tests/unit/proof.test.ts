import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { digitsOf, speedOf, verdictOf, type DeviceProof } from '../../src/domain/proof';
import { decodeProof, decodeProofFile, encodeProof, encodeProofFile } from '../../src/sharing/proofFile';
import { encodeLink } from '../../src/sharing/link';
import { memoryDatabase } from '../../src/storage/database';
import { readDeviceProof, writeDeviceProof } from '../../src/storage/deviceProof';

const model = (name: string, change: Partial<DeviceProof['models'][number]> = {}): DeviceProof['models'][number] => ({
  model: name,
  loss: 1.23456e-7,
  gradients: 2e-5,
  agrees: true,
  failure: null,
  stepMs: 4,
  wasmStepMs: 20,
  ...change,
});

const PROOF: DeviceProof = {
  app: '0.2.0',
  made: '2026-11-29T07:00:00.000Z',
  device: { backend: 'webgpu', name: 'A card', vendor: 'v', architecture: 'a', software: false },
  largestTable: 2 ** 31,
  kernels: [
    { kernel: 'sparse product', error: 1e-7, allowed: 1e-5, failure: null },
    { kernel: 'random draws', error: 0, allowed: 0, failure: null },
  ],
  models: [model('one'), model('two', { wasmStepMs: 8 }), model('three', { stepMs: null })],
  throughput: { matrixProductGflops: 1234.5678, sparseProductGbPerSecond: 300 },
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const nameOf = (id: string): string => `Model ${id}`;

describe('the verdict on a device', () => {
  it('counts digits of relative errors', () => {
    expect([0, 1e-7, 2e-5, 0.3, 7].map(digitsOf)).toEqual([Infinity, 7, 4, 0, 0]);
  });

  it('says how far it agrees and how fast it is, by the median of what was timed on both', () => {
    expect(speedOf(PROOF)).toBe(3.5);
    const { tone, title, sentences } = verdictOf(PROOF, nameOf);
    expect([tone, title]).toEqual(['ok', 'A card computes as it should.']);
    expect(sentences).toEqual([
      'All 2 kernels equal their reference, and the first step of all 3 models equals PyTorch’s: losses to at least 6 digits, gradients to at least 4 digits.',
      'A step is 3.5 times as fast as on WebAssembly here (median of the models).',
      'You can train on it.',
    ]);
  });

  it('advises WASM where that is faster, and where the adapter is software', () => {
    const slow = { ...PROOF, models: [model('one', { stepMs: 40, wasmStepMs: 10 })] };
    expect(verdictOf(slow, nameOf)).toMatchObject({ tone: 'warning' });
    expect(verdictOf(slow, nameOf).sentences.slice(1)).toEqual([
      'A step takes 4.0 times as long as on WebAssembly here (median of the models).',
      'Choose WASM for runs.',
    ]);
    const software = {
      ...PROOF,
      device: { ...PROOF.device, software: true },
      models: [model('one', { stepMs: null })],
    };
    expect(verdictOf(software, nameOf).tone).toBe('warning');
    expect(verdictOf(software, nameOf).sentences.at(-1)).toContain('too slow to train on');
    const wasm = { ...software, device: { ...software.device, backend: 'wasm' as const } };
    expect(verdictOf(wasm, nameOf).tone).toBe('ok');
  });

  it('names what does not agree, and what gave no number', () => {
    const wrong: DeviceProof = {
      ...PROOF,
      kernels: [{ kernel: 'random draws', error: null, allowed: 0, failure: 'It was rejected.' }, PROOF.kernels[0]!],
      models: [model('one', { agrees: false }), model('two', { agrees: false, loss: null })],
    };
    const { tone, title, sentences } = verdictOf(wrong, nameOf);
    expect([tone, title]).toEqual(['error', 'A card gives wrong results.']);
    expect(sentences[0]).toBe('1 of 2 kernels does not agree: random draws.');
    expect(sentences[1]).toBe('2 of 2 models do not agree: Model one, Model two.');
  });
});

describe('a proof on its way', () => {
  it('is the same in a file and in storage, and in a link but for digits', async () => {
    expect(await decodeProofFile(new Blob([encodeProofFile(PROOF)]))).toEqual(PROOF);
    const database = memoryDatabase();
    expect(await readDeviceProof(database)).toBeNull();
    await writeDeviceProof(database, PROOF);
    expect(await readDeviceProof(database)).toEqual(PROOF);
    const read = await decodeProof(await encodeProof(PROOF));
    expect(read).toEqual({
      ...PROOF,
      models: PROOF.models.map((one) => ({ ...one, loss: 1.23e-7 })),
      throughput: { matrixProductGflops: 1230, sparseProductGbPerSecond: 300 },
    });
  });

  it('is cut where a device complains at length', async () => {
    const loud = { ...PROOF, kernels: [{ ...PROOF.kernels[0]!, error: null, failure: 'x'.repeat(10_000) }] };
    expect((await decodeProof(await encodeProof(loud))).kernels[0]?.failure).toHaveLength(300);
    expect((await decodeProofFile(new Blob([encodeProofFile(loud)]))).kernels[0]?.failure).toHaveLength(300);
  });

  it('is refused where it is not one', async () => {
    expect(await codeOf(decodeProof('p=1.AAAA'))).toBe('LINK_TRUNCATED');
    expect(await codeOf(decodeProof('p=2.AAAA'))).toBe('LINK_VERSION');
    expect(await codeOf(decodeProof((await encodeProof(PROOF)).replace('p=', 'x=')))).toBe('LINK_TRUNCATED');
    expect(await codeOf(decodeProof(await encodeLink('p', { ...PROOF, kernels: [] })))).toBe('LINK_INVALID');
    for (const text of ['', '{}', 'null', '{"proof": {}}', encodeProofFile(PROOF).slice(0, -9)])
      expect(await codeOf(decodeProofFile(new Blob([text])))).toBe('PROOF_UNREADABLE');
    expect(await codeOf(decodeProofFile(new Blob([' '.repeat(2 ** 20 + 1)])))).toBe('PROOF_UNREADABLE');
  });

  it('of an older or damaged page is none', async () => {
    const database = memoryDatabase();
    await database.settings.set('deviceProof', { ...PROOF, made: 'yesterday' });
    expect(await readDeviceProof(database)).toBeNull();
  });
});
