import { describe, expect, it } from 'vitest';
import { joinArray, splitArray, type Entry } from '../../src/storage/arrays';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { deleteRun, readDetails, writeDetails, writeRun } from '../../src/storage/runs';
import { readTrace, readWeights, writeTrace, writeWeights } from '../../src/storage/weights';
import { byKey } from '../../src/domain/metrics';
import { newRun } from '../../src/domain/run';
import { defaultConfig } from '../../src/domain/models/catalogue';
import {
  CheckpointClock,
  deleteCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from '../../workers/training/checkpoint';

function checkpointAt(step: number, withBest = true): Checkpoint {
  const array = (offset: number): Float32Array => Float32Array.of(step, offset, -0, 1e-30, NaN);
  return {
    version: 2,
    step,
    epoch: Math.floor(step / 10),
    adamSteps: step,
    secondAdamSteps: 2 * step,
    passLoss: step / 7,
    sampler: {
      shuffleAtEpochStart: [step, 2, 3, 4],
      negatives: [5, 6, 7, 8],
      taken: step % 10,
      others: { rows: [step, 1] },
    },
    stopping: { bestValue: withBest ? 0.25 : -Infinity, sinceBest: 1 },
    epochSums: [step / 3, 2],
    epochObserved: { weightsUsers: [step, 0, 3], switchStep: [step] },
    model: { stage: Float32Array.of(step, 2, 0.5) },
    epochTrainSeconds: 1.5,
    epochs: [],
    intervals: [{ step, epoch: 0, terms: { bpr: 0.5 }, total: 0.5 }],
    best: null,
    seconds: step,
    parameters: {
      table: { shape: [5, 1], values: array(1), first: array(2), second: array(3) },
      'layer/weight': { shape: [5], values: array(4), first: array(5), second: array(6) },
    },
    bestWeights: withBest
      ? { epoch: 3, values: { table: array(7), 'layer/weight': array(8) }, state: { stage: array(9) } }
      : null,
  };
}

/** A database whose next write of a checkpoint stops half way, worse than a transaction would: what was written stays. */
function failingOnce(database: Database): { database: Database; fail: () => void } {
  let failing = false;
  const checkpoints: Database['checkpoints'] = {
    ...database.checkpoints,
    setMany: async (entries) => {
      if (failing) {
        failing = false;
        await database.checkpoints.setMany(entries.slice(0, entries.length / 2));
        throw new DOMException('no room', 'QuotaExceededError');
      }
      await database.checkpoints.setMany(entries);
    },
  };
  return { database: { ...database, checkpoints }, fail: () => (failing = true) };
}

describe('checkpoints', () => {
  it('come back as they were', async () => {
    const database = memoryDatabase();
    expect(await readCheckpoint(database, 'a')).toBeNull();
    await writeCheckpoint(database, 'a', checkpointAt(7));
    expect(await readCheckpoint(database, 'a')).toEqual(checkpointAt(7));
    expect(await readCheckpoint(database, 'b')).toBeNull();
    await writeCheckpoint(database, 'b', checkpointAt(8, false));
    expect(await readCheckpoint(database, 'b')).toEqual(checkpointAt(8, false));
    expect(await readCheckpoint(database, 'a')).toEqual(checkpointAt(7));
  });

  it('alternate between two slots, and the newest is read', async () => {
    const database = memoryDatabase();
    const steps = async (): Promise<unknown[]> =>
      Promise.all(
        ['run/slot0', 'run/slot1'].map(
          async (key) => ((await database.checkpoints.get(key)) as { step: number } | undefined)?.step,
        ),
      );
    const seen: unknown[][] = [];
    for (const step of [10, 20, 30, 40]) {
      await writeCheckpoint(database, 'run', checkpointAt(step));
      expect((await readCheckpoint(database, 'run'))?.step).toBe(step);
      seen.push(await steps());
    }
    expect(seen).toEqual([
      [10, undefined],
      [10, 20],
      [30, 20],
      [30, 40],
    ]);
    // The older one is whole too.
    await database.checkpoints.delete(['run/slot1']);
    expect(await readCheckpoint(database, 'run')).toEqual(checkpointAt(30));
  });

  it('that fail half way leave the last one', async () => {
    const { database, fail } = failingOnce(memoryDatabase());
    await writeCheckpoint(database, 'run', checkpointAt(10));
    await writeCheckpoint(database, 'run', checkpointAt(20));
    fail();
    await expect(writeCheckpoint(database, 'run', checkpointAt(30))).rejects.toThrow('no room');
    expect(await readCheckpoint(database, 'run')).toEqual(checkpointAt(20));
    await writeCheckpoint(database, 'run', checkpointAt(40));
    expect(await readCheckpoint(database, 'run')).toEqual(checkpointAt(40));
  });

  it('touch the newest slot with no write of the next', async () => {
    const written: string[] = [];
    const inner = memoryDatabase();
    const checkpoints: Database['checkpoints'] = {
      ...inner.checkpoints,
      set: () => Promise.reject(new Error('A checkpoint is one transaction.')),
      setMany: async (entries) => {
        written.push(...entries.map(([key]) => key));
        await inner.checkpoints.setMany(entries);
      },
    };
    const database = { ...inner, checkpoints };
    await writeCheckpoint(database, 'run', checkpointAt(10));
    expect(written.every((key) => key.startsWith('run/slot0'))).toBe(true);
    // Whatever names the arrays comes last.
    expect(written.at(-1)).toBe('run/slot0');
    written.length = 0;
    await writeCheckpoint(database, 'run', checkpointAt(20));
    expect(written.every((key) => key.startsWith('run/slot1'))).toBe(true);
  });

  it('with a missing part are no checkpoint to go on from silently', async () => {
    const database = memoryDatabase();
    await writeCheckpoint(database, 'run', checkpointAt(10));
    await database.checkpoints.delete(['run/slot0/first/table/0']);
    await expect(readCheckpoint(database, 'run')).rejects.toThrow('run/slot0/first/table/0');
  });

  it('are removed alone', async () => {
    const database = memoryDatabase();
    await writeCheckpoint(database, 'run', checkpointAt(10));
    await writeCheckpoint(database, 'run', checkpointAt(20));
    await writeCheckpoint(database, 'run2', checkpointAt(5));
    await writeWeights(database, 'run', { table: Float32Array.of(1, 2) });
    await deleteCheckpoint(database, 'run');
    expect(await readCheckpoint(database, 'run')).toBeNull();
    expect(await readWeights(database, 'run')).toEqual({ table: Float32Array.of(1, 2) });
    expect((await readCheckpoint(database, 'run2'))?.step).toBe(5);
    await deleteCheckpoint(database, 'run');
  });
});

describe('long arrays', () => {
  it('are stored in parts that browsers take, and joined again', async () => {
    const values = new Float32Array(17_000_000);
    // Marks around the borders of parts; filling all of it would take longer.
    for (let i = 0; i < values.length; i += 4096) values[i] = i;
    const border = 16 * 2 ** 20;
    values.set([1, 2, 3, 4], border - 2);
    values[values.length - 1] = 9;
    const entries: Entry[] = [];
    const stored = splitArray('key', values, entries);
    expect(entries.map(([key, part]) => [key, (part as Float32Array).length])).toEqual([
      ['key/0', border],
      ['key/1', values.length - border],
    ]);
    for (const [, part] of entries) expect((part as Float32Array).byteLength).toBeLessThan(127 * 2 ** 20);
    const parts = new Map(entries);
    const joined = await joinArray({ ...memoryDatabase().checkpoints, get: async (key) => parts.get(key) }, stored);
    expect(joined.length).toBe(values.length);
    expect(joined.findIndex((value, i) => value !== values[i])).toBe(-1);
  });

  it('of no length have no part', async () => {
    const entries: Entry[] = [];
    const stored = splitArray('key', new Float32Array(0), entries);
    expect(entries).toEqual([]);
    expect(await joinArray(memoryDatabase().checkpoints, stored)).toEqual(new Float32Array(0));
  });

  it('are copies: a view stores its own values and no more', () => {
    const entries: Entry[] = [];
    const buffer = new Float32Array(10).fill(3);
    splitArray('key', buffer.subarray(2, 5), entries);
    buffer.fill(4);
    expect(entries).toEqual([['key/0', Float32Array.of(3, 3, 3)]]);
    expect((entries[0]![1] as Float32Array).buffer.byteLength).toBe(12);
  });
});

describe('deleting a run', () => {
  it('removes everything of it and nothing of others', async () => {
    const database = memoryDatabase();
    const experiment = {
      model: 'bpr',
      config: defaultConfig('bpr'),
      seed: 1,
      dataset: { id: 'd', name: 'd', fingerprint: 'f' },
      backend: 'cpu',
      allowSoftware: false,
    } as const;
    for (const id of ['run', 'run2']) {
      await writeRun(database, newRun(id, id, experiment, '2026-01-01T00:00:00.000Z'));
      await writeCheckpoint(database, id, checkpointAt(10));
      await writeCheckpoint(database, id, checkpointAt(20));
      await writeWeights(database, id, { table: Float32Array.of(1) });
      await writeTrace(database, id, { safetensors: new Uint8Array(3), json: '{}' });
      await writeDetails(database, id, {
        perUser: { users: Int32Array.of(0), values: byKey(() => Float32Array.of(0)) },
        topItems: new Int32Array(50),
        topScores: new Float32Array(50),
        cutoff: 50,
      });
    }
    const keys = async (): Promise<string[]> =>
      (await Promise.all(Object.values(database).map((table) => table.keys()))).flat();
    const before = (await keys()).length;
    await deleteRun(database, 'run');
    expect((await keys()).filter((key) => key === 'run' || key.startsWith('run/'))).toEqual([]);
    expect((await keys()).length).toBe(before / 2);
    expect((await readCheckpoint(database, 'run2'))?.step).toBe(20);
    expect(await readDetails(database, 'run2')).not.toBeNull();
    expect(await readTrace(database, 'run2')).toEqual({ safetensors: new Uint8Array(3), json: '{}' });
  });
});

describe('the checkpoint clock', () => {
  it('waits a fixed interval, or 15 seconds, or twenty times what a checkpoint took', async () => {
    expect(new CheckpointClock(0).due).toBe(true);
    expect(new CheckpointClock(null).due).toBe(false);
    const clock = new CheckpointClock(20);
    expect(clock.due).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.due).toBe(true);
    clock.written(performance.now() - 10_000);
    expect(clock.due).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.due).toBe(true);
  });

  it('keeps each finished epoch, as long as that takes no more than a tenth of the time', async () => {
    const clock = new CheckpointClock(null);
    expect(clock.dueAfterEpoch).toBe(true);
    clock.written(performance.now() - 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(clock.dueAfterEpoch).toBe(true);
    expect(clock.due).toBe(false);
    clock.written(performance.now() - 1000);
    expect(clock.dueAfterEpoch).toBe(false);
    // Where the interval was set, it is the interval.
    expect(new CheckpointClock(1e9).dueAfterEpoch).toBe(false);
  });
});
