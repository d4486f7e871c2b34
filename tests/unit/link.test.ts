import { describe, expect, it } from 'vitest';
import { DEFAULT_DEMO, type DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import { byKey, METRIC_KEYS } from '../../src/domain/metrics';
import { completeConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type ModelId } from '../../src/domain/models/table';
import { newRun, type RunDocument } from '../../src/domain/run';
import { agreement, sharedNumber, sharedStudy } from '../../src/domain/shared';
import { decodeStudy, encodeStudy } from '../../src/sharing/link';
import { fromPayload, toPayload } from '../../src/sharing/payload';
import { besideRows, verdictOf } from '../../src/features/sharing/verdict';
import { stream } from '../../workers/numbers/rng';

const FINGERPRINT = 'ab'.repeat(32);
const random = stream(5, 'links');
const metrics = () => byKey(() => random.uniform() / 3);

function finished(model: ModelId, epochs: number, changes = {}): RunDocument {
  const config = completeConfig(model, changes);
  const run = newRun(
    `${model}-id`,
    `${model} · Demo`,
    {
      model,
      config,
      seed: 999,
      dataset: { id: 'demo', name: 'Demo', fingerprint: FINGERPRINT },
      backend: 'auto',
      allowSoftware: false,
    },
    '2026-01-01T00:00:00Z',
  );
  return {
    ...run,
    status: 'finished',
    stepsPerEpoch: 10,
    findings: [{ kind: 'parts', key: 'reliance', title: '', names: ['behaviour', 'image', 'text'] }],
    epochs: Array.from({ length: epochs }, (_, epoch) => ({
      epoch,
      step: 10 * (epoch + 1),
      learningRate: 1e-3,
      terms: {},
      total: 1,
      valid: metrics(),
      trainSeconds: 1,
      evaluateSeconds: 1,
      ...(model === 'magnet' && { observed: { routing: Array.from({ length: 9 }, () => random.uniform() / 9) } }),
    })),
    result: { bestEpoch: Math.floor(epochs / 2), valid: metrics(), test: metrics() },
  };
}

const demo = {
  id: 'demo',
  name: 'Demo',
  fingerprint: FINGERPRINT,
  source: { kind: 'demo', options: DEFAULT_DEMO },
  split: { rule: 'perUserRandom', seed: 1 },
  statistics: { users: 1000, items: 600, interactions: 12003 },
} as unknown as DatasetDocument;

const studyOf = (runs: readonly RunDocument[]) => sharedStudy(runs, [demo], { points: 40, routing: true });
const faultOf = async (text: string): Promise<string> => {
  try {
    await decodeStudy(text);
    return 'none';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.message.length).toBeGreaterThan(20);
    expect(error.hint.length).toBeGreaterThan(10);
    return error.code;
  }
};

describe('a link', () => {
  it('gives back what was put in, of every model', async () => {
    for (const model of MODEL_IDS) {
      const study = studyOf([finished(model, 60, { embeddingSize: 32 })]);
      expect(await decodeStudy(await encodeStudy(study))).toEqual(study);
    }
  });

  it('of one experiment with metrics, curves and routing has fewer than 2,000 characters', async () => {
    const link = await encodeStudy(
      studyOf([
        finished('magnet', 200, { embeddingSize: 32, temperature: 0.2, learningRate: 5e-4, expertHead: 'hadamard' }),
      ]),
    );
    expect(link).toMatch(/^x=1\.[A-Za-z0-9_-]+$/);
    expect(link.length).toBeLessThan(2000);
  });

  it('leaves out values that are the default, and names a dataset once', () => {
    const payload = toPayload(studyOf([finished('lightgcn', 3), finished('bpr', 3, { batchSize: 512 })]));
    expect(payload.r.map(({ c }) => c)).toEqual([{}, { batchSize: 512 }]);
    expect(payload.d).toEqual([
      { n: 'Demo', f: FINGERPRINT, u: 1000, i: 600, x: 12003, s: 'perUserRandom', g: [2026, 1000, 600, 'plain'] },
    ]);
  });

  it('keeps the best epoch and the last when curves are thinned', () => {
    const run = finished('lightgcn', 90);
    const { curves } = studyOf([run]).runs[0]!;
    expect(curves!.epochs.length).toBeLessThanOrEqual(42);
    expect(curves!.epochs).toContain(run.result!.bestEpoch);
    expect(curves!.epochs.at(-1)).toBe(89);
    expect(curves!.recall[curves!.epochs.indexOf(45)]).toBeCloseTo(run.epochs[45]!.valid!['recall@20'], 4);
  });
});

describe('a link of several runs', () => {
  const axes = [
    { key: 'layers', values: [1, 2] },
    { key: 'regWeight', values: [0.1] },
  ];
  const point = (id: string): RunDocument => ({
    ...finished('lightgcn', 3),
    id,
    group: { id: 'g', name: 'A sweep', variant: id, sweep: { axes, method: 'grid', medianRule: false } },
  });

  it('says which options a sweep varied, where all of its runs are of one', async () => {
    const study = studyOf([point('a'), point('b')]);
    expect(study.sweep).toEqual(['layers', 'regWeight']);
    expect((await decodeStudy(await encodeStudy(study))).sweep).toEqual(study.sweep);
    expect(studyOf([point('a'), finished('bpr', 3)]).sweep).toBeUndefined();
    const detail = { points: 0, routing: false };
    const withBaseline = sharedStudy([point('a'), finished('mostpop', 1)], [demo], detail, ['mostpop-id']);
    expect(withBaseline).toMatchObject({ sweep: study.sweep, baselines: [1] });
  });

  it('says which runs stand beside the others, and names none that is not in it', async () => {
    const runs = [finished('lightgcn', 3), finished('bpr', 3)];
    const study = sharedStudy(runs, [demo], { points: 0, routing: false }, ['bpr-id', 'gone']);
    expect(study.baselines).toEqual([1]);
    expect((await decodeStudy(await encodeStudy(study))).baselines).toEqual([1]);
    expect(studyOf(runs).baselines).toBeUndefined();
    expect(() => fromPayload({ ...toPayload(study), l: [2] })).toThrow(/a baseline is a run that is not in it/);
  });
});

describe('a link that is not right', () => {
  it('says what is wrong with it', async () => {
    const good = await encodeStudy(studyOf([finished('lightgcn', 30)]));
    expect(await faultOf(good.slice(0, good.length / 2))).toBe('LINK_TRUNCATED');
    expect(await faultOf(good.replace('x=1.', 'x=2.'))).toBe('LINK_VERSION');
    expect(await faultOf(`${good} and`)).toBe('LINK_TRUNCATED');
    expect(await faultOf('x=1.')).toBe('LINK_TRUNCATED');
    expect(await faultOf(`x=1.${'A'.repeat(70_000)}`)).toBe('LINK_TOO_LARGE');
    const bomb = await new Response(
      new Blob([new Uint8Array(20_000_000)]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    ).arrayBuffer();
    expect(await faultOf(`x=1.${Buffer.from(bomb).toString('base64url')}`)).toBe('LINK_TOO_LARGE');
  });

  it('is refused where anything is unknown, out of range or of a prototype', () => {
    const payload = JSON.parse(JSON.stringify(toPayload(studyOf([finished('magnet', 5)])))) as {
      d: Record<string, unknown>[];
      r: Record<string, unknown>[];
    };
    const refused = (change: (copy: typeof payload) => void, words: RegExp): void => {
      const copy = structuredClone(payload);
      change(copy);
      let code = '';
      try {
        fromPayload(copy);
      } catch (error) {
        code = error instanceof AppError ? `${error.code} ${error.message}` : String(error);
      }
      expect(code).toMatch(words);
    };
    expect(() => fromPayload(payload)).not.toThrow();
    refused((copy) => (copy.r[0]!['c'] = { layers: 1e9 }), /LINK_INVALID.*layers|Layers/i);
    refused((copy) => (copy.r[0]!['c'] = { nonsense: 1 }), /LINK_INVALID.*nonsense/);
    refused((copy) => (copy.r[0]!['c'] = JSON.parse('{"constructor": 1}')), /LINK_INVALID/);
    refused((copy) => (copy.r[0]!['d'] = 7), /LINK_INVALID.*dataset/);
    refused((copy) => (copy.r[0]!['m'] = 'toString'), /LINK_INVALID/);
    refused((copy) => (copy.r[0]!['s'] = -1), /LINK_INVALID/);
    refused((copy) => (copy.r[0]!['k'] = { e: [1, 2], r: [0.1], n: [0.1] }), /LINK_INVALID.*curve/);
    refused((copy) => (copy.r[0]!['extra'] = 1), /LINK_INVALID/);
    refused((copy) => (copy.d[0]!['n'] = 'x'.repeat(500)), /LINK_INVALID/);
    refused((copy) => (copy.r = []), /LINK_INVALID/);
  });

  it('never reaches a prototype', async () => {
    const json = JSON.stringify(toPayload(studyOf([finished('lightgcn', 2)]))).replace(
      '"c":{}',
      '"c":{"__proto__":{"x":1}}',
    );
    expect(json).toContain('__proto__');
    const bytes = await new Response(
      new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    ).arrayBuffer();
    expect(await faultOf(`x=1.${Buffer.from(bytes).toString('base64url')}`)).toBe('LINK_TRUNCATED');
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('never does anything else, however it was changed', async () => {
    const good = await encodeStudy(studyOf([finished('magnet', 6), finished('simgr', 2)]));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=#%';
    const pick = (below: number): number => Math.floor(random.uniform() * below);
    for (let round = 0; round < 3000; round++) {
      const characters = [...good];
      for (let change = 0; change <= pick(4); change++) {
        const at = pick(characters.length);
        const kind = pick(3);
        if (kind === 0) characters[at] = alphabet[pick(alphabet.length)]!;
        else if (kind === 1) characters.splice(at, 1 + pick(20));
        else characters.splice(at, 0, alphabet[pick(alphabet.length)]!);
      }
      expect(await faultOf(characters.join(''))).toMatch(/^LINK_|^none$/);
    }
  });

  it('never does anything else, however its content was changed', () => {
    const values = [null, -1, 1e308, '', '<img src=x onerror=alert(1)>', [], {}, true, 'x'.repeat(1000), [[]], 0.5];
    const json = JSON.stringify(toPayload(studyOf([finished('magnet', 6)])));
    for (let round = 0; round < 7000; round++) {
      const copy: unknown = JSON.parse(json);
      let node = copy as Record<string, unknown>;
      for (let depth = 0; depth < 6; depth++) {
        const keys = Object.keys(node);
        const key = keys[Math.floor(random.uniform() * keys.length)];
        if (key === undefined) break;
        const next = node[key];
        if (typeof next === 'object' && next !== null && random.uniform() < 0.8) node = next as Record<string, unknown>;
        else {
          node[key] = values[Math.floor(random.uniform() * values.length)];
          break;
        }
      }
      try {
        fromPayload(copy);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }
  });
});

describe('agreement with a shared number', () => {
  it('is identity in six digits, or one standard error of a mean over users', () => {
    expect(agreement(sharedNumber(0.123456789), 0.123456812, 1000)).toBe('identical');
    expect(agreement(0.1, 0.109, 1000)).toBe('within');
    expect(agreement(0.1, 0.11, 1000)).toBe('outside');
    expect(METRIC_KEYS).toHaveLength(16);
  });
});

describe('the verdict on a repeated run', () => {
  const shared = byKey(() => 0.2);
  const verdict = (mine: number, other: number) =>
    verdictOf(besideRows(shared, { ...byKey(() => 0.2), 'recall@20': mine, 'ndcg@20': other }, 100));

  it('is that of its worst metric, and counts', () => {
    const all = METRIC_KEYS.length;
    expect(verdict(0.2, 0.2)).toEqual({ tone: 'ok', title: `Reproduced: ${all} of ${all} metrics identical` });
    // One standard error over 100 users is .04.
    expect(verdict(0.23, 0.2)).toEqual({
      tone: 'info',
      title: `Agrees within one standard error: ${all - 1} of ${all} metrics identical`,
    });
    expect(verdict(0.25, 0.21)).toEqual({
      tone: 'warning',
      title: `Differs: 1 of ${all} metrics further apart than one standard error`,
    });
  });
});

describe('tables that go with a link', () => {
  const reading = {
    caption: 'Knock-outs of a run',
    columns: ['Without', 'Fall'],
    rows: [
      ['Dom image', '+0.0035'],
      ['<script>', '−0.0078'],
    ],
    notes: ['95 % by resampling users.'],
  };

  it('come back as they stood', async () => {
    const study = { ...studyOf([finished('magnet', 3)]), readings: [reading] };
    expect((await decodeStudy(await encodeStudy(study))).readings).toEqual([reading]);
    expect(fromPayload(toPayload(studyOf([finished('magnet', 3)]))).readings).toBeUndefined();
  });

  it('are cut where they are made and refused where they are larger', () => {
    const large = {
      caption: 'c'.repeat(500),
      columns: Array.from({ length: 30 }, () => 'h'.repeat(200)),
      rows: Array.from({ length: 100 }, () => ['r'.repeat(200)]),
      notes: Array.from({ length: 10 }, () => 'n'.repeat(900)),
    };
    const payload = toPayload({
      ...studyOf([finished('magnet', 3)]),
      readings: Array.from({ length: 9 }, () => large),
    });
    expect(fromPayload(payload).readings).toHaveLength(4);
    for (const change of [
      { w: [{ ...payload.w![0]!, c: 'c'.repeat(201) }] },
      { w: [{ ...payload.w![0]!, r: Array.from({ length: 61 }, () => []) }] },
      { w: [{ ...payload.w![0]!, h: [] }] },
      { w: [{ ...payload.w![0]!, x: 1 }] },
      { w: Array.from({ length: 5 }, () => payload.w![0]!) },
    ])
      expect(() => fromPayload({ ...payload, ...change })).toThrow(AppError);
  });
});
