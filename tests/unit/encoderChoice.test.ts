import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncoderChoice } from '../../src/domain/encoder';
import { AppError } from '../../src/domain/errors';
import { newJob, type StageState } from '../../src/domain/reasoning';
import { datasetSchema } from '../../src/documents/dataset';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { listEncoders, writeEncoder } from '../../src/storage/encoders';
import { readJob, writeJob } from '../../src/storage/reasoning';
import { generateDemo } from '../../workers/dataset/demo';
import { deriveDataset } from '../../workers/reasoning/derive';
import { fetchEncoder } from '../../workers/reasoning/encoderHub';
import { storeEncoder, withEncoder } from '../../workers/reasoning/encoders';
import { runJob } from '../../workers/reasoning/job';
import { systemClock } from '../../workers/reasoning/lanes';
import { newServer } from '../../workers/reasoning/server';
import { openStudy, vectorKey } from '../../workers/reasoning/study';
import { named } from '../helpers/dataRoom';
import { ModelServer } from '../helpers/modelServer';
import { loopbackSettings } from '../helpers/reasoning';

/** What the encoder in the page was asked; it needs a browser (tests/browser/encoder.test.ts), here it counts letters. */
const asked: string[] = [];
const opened: string[] = [];
vi.mock('../../workers/reasoning/pageEncoder', () => ({
  openEncoder: async (_files: unknown, longest: number, device: string) => {
    opened.push(`${device}, ${longest}`);
    return {
      device,
      width: 2,
      encode: async (texts: readonly string[]) => {
        asked.push(...texts);
        return { vectors: texts.map((text) => Float32Array.of(text.length, 1)), promptTokens: texts.length };
      },
      end: async () => undefined,
    };
  },
}));

const A = 'a'.repeat(64);
const page = (id: string | null, device: 'auto' | 'wasm' = 'auto'): EncoderChoice => ({
  kind: 'page',
  id,
  name: 'tiny',
  device,
});
const FILES = [
  named('tiny/config.json', '{"max_position_embeddings":32}'),
  named('tiny/tokenizer.json', '{"model":{"type":"WordPiece"}}'),
  named('tiny/tokenizer_config.json', '{"model_max_length":16}'),
  named('tiny/onnx/model.onnx', 'weights'),
];

let server: ModelServer;
let database: Database;
beforeEach(async () => {
  asked.length = 0;
  opened.length = 0;
  server = await new ModelServer().start();
  database = memoryDatabase();
  await generateDemo(database, 'd', { seed: 3, users: 24, items: 30, variant: 'plain' });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

const choose = (encoder: EncoderChoice): Promise<void> =>
  writeJob(database, { ...newJob('d'), settings: { ...loopbackSettings(server.url), encoder } });

async function run() {
  const { settings } = await readJob(database, 'd');
  let stages: readonly StageState[] = [];
  const end = await runJob(database, 'd', {
    server: withEncoder(database, newServer({ server: settings.server, key: null }), settings.encoder),
    clock: systemClock,
    pause: new AbortController().signal,
    onStages: (all) => (stages = all),
    onFailure: () => undefined,
  }).catch((error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)));
  return { end, stages };
}

describe('who encodes', () => {
  it('decides under which key a vector is stored; where the encoder runs does not', async () => {
    const keyFor = async (encoder: EncoderChoice): Promise<string> => {
      await choose(encoder);
      return vectorKey(await openStudy(database, 'd'), 'a text');
    };
    const keys = [await keyFor({ kind: 'server' }), await keyFor(page(A)), await keyFor(page('b'.repeat(64)))];
    expect(new Set(keys).size).toBe(3);
    expect(await keyFor(page(A, 'wasm'))).toBe(keys[1]);
  });

  it('is the server in jobs that were stored before there was a choice', async () => {
    const { encoder: _, ...settings } = loopbackSettings(server.url);
    await database.texts.set('job/d', { ...newJob('d'), settings });
    expect((await readJob(database, 'd')).settings).toEqual(loopbackSettings(server.url));
  });

  it('may be the page: each text once, and no server where only vectors are missing', async () => {
    const { id } = await storeEncoder(
      database,
      FILES,
      () => undefined,
      () => false,
    );
    expect((await listEncoders(database)).readable).toMatchObject([{ id, name: 'tiny', width: 2, longest: 16 }]);
    asked.length = 0;
    await choose(page(id));
    const { end, stages } = await run();
    expect(end).toBe('finished');
    expect(stages.map(({ done, total }) => done === total)).toEqual([true, true, true, true]);
    expect(opened).toEqual(['wasm, 16', 'auto, 16']);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBe(stages[2]!.done + stages[3]!.done);
    expect(server.requests.filter(({ path }) => path.includes('embed'))).toEqual([]);

    const made = await deriveDataset(database, 'd', 'made', 'Made', () => undefined);
    expect(made.source).toMatchObject({ provenance: { models: { encode: 'tiny' }, encoder: { name: 'tiny', id } } });
    expect(datasetSchema.safeParse(made).success).toBe(true);
    expect(made.features.find(({ key }) => key === 'user_preferences')).toMatchObject({
      columns: 2,
      file: 'tiny, reasoning stage',
    });

    const before = asked.length;
    await server.stop();
    expect((await run()).end).toBe('finished');
    expect(asked.length).toBe(before);
    // Another encoder: its vectors are missing, and nothing else.
    await writeEncoder(
      database,
      { id: A, name: 'other', bytes: 1, width: 2, longest: 8 },
      {
        'config.json': new Blob(['1']),
        'tokenizer.json': new Blob(['1']),
        'tokenizer_config.json': new Blob(['1']),
        'model.onnx': new Blob(['1']),
      },
    );
    await choose(page(A));
    expect((await run()).end).toBe('finished');
    expect(asked.length).toBe(2 * before);
    await server.start();
  });

  it('is missed at once where its files are not in this browser', async () => {
    for (const id of [null, A]) {
      await choose(page(id));
      expect((await run()).end).toBe('ENCODER_ABSENT');
    }
  });
});

describe('an encoder on the hub', () => {
  const answer = (respond: (path: string) => Response) => {
    const fetched: { url: string; init: RequestInit }[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      fetched.push({ url, init });
      return respond(url.split('/resolve/main/')[1] ?? '');
    });
    return fetched;
  };
  const own = (path: string): Response => {
    const found = FILES.find((file) => file.path === `tiny/${path}`);
    return found ? new Response(found.file) : new Response('', { status: 404 });
  };
  const refusal = (model = 'me/tiny', blocked = false): Promise<unknown> =>
    fetchEncoder(
      model,
      () => undefined,
      () => blocked,
    ).then(
      () => null,
      (error: unknown) => error,
    );

  it('is fetched file by file, and is the same as its folder', async () => {
    const fetched = answer(own);
    const said: string[] = [];
    const stored = await storeEncoder(
      database,
      { hub: 'me/tiny' },
      (text) => said.push(text),
      () => false,
    );
    expect(fetched.map(({ url }) => url)).toContain('https://huggingface.co/me/tiny/resolve/main/onnx/model.onnx');
    expect(fetched.every(({ init }) => init.credentials === 'omit' && init.body === undefined)).toBe(true);
    expect(said).toContain('fetching onnx/model.onnx');
    expect(stored.name).toBe('me/tiny');
    expect(
      (
        await storeEncoder(
          database,
          FILES,
          () => undefined,
          () => false,
        )
      ).id,
    ).toBe(stored.id);
  });

  it('that cannot be had is told in two sentences', async () => {
    expect(await refusal('tiny')).toMatchObject({
      code: 'ENCODER_FILES',
      message: expect.stringContaining('not a model name'),
    });
    answer((path) => (path === 'onnx/model.onnx' ? new Response('', { status: 404 }) : own(path)));
    expect(await refusal()).toMatchObject({
      code: 'ENCODER_FILES',
      message: 'The hub does not serve onnx/model.onnx of me/tiny (404).',
    });
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await refusal()).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: 'Nothing answers at huggingface.co.',
    });
    expect(await refusal('me/tiny', true)).toMatchObject({
      code: 'SERVER_UNREACHABLE',
      hint: expect.stringContaining('LODESTONE_MODEL_HOSTS'),
    });
  });
});
