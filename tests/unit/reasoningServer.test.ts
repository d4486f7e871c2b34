import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { ServerKind } from '../../src/domain/reasoningSettings';
import { parseAddress } from '../../src/domain/serverAddress';
import { inLanes, type Clock } from '../../workers/reasoning/lanes';
import { retryAfterMs } from '../../workers/reasoning/http';
import { newServer } from '../../workers/reasoning/server';
import type { Connection, ModelServer as Client } from '../../workers/reasoning/connection';
import { testServer } from '../../workers/reasoning/testServer';
import { ModelServer, type ServerFault } from '../helpers/modelServer';

const PICTURE = { type: 'image/png', bytes: Uint8Array.of(1, 2, 3) };
const SAMPLING = { seed: 5, answerTokens: 90, contextTokens: 2048 };
const ALL = { describe: 'seer', profile: 'writer', encode: 'encoder' };

let server: ModelServer;
const connect = (kind: ServerKind, more: Partial<Connection> = {}): Connection => ({
  server: { kind, url: server.url },
  key: null,
  ...more,
});
const clientOf = (kind: ServerKind, more?: Partial<Connection>): Client => newServer(connect(kind, more));

const caught = async (work: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${String(error)}`);
  return error;
};

beforeEach(async () => {
  server = await new ModelServer({ columns: 8 }).start();
});
afterEach(() => server.stop());

describe.each(['ollama', 'openai'] as const)('a server of the kind %s', (kind) => {
  it('lists models, answers questions about pictures, and encodes in order', async () => {
    const client = clientOf(kind);
    server.digests = { seer: 'ab12' };
    expect(await client.models()).toEqual(
      ['seer', 'writer', 'encoder'].map((name) => ({
        name,
        digest: kind === 'ollama' && name === 'seer' ? 'ab12' : null,
      })),
    );
    const answer = await client.chat({ model: 'seer', prompt: 'what is it', picture: PICTURE, sampling: SAMPLING });
    expect(answer).toMatchObject({ promptTokens: 100, answerTokens: 20, cut: false });
    expect(answer.text).toMatch(/^what is it \w+.*\(seer, seed 5\)$/);
    const { vectors } = await client.embed('encoder', ['one thing', 'another', 'one thing']);
    expect(vectors.map(({ length }) => length)).toEqual([8, 8, 8]);
    expect(vectors[0]).toEqual(vectors[2]);
    expect(vectors[0]).not.toEqual(vectors[1]);
  });

  it('is told temperature 0 and the seed, or nothing of either', async () => {
    const client = clientOf(kind);
    await client.chat({ model: 'writer', prompt: 'p', picture: null, sampling: SAMPLING });
    await client.chat({ model: 'writer', prompt: 'p', picture: null, sampling: null });
    const [greedy, own] = server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(kind === 'ollama' ? greedy!['options'] : greedy).toMatchObject(
      kind === 'ollama'
        ? { temperature: 0, seed: 5, num_predict: 90, num_ctx: 2048 }
        : { temperature: 0, seed: 5, max_tokens: 90 },
    );
    expect(Object.keys(own!).sort()).toEqual(['messages', 'model', 'stream']);
  });

  it.each([
    ['429', 'SERVER_BUSY'],
    ['500', 'SERVER_FAILED'],
    ['400', 'SERVER_REQUEST'],
    ['401', 'SERVER_REFUSED'],
    ['absent', 'MODEL_ABSENT'],
    ['cut', 'SERVER_ANSWER'],
    ['garbage', 'SERVER_ANSWER'],
    ['wrong', 'SERVER_ANSWER'],
    ['drop', 'SERVER_UNREACHABLE'],
  ] as const)('that fails by %s gives %s with two sentences', async (fault, code) => {
    server.fault = () => fault;
    const error = await caught(
      clientOf(kind).chat({ model: 'writer', prompt: 'p', picture: null, sampling: SAMPLING }),
    );
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(20);
    expect(error.hint.length).toBeGreaterThan(20);
    if (fault === '429') expect(error.context['retryAfterMs']).toBe(7000);
    expect(server.answered.size).toBe(0);
  });

  it('that is slower than patience lasts, or gone, is told apart', async () => {
    server.fault = () => 'slow';
    expect(
      (
        await caught(
          clientOf(kind, { timeout: 30 }).chat({ model: 'writer', prompt: 'p', picture: null, sampling: null }),
        )
      ).code,
    ).toBe('SERVER_TIMEOUT');
    await server.stop();
    expect((await caught(clientOf(kind).models())).code).toBe('SERVER_UNREACHABLE');
  });

  it('hears the key in a header; nothing that it says back holds it', async () => {
    await server.stop();
    server = await new ModelServer({ key: 'sk-right' }).start();
    await clientOf(kind, { key: 'sk-right' }).models();
    expect(server.requests.at(-1)!.authorization).toBe('Bearer sk-right');
    for (const key of ['sk-wrong-123456', 'plainword']) {
      const error = await caught(clientOf(kind, { key }).models());
      expect(error.code).toBe('SERVER_REFUSED');
      expect(JSON.stringify(error.toFault())).not.toContain(key);
      expect(error.message).toContain('‹key›');
    }
  });
});

describe('the test of a server', () => {
  const words = async (connection: Connection, models = ALL, blocked = false): Promise<string[]> =>
    (await testServer(connection, models, 'https://page.example', () => blocked)).checks.map(
      ({ what, ok, words: said, hint }) => `${ok ? '+' : '−'} ${what}: ${said}${hint ? ` | ${hint}` : ''}`,
    );

  it('finds everything in place', async () => {
    expect((await words(connect('ollama'))).every((line) => line.startsWith('+'))).toBe(true);
    const { checks, models } = await testServer(connect('openai'), ALL, 'https://page.example', () => false);
    expect(checks.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true]);
    expect(models).toContain('seer');
  });

  it('names absent models with the line that fetches them, and one that sees nothing', async () => {
    const lines = await words(connect('ollama'), { describe: 'writer', profile: 'ghost', encode: '' });
    expect(lines).toContain('− Model that writes profiles: The server has no model ghost. | Run: ollama pull ghost');
    expect(lines.find((line) => line.includes('Sees images'))).toMatch(/^− .*writer does not see images/);
    expect(lines.find((line) => line.includes('Encoder:'))).toMatch(/^− .*No model is chosen/);
  });

  it('tells a server that is not there from one that keeps the page out, and from the page’s own policy', async () => {
    expect(await words({ server: { kind: 'ollama', url: 'http://127.0.0.1:9' }, key: null })).toEqual([
      '− Server: Nothing answers at http://127.0.0.1:9. | Start it with: ollama serve. If the browser asked whether this page may reach the local network, allow it.',
    ]);
    const [blocked] = await words({ server: { kind: 'openai', url: 'http://127.0.0.1:9/v1' }, key: null }, ALL, true);
    expect(blocked).toContain('LODESTONE_MODEL_HOSTS=http://127.0.0.1:9');
  });
});

it('addresses hold a host and a path, and nothing secret', () => {
  expect(parseAddress(' http://localhost:1234/v1/ ')).toBe('http://localhost:1234');
  expect(parseAddress('https://example.org/api/v1')).toBe('https://example.org/api');
  for (const wrong of ['localhost:1234', '', 'ftp://a', 'http://me:secret@host', 'http://host/?key=1'])
    expect(() => parseAddress(wrong)).toThrow(AppError);
});

it('Retry-After is seconds or a date', () => {
  expect(retryAfterMs('3', 0)).toBe(3000);
  expect(retryAfterMs(new Date(60_000).toUTCString(), 20_000)).toBe(40_000);
  expect([retryAfterMs(null, 0), retryAfterMs('soon', 0)]).toEqual([null, null]);
});

describe('lanes', () => {
  /** Sleeping takes no time but is written down. */
  const clockOf = (slept: number[]): Clock => {
    let now = 0;
    return {
      now: () => now,
      jitter: () => 0,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
    };
  };
  const failing = (faults: readonly (ServerFault | null)[]) => {
    const error = (fault: ServerFault): AppError =>
      new AppError(
        fault === '429'
          ? 'SERVER_BUSY'
          : fault === '500'
            ? 'SERVER_FAILED'
            : fault === '400'
              ? 'SERVER_REQUEST'
              : 'SERVER_UNREACHABLE',
        'm',
        'h',
        fault === '429' ? { retryAfterMs: 7000 } : {},
      );
    let call = 0;
    return async (): Promise<void> => {
      const fault = faults[call++];
      if (fault) throw error(fault);
    };
  };
  const run = async (faults: readonly (ServerFault | null)[], tasks = 1) => {
    const slept: number[] = [];
    const failed: number[] = [];
    const pause = new AbortController();
    const ended = await inLanes(
      Array.from({ length: tasks }, (_, i) => i),
      1,
      { work: failing(faults), failed: (task) => failed.push(task), pause: pause.signal, clock: clockOf(slept) },
    ).then(
      () => null,
      (error: unknown) => (error as AppError).code,
    );
    return { slept, failed, ended };
  };

  it('wait longer each time, and as long as the server asks', async () => {
    expect(await run(['500', '500', 'drop', null])).toEqual({ slept: [1000, 2000, 4000], failed: [], ended: null });
    expect(await run(['429', null])).toEqual({ slept: [7000], failed: [], ended: null });
  });

  it('leave a task that is refused and end where the server is gone', async () => {
    expect(await run(['400', null], 2)).toEqual({ slept: [], failed: [0], ended: null });
    expect(await run(new Array<ServerFault>(6).fill('500'))).toMatchObject({ failed: [0], ended: null });
    expect(await run(new Array<ServerFault>(6).fill('drop'), 3)).toMatchObject({
      slept: [1000, 2000, 4000, 8000, 16_000],
      failed: [],
      ended: 'SERVER_UNREACHABLE',
    });
    expect(await run(new Array<ServerFault>(10).fill('400'), 12)).toMatchObject({
      failed: [0, 1, 2, 3, 4, 5, 6, 7, 8],
      ended: 'SERVER_REQUEST',
    });
  });

  it('run as many at once as they are told', async () => {
    let under = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 2));
      under--;
    };
    await inLanes([1, 2, 3, 4, 5, 6, 7], 3, {
      work,
      failed: () => undefined,
      pause: new AbortController().signal,
      clock: clockOf([]),
    });
    expect(most).toBe(3);
  });
});
