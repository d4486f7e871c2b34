import runtimeUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { EncoderDevice } from '../../src/domain/encoder';
import { AppError } from '../../src/domain/errors';
import type { EncoderFiles } from '../../src/storage/encoders';
import { batches, cutTokens, meanPooled, padded } from './pooling';
import type { Embeddings } from './connection';

export interface PageEncoder {
  readonly device: 'webgpu' | 'wasm';
  /** Length of its vectors. */
  readonly width: number;
  /** Mean-pooled vectors of length 1, in the order of the texts. Throws `ENCODER_…`. */
  encode(texts: readonly string[]): Promise<Embeddings>;
  /** Frees the model. */
  end(): Promise<void>;
}

/** Together they bound what a batch takes in memory. */
const TEXTS_AT_ONCE = 32;
const TOKENS_AT_ONCE = 4096;

/** What the library believes the model to be called: it comes from no address. */
const HERE = 'model-in-this-browser';

/** Names under which exported encoders answer with the hidden states of all tokens. */
const OUTPUTS: readonly string[] = ['last_hidden_state', 'token_embeddings'];

/**
 * Opens an encoder with the ONNX runtime, on the GPU or the CPU. The library and its runtime are loaded here and nowhere else; both
 * come from the app's own host. `longest`: tokens. After a failure the library fails ever after: each attempt has a thread of its own. Throws `ENCODER_FILES`, `ENCODER_MODEL`, `ENCODER_OUTPUT`, `ENCODER_MEMORY`.
 */
export async function openEncoder(files: EncoderFiles, longest: number, choice: EncoderDevice): Promise<PageEncoder> {
  const { AutoModel, env, LogLevel, PreTrainedTokenizer, Tensor } = await import('@huggingface/transformers');
  const device = await deviceFor(choice);
  env.logLevel = LogLevel.ERROR;
  const { wasm } = env.backends.onnx;
  // Otherwise both come from a host that the content policy forbids.
  if (wasm) wasm.wasmPaths = { wasm: new URL(runtimeUrl, globalThis.location.href).href };
  env.useWasmCache = false;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useCustomCache = true;
  env.customCache = { match: async (address) => answerFor(files, address), put: async () => undefined };
  env.fetch = async () => new Response(null, { status: 404 });

  const tokenizer = await openTokenizer(files, (json, config) => new PreTrainedTokenizer(json, config));
  const model = await AutoModel.from_pretrained(HERE, { device, dtype: 'fp32' }).catch((error: unknown) => {
    throw failure(
      error,
      'The ONNX model cannot be opened',
      'Use the model’s ONNX file from Hugging Face. If the download was truncated, download it again.',
    );
  });

  const run = async (rows: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const batch = padded(rows, tokenizer.pad_token_id ?? 0);
    const shape = [batch.rows, batch.width];
    const answer: unknown = await model({
      input_ids: new Tensor('int64', batch.ids, shape),
      attention_mask: new Tensor('int64', batch.mask, shape),
    }).catch((error: unknown) => {
      throw failure(
        error,
        'The model does not run',
        'It may not be a sentence encoder. Use one, for instance all-MiniLM-L6-v2.',
      );
    });
    const { data, columns } = hiddenStates(answer, batch.rows, batch.width);
    return meanPooled(data, batch, columns);
  };
  const tokensOf = (text: string): readonly number[] =>
    cutTokens(tokenizer.encode(text), tokenizer.encode(text, { add_special_tokens: false }), longest);
  const encode = async (texts: readonly string[]): Promise<Embeddings> => {
    const rows = texts.map(tokensOf);
    const vectors: Float32Array[] = texts.map(() => new Float32Array(0));
    for (const places of batches(
      rows.map(({ length }) => length),
      TEXTS_AT_ONCE,
      TOKENS_AT_ONCE,
    )) {
      const found = await run(places.map((place) => rows[place] ?? []));
      places.forEach((place, at) => (vectors[place] = found[at] ?? new Float32Array(0)));
    }
    return { vectors, promptTokens: rows.reduce((sum, { length }) => sum + length, 0) };
  };

  // A model that answers with something else is told at once.
  const width = (await encode(['a test'])).vectors[0]?.length ?? 0;
  // The runtime does one thing at a time.
  let last: Promise<unknown> = Promise.resolve();
  return {
    device,
    width,
    encode: (texts) => {
      const answer = last.catch(() => undefined).then(() => encode(texts));
      last = answer;
      return answer;
    },
    end: async () => void (await model.dispose()),
  };
}

async function deviceFor(choice: EncoderDevice): Promise<'webgpu' | 'wasm'> {
  if (choice === 'wasm') return 'wasm';
  const gpu: GPU | undefined = navigator.gpu;
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? null;
  if (choice === 'auto') return adapter && !adapter.info.isFallbackAdapter ? 'webgpu' : 'wasm';
  if (!adapter)
    throw new AppError(
      'GPU_UNAVAILABLE',
      'This browser offers the encoder no GPU.',
      'Run the encoder on the CPU, or enable WebGPU in the browser.',
    );
  return 'webgpu';
}

/** The library asks for files by address; their names tell them apart. */
function answerFor(files: EncoderFiles, address: string): Response | undefined {
  if (address.endsWith('/onnx/model.onnx')) return new Response(files['model.onnx']);
  return address.endsWith('/config.json') ? new Response(files['config.json']) : undefined;
}

async function openTokenizer<T>(files: EncoderFiles, open: (json: object, config: object) => T): Promise<T> {
  try {
    return open(
      JSON.parse(await files['tokenizer.json'].text()),
      JSON.parse(await files['tokenizer_config.json'].text()),
    );
  } catch (error) {
    throw new AppError(
      'ENCODER_FILES',
      `The encoder’s tokenizer cannot be used: ${firstLine(error)}`,
      'Use the same model’s tokenizer.json and tokenizer_config.json from Hugging Face.',
    );
  }
}

/** Throws `ENCODER_OUTPUT` where the answer is not `[rows, width, columns]` of finite numbers. */
function hiddenStates(
  answer: unknown,
  rows: number,
  width: number,
): { readonly data: Float32Array; readonly columns: number } {
  const outputs: Readonly<Record<string, unknown>> = typeof answer === 'object' && answer !== null ? { ...answer } : {};
  const tensor = OUTPUTS.map((name) => outputs[name]).find((output) => output !== undefined);
  const { dims, data } =
    typeof tensor === 'object' && tensor !== null && 'dims' in tensor && 'data' in tensor
      ? tensor
      : { dims: null, data: null };
  const shape: readonly unknown[] = Array.isArray(dims) ? dims : [];
  const columns = Number(shape[2]);
  if (
    !(data instanceof Float32Array) ||
    shape.length !== 3 ||
    shape[0] !== rows ||
    shape[1] !== width ||
    data.length !== rows * width * columns
  ) {
    const what =
      tensor === undefined ? `${Object.keys(outputs).join(', ') || 'nothing'}` : `${shape.join(' × ')} numbers`;
    throw new AppError(
      'ENCODER_OUTPUT',
      `For ${rows} × ${width} tokens the model returns ${what} instead of one vector per token.`,
      'Use the ONNX file of a sentence encoder, for instance all-MiniLM-L6-v2.',
    );
  }
  if (!data.every(Number.isFinite))
    throw new AppError(
      'ENCODER_OUTPUT',
      'The model’s output has NaN or infinite values.',
      'Run the encoder on the CPU, or use a float32 model.',
    );
  return { data, columns };
}

function failure(error: unknown, what: string, hint: string): AppError {
  const words = firstLine(error);
  if (/bad_alloc|out of memory|memory access|allocat|OOM/i.test(words)) {
    return new AppError(
      'ENCODER_MEMORY',
      'There is not enough memory for this encoder.',
      'Close other tabs, run the encoder on the CPU, or use a smaller one. Stored vectors are kept.',
    );
  }
  return new AppError('ENCODER_MODEL', `${what}: ${words}`, hint);
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
