import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { METRIC_KEYS } from '../../src/domain/metrics';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type ModelId } from '../../src/domain/models/table';
import type { RunDocument } from '../../src/domain/run';
import { sharedDatasets } from '../../src/domain/shared';
import { decodeStudyFile, encodeStudyFile, type Study } from '../../src/sharing/studyFile';
import { decodeWeights, encodeWeights } from '../../src/sharing/weightsFile';
import { listDatasets } from '../../src/storage/datasets';
import { readDetails } from '../../src/storage/runs';
import { readShapes, readWeights } from '../../src/storage/weights';
import { stream } from '../../workers/numbers/rng';
import { exportStudy, exportWeights } from '../../workers/sharing/exportRuns';
import { executed, tinyStudy, type Stored } from '../helpers/runs';

const MADE = '2026-01-02T03:04:05.000Z';
const random = stream(11, 'files');

/** Runs of all models, as they are stored after three epochs. */
const ended = new Map<ModelId, Stored>();
beforeAll(async () => {
  for (const model of MODEL_IDS) {
    const stored = await tinyStudy(model, { epochs: 3 }, 'cpu');
    ended.set(model, { ...stored, run: await executed(stored, 'cpu') });
  }
}, 300_000);

async function studyOf({ database, run }: Stored, changes: Partial<RunDocument> = {}): Promise<Study> {
  const changed = { ...run, ...changes };
  return {
    datasets: sharedDatasets([changed], (await listDatasets(database)).readable),
    runs: [{ run: changed, details: await readDetails(database, run.id) }],
  };
}

async function faultOf(text: string | Blob): Promise<string> {
  try {
    await decodeStudyFile('a.lodestone.json', typeof text === 'string' ? new Blob([text]) : text);
    return 'none';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.message).toContain(error.message.startsWith('A number column') ? 'column' : 'a.lodestone.json');
    expect(error.hint.length).toBeGreaterThan(10);
    return error.code;
  }
}

describe('a study file', () => {
  it.each(MODEL_IDS)('gives back a run of %s with all that is stored of it', async (model) => {
    const stored = ended.get(model)!;
    expect(stored.run.fault).toBeNull();
    const study = await studyOf(stored);
    expect(study.runs[0]!.details).not.toBeNull();
    expect(await decodeStudyFile('a', await exportStudy(stored.database, [stored.run.id], new Date(MADE)))).toEqual(
      study,
    );
  });

  it('gives back numbers that JSON does not know, a sweep, notes, what others got, and where a run came from', async () => {
    const stored = ended.get('lightgcn')!;
    const [dataset] = sharedDatasets([stored.run], (await listDatasets(stored.database)).readable);
    const [epoch] = stored.run.epochs;
    const study = await studyOf(stored, {
      status: 'failed',
      notes: '<b>not bold</b> ✓',
      seconds: 12.5,
      fault: {
        code: 'RUN_DIVERGED',
        message: 'The loss is NaN.',
        hint: 'Lower the learning rate.',
        context: { step: 3, value: Infinity },
      },
      epochs: [{ ...epoch!, total: NaN, terms: { bpr: -Infinity } }],
      best: { epoch: 0, valid: epoch!.valid! },
      result: null,
      group: {
        id: 'g1',
        name: 'a sweep',
        variant: 'layers=2',
        sweep: {
          axes: [{ key: 'layers', values: [1, 2], range: { low: 1, high: 2, log: false } }],
          method: 'random',
          drawSeed: 4,
          medianRule: true,
        },
      },
      theirs: {
        model: 'lightgcn',
        config: stored.run.experiment.config,
        seed: 5,
        name: 'theirs',
        dataset: 0,
        backend: 'wasm',
        device: 'd',
        epochs: 1,
        result: null,
        curves: { epochs: [0], recall: [0.5], ndcg: [0.25] },
        routing: null,
      },
      origin: { file: 'x.lodestone.json', importedAt: MADE, dataset: dataset! },
      stopReason: { rule: 'median', epoch: 0, metric: 'recall@20', best: 0.1, median: 0.2, peers: 3 },
    });
    expect(await decodeStudyFile('a', await encodeStudyFile(study, MADE))).toEqual(study);
  });

  it('is smaller than what it holds', async () => {
    const { database, run } = ended.get('magnet')!;
    const details = (await readDetails(database, run.id))!;
    const lists = 8 * details.topItems.length + 4 * METRIC_KEYS.length * details.perUser.users.length;
    const file = await exportStudy(database, [run.id], new Date(MADE));
    expect(file.size).toBeLessThan(lists + JSON.stringify(run).length);
  });

  it('that is not right is refused, with what is wrong', async () => {
    const text = await (await encodeStudyFile(await studyOf(ended.get('lightgcn')!), MADE)).text();
    const changed = (path: string, value: unknown): Promise<string> => {
      const file: unknown = JSON.parse(text);
      const keys = path.split('.');
      const holder = keys.slice(0, -1).reduce((node, key) => (node as Record<string, unknown>)[key], file) as Record<
        string,
        unknown
      >;
      holder[keys.at(-1)!] = value;
      return faultOf(JSON.stringify(file));
    };
    const { details } = (JSON.parse(text) as { runs: { details: { perUser: { users: object }; topScores: object } }[] })
      .runs[0]!;
    expect(await faultOf(text)).toBe('none');
    expect(await faultOf(text.slice(0, -40))).toBe('STUDY_UNREADABLE');
    expect(await faultOf('{"format":"something"}')).toBe('STUDY_UNREADABLE');
    expect(await faultOf('[]')).toBe('STUDY_UNREADABLE');
    expect(await changed('version', 2)).toBe('STUDY_VERSION');
    const far = { size: 2 ** 40, text: () => Promise.reject(new Error('it was read')) } as unknown as Blob;
    expect(await faultOf(far)).toBe('STUDY_TOO_LARGE');
    for (const [path, value] of [
      ['runs.0.run.experiment.config.layers', 1e9],
      ['runs.0.run.experiment.config.nonsense', 1],
      ['runs.0.run.experiment.dataset.fingerprint', 'cd'.repeat(32)],
      ['runs.0.run.epochs.1.epoch', 7],
      ['runs.0.run.result.bestEpoch', 3],
      ['runs.0.run.result.test.recall@20', 1.5],
      ['runs.0.run.result.test.recall@20', undefined],
      ['runs.0.run.id', '../settings'],
      ['runs.0.run.extra', true],
      ['runs.0.details.topItems.n', 1],
      ['runs.0.details.topItems', details.perUser.users],
      ['runs.0.details.perUser.values.map@5', details.topScores],
      ['datasets', []],
      ['runs', []],
    ] as const)
      expect(await changed(path, value), path).toBe('STUDY_UNREADABLE');
    expect(await faultOf(text.replace('"notes":""', '"__proto__":{"x":1},"notes":""'))).toBe('STUDY_UNREADABLE');
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('whose columns unfold to more than they say is refused before it unfolds', async () => {
    const value = JSON.parse(await (await encodeStudyFile(await studyOf(ended.get('bpr')!), MADE)).text()) as {
      runs: { details: { topScores: { z: string } } }[];
    };
    const bomb = await new Response(
      new Blob([new Uint8Array(50_000_000)]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    ).arrayBuffer();
    value.runs[0]!.details.topScores.z = Buffer.from(bomb).toString('base64');
    expect(await faultOf(JSON.stringify(value))).toBe('STUDY_UNREADABLE');
  });
});

describe('a weights file', () => {
  it.each(['lightgcn', 'magnet'] as const)('gives back the weights of %s with their shapes', async (model) => {
    const { database, run } = ended.get(model)!;
    const bytes = new Uint8Array(await (await exportWeights(database, run.id)).arrayBuffer());
    const found = decodeWeights('w', bytes);
    expect(found.runId).toBe(run.id);
    expect(found.best).toEqual({
      arrays: await readWeights(database, run.id),
      shapes: await readShapes(database, run.id, 'best'),
    });
    expect(found.best.shapes['represent/items']).toHaveLength(2);
    const latest = await readWeights(database, run.id, 'latest');
    expect(found.latest?.arrays ?? null).toEqual(latest);
  });

  it('that is not right is refused', () => {
    const good = encodeWeights({
      runId: 'r',
      best: { arrays: { a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5) }, shapes: { a: [2, 2] } },
      latest: null,
    });
    const codeOf = (bytes: Uint8Array<ArrayBuffer>): string => {
      try {
        decodeWeights('w', bytes);
        return 'none';
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return error.code;
      }
    };
    expect(codeOf(good)).toBe('none');
    expect(codeOf(good.slice(0, -4))).toBe('WEIGHTS_UNREADABLE');
    expect(codeOf(new Uint8Array([...good, 0]))).toBe('WEIGHTS_UNREADABLE');
    expect(codeOf(new Uint8Array(4))).toBe('WEIGHTS_UNREADABLE');
    for (let round = 0; round < 3000; round++) {
      const copy = good.slice();
      // The header is what can mislead; numbers may be anything.
      for (let change = 0; change < 3; change++)
        copy[Math.floor(random.uniform() * (copy.length - 20))] = Math.floor(random.uniform() * 256);
      expect(codeOf(copy)).toMatch(/^WEIGHTS_UNREADABLE$|^none$/);
    }
  });
});
