import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { drawnLines } from '../../src/charts/curveLines';
import { seriesStyle } from '../../src/charts/palette';
import {
  baselineLabel,
  baselinesBeside,
  baselinesOn,
  belowBaseline,
  missingBaselines,
} from '../../src/domain/baselines';
import {
  completeConfig,
  evaluationOf,
  modelTable,
  REFERENCE_IDS,
  REFERENCE_TABLES,
} from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { levelSeries } from '../../src/features/readings/curves';
import { newRun, summarise, type RunDocument } from '../../src/domain/run';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { readDetails, writeRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { generateDemo } from '../../workers/dataset/demo';
import { modelKind } from '../../workers/models/registry';
import { invertPositive } from '../../workers/numbers/inverse';
import { stream } from '../../workers/numbers/rng';
import { RunControl } from '../../workers/training/control';
import { runMemory } from '../../workers/training/estimate';
import { readTrainingData } from '../../workers/training/input';
import { executeRun } from '../../workers/training/run';
import { withoutClock } from '../helpers/clock';
import { hasRealData, mustImport, realFile } from '../helpers/dataRoom';
import { openTestDevice } from '../helpers/device';

const SMALL: Partial<Record<ModelId, Config>> = { als: { embeddingSize: 8, epochs: 4, patience: 0 } };

async function study(model: ModelId, changes: Config = {}): Promise<{ database: Database; run: RunDocument }> {
  const database = memoryDatabase();
  const { id, name, fingerprint } = await generateDemo(database, 'small', {
    seed: 7,
    users: 120,
    items: 80,
    variant: 'plain',
  });
  const config = completeConfig(model, { ...SMALL[model], ...changes });
  const experiment = {
    model,
    config,
    seed: 999,
    dataset: { id, name, fingerprint },
    backend: 'cpu',
    allowSoftware: true,
  } as const;
  const run = newRun('run', 'a run', experiment, '2026-01-01T00:00:00.000Z');
  await writeRun(database, run);
  return { database, run };
}

const executed = (database: Database, untilEpoch?: number): Promise<RunDocument> =>
  executeRun('run', {
    database,
    deviceHost: { gpu: null, wasmPaths: {}, fetchWasm: false, helpers: null },
    control: new RunControl(),
    emit: () => undefined,
    traceSteps: 0,
    ...(untilEpoch !== undefined && { untilEpoch }),
  });

describe('references', () => {
  it.each([...REFERENCE_IDS])('%s is a run like any other', async (model) => {
    const { database } = await study(model);
    const run = await executed(database);
    expect(run).toMatchObject({ status: 'finished', fault: null });
    expect(run.epochs).toHaveLength(evaluationOf(run.experiment.config).epochs);
    expect(run.result?.test['recall@20']).toBeGreaterThan(0.02);
    const details = await readDetails(database, 'run');
    expect(details?.perUser.users.length).toBe(details!.topItems.length / details!.cutoff);
    // Numbers of users are no vectors.
    const weights = await readWeights(database, 'run');
    expect(weights?.['represent/users'] !== undefined).toBe(modelTable(model).vectorColumns === undefined);
  });

  it('random order finds what chance finds, for every user another order', async () => {
    const { database } = await study('randomorder');
    const run = await executed(database);
    const { train, test } = (await readDataset(database, 'small')).statistics.splits;
    // Each candidate has the same chance to be among the first 20.
    const expected = 20 / (80 - train.interactions / train.users);
    const error = Math.sqrt((expected * (1 - expected)) / test.interactions);
    expect(Math.abs(run.result!.test['recall@20'] - expected)).toBeLessThan(4 * error);
    const { topItems, cutoff, perUser } = (await readDetails(database, 'run'))!;
    const firsts = perUser.users.length;
    expect(new Set(Array.from({ length: firsts }, (_, u) => topItems[u * cutoff])).size).toBeGreaterThan(firsts / 4);
    const other = await study('randomorder');
    await executed(other.database);
    expect((await readDetails(other.database, 'run'))!.topItems).toEqual(topItems);
  });

  it('are computed the same when they are left between two sweeps', async () => {
    const { database } = await study('als');
    const plain = await executed(database);
    const other = await study('als');
    expect((await executed(other.database, 2)).status).toBe('interrupted');
    const resumed = await executed(other.database);
    expect(withoutClock(resumed)).toEqual(withoutClock(plain));
    expect(await readWeights(other.database, 'run')).toEqual(await readWeights(database, 'run'));
    const losses = plain.epochs.map(({ total }) => total);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
  });

  it('refuse what does not fit, with its size', async () => {
    const { build } = modelKind('ease');
    const input = { users: 1, items: 63_001, train: { users: new Int32Array(1), items: new Int32Array(1) } };
    const context = {
      input: { ...input, ratings: null, features: [], itemVectors: null, userVectors: null, pretrained: null },
      config: completeConfig('ease', {}),
      random: (name: string) => stream(1, name),
      progress: async () => undefined,
    };
    await expect(build(context)).rejects.toMatchObject({
      code: 'RUN_MEMORY',
      message: 'EASE weighs every pair of items, and 63,001 items take 44.4 GiB.',
    });
  });

  it.each([...REFERENCE_IDS])('the memory of %s is known before it runs', async (model) => {
    const { database, run } = await study(model);
    const device = await openTestDevice('cpu');
    const { experiment } = run;
    const dataset = await readDataset(database, experiment.dataset.id);
    const { estimate } = await runMemory(dataset, model, experiment.config);
    const { input } = await readTrainingData(database, experiment, async () => undefined);
    const before = tf.memory().numBytes;
    const built = await modelKind(model).build({
      input,
      config: experiment.config,
      random: (name) => stream(1, name),
      progress: async () => undefined,
    });
    const held = tf.memory().numBytes - before;
    // Lists of neighbours have at most k entries, as the estimate assumes: these data are too small for them to be full.
    expect(held).toBeLessThanOrEqual((estimate.graphs + estimate.constants) * 1.01);
    if (['mostpop', 'randomorder', 'ease', 'als'].includes(model))
      expect(held).toBeGreaterThan((estimate.graphs + estimate.constants) * 0.9);
    built.dispose();
    expect(tf.memory().numBytes).toBe(before);
    device?.close();
  });
});

describe('baselines beside a result', () => {
  const at = (id: string, model: ModelId, value: number, over: Partial<RunDocument> = {}) => {
    const metrics = { 'recall@20': value } as never;
    return summarise({
      ...newRun(id, id, { ...run.experiment, model }, '2026-01-01T00:00:00.000Z'),
      status: 'finished',
      result: { bestEpoch: 0, valid: metrics, test: metrics },
      ...over,
    });
  };
  const run = newRun(
    'run',
    'a run',
    {
      model: 'bpr',
      config: {},
      seed: 1,
      dataset: { id: 'd', name: 'd', fingerprint: 'f' },
      backend: 'cpu',
      allowSoftware: false,
    },
    '2026-01-01T00:00:00.000Z',
  );

  it('are random order too, below popularity', () => {
    const runs = [
      at('a', 'randomorder', 0.01),
      at('b', 'mostpop', 0.2),
      at('c', 'randomorder', 0.02),
      at('d', 'userknn', 0.3),
    ];
    expect(baselinesOn(runs, 'f').map(({ id }) => id)).toEqual(['b', 'c', 'd']);
    expect(belowBaseline(at('x', 'bpr', 0.015), baselinesOn(runs, 'f'))?.id).toBe('b');
    expect(belowBaseline(at('x', 'bpr', 0.015), [at('c', 'randomorder', 0.02)])?.id).toBe('c');
  });

  it('are drawn beside a run’s curve, dotted, at their validation Recall@20', () => {
    const curves = { stepsPerEpoch: 5, epochs: [{ step: 5 }, { step: 10 }] as never };
    const levels = levelSeries(curves, [
      at('b', 'mostpop', 0.2),
      at('c', 'randomorder', 0.02),
      at('d', 'userknn', 0.3),
    ]);
    expect(levels.map(({ name, kind, points }) => [name, kind, points.at(-1)?.[1]])).toEqual([
      ['Popularity, R@20', 'level', 0.2],
      ['Random, R@20', 'level', 0.02],
    ]);
    expect(seriesStyle(levels[0]!.slot!).dash).toBe('1 3');
    expect(drawnLines(levels, 0.6, true).map(({ marked, slot }) => [marked, slot])).toEqual([
      [false, 6],
      [false, 5],
    ]);
    expect(levelSeries({ ...curves, epochs: [] }, [at('b', 'mostpop', 0.2)])).toEqual([]);
  });

  it('are popularity and the best of the others by validation', () => {
    const runs = [at('a', 'itemknn', 0.1), at('b', 'userknn', 0.3), at('c', 'mostpop', 0.2), at('d', 'ease', 0.25)];
    expect(baselinesOn(runs, 'f').map(({ id }) => id)).toEqual(['c', 'b']);
    expect(baselinesOn(runs, 'other')).toEqual([]);
    expect(baselinesBeside(runs, [at('x', 'bpr', 0.1)]).map(baselineLabel)).toEqual([
      'Popularity (baseline)',
      'User kNN (baseline)',
    ]);
    expect(baselinesBeside(runs, [at('x', 'bpr', 0.1), at('c', 'mostpop', 0.2)]).map(({ id }) => id)).toEqual(['b']);
    expect(belowBaseline(at('x', 'bpr', 0.19), runs)?.id).toBe('c');
    expect(belowBaseline(at('x', 'bpr', 0.21), runs)).toBeNull();
    expect(belowBaseline(at('x', 'itemknn', 0.1), runs)).toBeNull();
  });

  it('are offered where they are missing and possible', async () => {
    const { database } = await study('mostpop');
    const dataset = await readDataset(database, 'small');
    const device = { backend: 'auto', allowSoftware: false } as const;
    expect(missingBaselines([], dataset, device).map(({ model }) => model)).toEqual(
      REFERENCE_TABLES.map(({ id }) => id),
    );
    const there = at('a', 'mostpop', 0.1, {
      experiment: {
        ...run.experiment,
        model: 'mostpop',
        dataset: { id: 'small', name: 'small', fingerprint: dataset.fingerprint },
      },
    });
    const bare = { ...dataset, features: [], statistics: { ...dataset.statistics, items: 63_001 } };
    expect(missingBaselines([there], bare, device).map(({ model }) => model)).toEqual(
      ['als', 'itemknn', 'randomorder', 'userknn']
        .filter((id) => REFERENCE_IDS.includes(id))
        .sort((a, b) => REFERENCE_IDS.indexOf(a) - REFERENCE_IDS.indexOf(b)),
    );
  });
});

describe('the inverse of a positive matrix', () => {
  it.each([1, 5, 47, 48, 49, 131])('of %i rows times the matrix is the identity', async (n) => {
    const random = stream(n, 'matrix');
    const factor = Float64Array.from({ length: n * n }, () => random.normal());
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) matrix[i * n + j]! += factor[i * n + k]! * factor[j * n + k]!;
        if (i === j) matrix[i * n + j]! += 1;
      }
    const inverse = matrix.slice();
    // The upper half is not read.
    for (let i = 0; i < n; i++) inverse.fill(NaN, i * n + i + 1, (i + 1) * n);
    await invertPositive(inverse, n, async () => undefined);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * inverse[k * n + j]!;
        expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-9);
      }
  });

  it('is refused where a pivot is not positive', async () => {
    await expect(invertPositive(Float64Array.of(1, 2, 2, 1), 2, async () => undefined)).rejects.toThrow(
      'positive definite',
    );
  });
});

describe('popularity on TikTok', () => {
  it.skipIf(!hasRealData)('has the Recall@20 that was computed beside it', async () => {
    const { database, document } = await mustImport(['tiktok/tiktok.inter'].map(realFile));
    const { id, name, fingerprint } = document;
    const dataset = { id, name, fingerprint };
    const experiment = { model: 'mostpop', config: {}, seed: 1, dataset, backend: 'cpu', allowSoftware: true } as const;
    await writeRun(database, newRun('run', 'a run', experiment, '2026-01-01T00:00:00.000Z'));
    const run = await executed(database);
    expect(run.result?.test['recall@20'].toFixed(4)).toBe('0.0596');
    expect(run.result?.test['ndcg@20'].toFixed(4)).toBe('0.0254');
  });
});
