import { describe, expect, it } from 'vitest';
import { testHost } from '#test-host';
import type { Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import type { RunDetails } from '../../src/storage/runs';
import { watchHeld } from '../../workers/engine/rowSource';
import { RunControl } from '../../workers/training/control';
import { heldOut } from '../../workers/training/evaluator';
import { dataBytes, resultBytes } from '../../workers/training/hostEstimate';
import { executeRun } from '../../workers/training/run';
import { builtModel, smallStudy } from '../helpers/dataset';
import { describeOn } from '../helpers/device';

/** Bytes of all buffers that can be reached from a value, each once, and how many sets there are with how many members. */
function reached(root: unknown): { bytes: number; sets: number; members: number } {
  const buffers = new Set<ArrayBufferLike>();
  const seen = new Set<object>();
  let sets = 0;
  let members = 0;
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) return void buffers.add(value.buffer);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Set) {
      sets += 1;
      members += value.size;
      return;
    }
    Object.values(value).forEach(visit);
  };
  visit(root);
  return { bytes: [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0), sets, members };
}

/** A database that tells of what is written. */
function watched(database: Database, written: (key: string, value: unknown) => void): Database {
  const { checkpoints, runs } = database;
  return {
    ...database,
    checkpoints: {
      ...checkpoints,
      setMany: async (entries) => {
        written(entries.at(-1)![0], entries);
        await checkpoints.setMany(entries);
      },
    },
    runs: {
      ...runs,
      change: (keys, next) =>
        runs.change(keys, (values) => {
          const entries = next(values);
          entries?.forEach(([key, value]) => written(key, value));
          return entries;
        }),
    },
  };
}

const SIZES = { users: 60, items: 40 };

describeOn('cpu', 'the page’s part of a plan', (test) => {
  test('counts every array of the data that a run holds', async () => {
    const study = await smallStudy('lightgcn', {}, 'cpu', SIZES);
    const { statistics } = await readDataset(study.database, 'small');
    const { data, model } = await builtModel(study);
    const { input, trained, interactions, thresholds } = data;
    const targets = ([1, 2] as const).map((split) => heldOut(interactions, split, trained, thresholds));
    const { bytes, sets } = reached([input, trained, interactions, thresholds, targets]);
    const members = reached(targets.map(({ relevant }) => relevant)).members * (thresholds ? 2 : 1);
    // The sampler's order and candidates are its own.
    const sampler = 4 * (input.train.users.length + input.items);
    expect(sets).toBeGreaterThan(0);
    expect(dataBytes(statistics)).toBe(bytes + sampler + sets * 100 + members * 12);
    model.dispose();
  });

  test('knows of tables that are made on the host, and of none where rows go to the device', async () => {
    const made = async (model: 'vbpr' | 'magnet'): Promise<number> => {
      const study = await smallStudy(model, { embeddingSize: 4 }, 'cpu', SIZES);
      let bytes = 0;
      const end = watchHeld((shape) => (bytes += 4 * shape.reduce((product, length) => product * length, 1)));
      const { model: built, data } = await builtModel(study);
      end();
      const twice = built.parameters.reduce((sum, { tensor }) => sum + 8 * tensor.size, 0);
      const tables = data.input.features.reduce((sum, { rows, columns }) => sum + 4 * rows * columns, 0);
      built.dispose();
      return (bytes - twice) / tables;
    };
    expect(await made('vbpr')).toBe(0);
    // Unit rows of every modality, looked up in any order.
    expect(await made('magnet')).toBe(1);
  });
});

describe('a plan beside what a run stores', () => {
  it('has the bytes of a checkpoint and of the results', async () => {
    const { database, run } = await smallStudy('vbpr', { epochs: 2, embeddingSize: 8 }, 'cpu', SIZES);
    const checkpoints: number[] = [];
    let details = 0;
    let liked = 0;
    const ended = await executeRun(run.id, {
      database: watched(database, (key, value) => {
        if (key.includes('/slot')) checkpoints.push(reached(value).bytes);
        if (key.endsWith('/details')) {
          details = reached(value).bytes;
          liked = (value as RunDetails).perUserLiked?.users.length ?? 0;
        }
      }),
      deviceHost: await testHost(false),
      control: new RunControl(),
      emit: () => undefined,
      traceSteps: 0,
      checkpointIntervalMs: 0,
    });
    expect(ended.fault).toBeNull();
    const { statistics } = await readDataset(database, 'small');
    const { users } = statistics.splits.test;
    expect(details).toBe(resultBytes(users, liked));
    const { host, parameters } = ended.estimate!;
    // Values and both moments of every parameter, and the best epoch's values; as they are and as they are stored.
    expect(Math.max(...checkpoints)).toBe(4 * parameters);
    expect(host!.weights).toBe(2 * Math.max(...checkpoints));
    // All who are tested may have liked something.
    expect(liked).toBeLessThanOrEqual(users);
    const most =
      resultBytes(statistics.splits.valid.users, statistics.splits.valid.users) + 2 * resultBytes(users, users);
    expect(host!.results).toBe(most);
    expect(host!.total).toBeGreaterThanOrEqual(host!.page + host!.data + host!.weights);
    expect(host!.withDevice).toBeGreaterThanOrEqual(ended.estimate!.total + host!.page + host!.data);
  });
});
