import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderFiles } from '../../src/storage/encoders';
import { openEncoder, type PageEncoder } from '../../workers/reasoning/pageEncoder';
import configUrl from '../fixtures/encoder/config.json?url';
import modelUrl from '../fixtures/encoder/onnx/model.onnx?url';
import wrongUrl from '../fixtures/encoder/onnx/wrong.onnx?url';
import reference from '../fixtures/encoder/reference.json';
import tokenizerUrl from '../fixtures/encoder/tokenizer.json?url';
import tokenizerConfigUrl from '../fixtures/encoder/tokenizer_config.json?url';

/** As `make_encoder.py` has it. */
const LONGEST = 24;
const texts = reference.map(({ text }) => text);

const blob = async (url: string): Promise<Blob> => (await fetch(url)).blob();
let files: EncoderFiles;
beforeAll(async () => {
  files = {
    'config.json': await blob(configUrl),
    'tokenizer.json': await blob(tokenizerUrl),
    'tokenizer_config.json': await blob(tokenizerConfigUrl),
    'model.onnx': await blob(modelUrl),
  };
});

const farthest = (found: readonly Float32Array[], wanted: readonly ArrayLike<number>[]): number =>
  Math.max(
    ...wanted.map((vector, row) =>
      Math.max(...Array.from(vector, (value, column) => Math.abs(value - found[row]![column]!))),
    ),
  );

const opened = (changes: Partial<EncoderFiles> = {}): Promise<PageEncoder> =>
  openEncoder({ ...files, ...changes }, LONGEST, 'wasm');
const refused = async (changes: Partial<EncoderFiles>) =>
  opened(changes).then(
    () => null,
    (error: unknown) => error,
  );

describe.each(['wasm', 'webgpu'] as const)('an encoder on %s', (device) => {
  it('gives PyTorch’s vectors, whatever the texts beside them and their order', async () => {
    const encoder = await openEncoder(files, LONGEST, device);
    expect([encoder.device, encoder.width]).toEqual([device, 32]);
    const { vectors, promptTokens } = await encoder.encode(texts);
    expect(promptTokens).toBe(reference.reduce((sum, { tokens }) => sum + tokens.length, 0));
    expect(
      farthest(
        vectors,
        reference.map(({ vector }) => vector),
      ),
    ).toBeLessThan(2e-6);
    const backwards = (await encoder.encode(texts.toReversed())).vectors.toReversed();
    expect(farthest(backwards, vectors)).toBeLessThan(2e-6);
    for (const [place, text] of texts.entries()) {
      const [alone] = (await encoder.encode([text])).vectors;
      expect(farthest([alone!], [vectors[place]!]), text).toBeLessThan(2e-6);
    }
    await encoder.end();
  });
});

describe('files that are no encoder', () => {
  // In this order: after a model that does not open, the runtime opens no other.
  it('are told apart', async () => {
    expect(await refused({ 'tokenizer.json': new Blob(['{"model":{"type":"Abacus"}}']) })).toMatchObject({
      code: 'ENCODER_FILES',
      message: expect.stringContaining('tokenizer'),
    });
    expect(await refused({ 'model.onnx': await blob(wrongUrl) })).toMatchObject({
      code: 'ENCODER_OUTPUT',
      message: expect.stringMatching(/^For 1 × \d+ tokens the model returns 1 × \d+ numbers/),
    });
    expect(await refused({ 'model.onnx': files['model.onnx'].slice(0, 50_000) })).toMatchObject({
      code: 'ENCODER_MODEL',
      hint: expect.stringContaining('download'),
    });
  });
});
