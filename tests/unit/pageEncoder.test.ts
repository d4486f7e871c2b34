import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncoderDevice } from '../../src/domain/encoder';
import type { EncoderFiles } from '../../src/storage/encoders';
import { openEncoder } from '../../workers/reasoning/pageEncoder';

/** The library, failing as it is told to; the true one runs in tests/browser/encoder.test.ts. */
const library = vi.hoisted(() => ({
  devices: [] as string[],
  opening: null as Error | null,
  running: null as Error | null,
}));
vi.mock('@huggingface/transformers', () => ({
  env: { backends: { onnx: { wasm: {} } } },
  LogLevel: { ERROR: 40 },
  Tensor: class {
    constructor(
      readonly type: string,
      readonly data: unknown,
      readonly dims: readonly number[],
    ) {}
  },
  PreTrainedTokenizer: class {
    encode = (text: string): number[] => Array.from(text, () => 1);
  },
  AutoModel: {
    from_pretrained: async (_: string, { device }: { readonly device: string }) => {
      library.devices.push(device);
      if (library.opening) throw library.opening;
      return async ({ input_ids: { dims } }: { readonly input_ids: { readonly dims: readonly [number, number] } }) => {
        if (library.running) throw library.running;
        return { last_hidden_state: { dims: [...dims, 2], data: new Float32Array(dims[0] * dims[1] * 2).fill(1) } };
      };
    },
  },
}));

const blob = new Blob(['{}']);
const files: EncoderFiles = {
  'config.json': blob,
  'tokenizer.json': blob,
  'tokenizer_config.json': blob,
  'model.onnx': blob,
};
const gpu = (isFallbackAdapter: boolean | null) =>
  vi.stubGlobal(
    'navigator',
    isFallbackAdapter === null ? {} : { gpu: { requestAdapter: async () => ({ info: { isFallbackAdapter } }) } },
  );
const refused = (device: EncoderDevice = 'wasm'): Promise<unknown> =>
  openEncoder(files, 16, device).then(
    () => null,
    (error: unknown) => error,
  );

beforeEach(() => {
  Object.assign(library, { devices: [], opening: null, running: null });
  vi.stubGlobal('location', { href: 'http://localhost/worker.js' });
  gpu(null);
});
afterEach(() => vi.unstubAllGlobals());

describe('an encoder in the page', () => {
  it('runs on the GPU where there is a real one, and where that is asked for', async () => {
    const devices: [boolean | null, EncoderDevice][] = [
      [false, 'auto'],
      [true, 'auto'],
      [null, 'auto'],
      [true, 'webgpu'],
      [false, 'wasm'],
    ];
    for (const [fallback, device] of devices) {
      gpu(fallback);
      expect((await openEncoder(files, 16, device)).width).toBe(2);
    }
    expect(library.devices).toEqual(['webgpu', 'wasm', 'wasm', 'webgpu', 'wasm']);
    gpu(null);
    expect(await refused('webgpu')).toMatchObject({ code: 'GPU_UNAVAILABLE', hint: expect.stringContaining('CPU') });
  });

  it('tells too little memory from a file that is no model, when it opens and when it runs', async () => {
    for (const when of ['opening', 'running'] as const) {
      for (const words of ['std::bad_alloc', 'RangeError: Array buffer allocation failed', 'Out of memory']) {
        library[when] = new Error(words);
        expect(await refused()).toMatchObject({
          code: 'ENCODER_MEMORY',
          hint: expect.stringContaining('Stored vectors are kept'),
        });
      }
      library[when] = new Error('Missing input: pixel_values\nand more');
      expect(await refused()).toMatchObject({
        code: 'ENCODER_MODEL',
        message: expect.stringMatching(/Missing input: pixel_values$/),
      });
      library[when] = null;
    }
  });
});
