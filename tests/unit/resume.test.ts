import { describe, expect, it, vi } from 'vitest';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { RunDocument } from '../../src/domain/run';
import { mapValues } from '../../src/storage/arrays';
import { memoryDatabase, TABLE_NAMES, type Database } from '../../src/storage/database';
import { readDetails, readRun } from '../../src/storage/runs';
import { readWeights } from '../../src/storage/weights';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../../workers/training/checkpoint';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { type RunHost } from '../../workers/training/host';
import { withoutClock } from '../helpers/clock';
import { closedAt } from '../helpers/closedAt';
import { smallStudy } from '../helpers/dataset';

type OnEvent = (event: TrainingEvent, control: RunControl) => void;

const SIZES = { users: 40, items: 32 };
const SMALL: Config = { embeddingSize: 8, batchSize: 64 };

const study = (model: ModelId, changes: Config) => smallStudy(model, { ...SMALL, ...changes }, 'cpu', SIZES);

function hostOf(database: Database, onEvent: OnEvent = () => undefined): RunHost {
  const control = new RunControl();
  return {
    database,
    deviceHost: { gpu: null, wasmPaths: {}, fetchWasm: false, helpers: null },
    control,
    emit: (event) => onEvent(event, control),
    traceSteps: 0,
    // At every chance: after every reporting interval.
    checkpointIntervalMs: 0,
  };
}

async function finalStateOf(database: Database, run: RunDocument) {
  return {
    run: withoutClock(run),
    weights: await readWeights(database, run.id),
    details: await readDetails(database, run.id),
  };
}

async function copyOf(database: Database): Promise<Database> {
  const copy = memoryDatabase();
  for (const name of TABLE_NAMES) {
    for (const key of await database[name].keys()) await copy[name].set(key, await database[name].get(key));
  }
  return copy;
}

describe('a run whose tab was closed', () => {
  // Patience 1 with a learning rate this high ends by early stopping, which a resumed run must not train past.
  const changes: Config = { epochs: 6, patience: 1, learningRate: 0.05, layers: 1, evaluateEvery: 1 };

  it('ends as the run that was left alone, whichever write was its last', async () => {
    const { database } = await study('lightgcn', changes);
    const untouched = await copyOf(database);
    const counting = closedAt(await copyOf(untouched), Infinity);
    const plain = await executeRun('run', hostOf(counting.database));
    expect(plain.status).toBe('finished');
    expect(plain.epochs.length).toBeGreaterThan(2);
    expect(plain.epochs.length).toBeLessThan(6);
    const expected = await finalStateOf(counting.database, plain);
    const writes = counting.writes();
    const slots = writes.filter((write) => write.includes('/slot'));
    // Mid-epoch checkpoints and ones between epochs, in turn in both slots.
    expect(slots.length).toBeGreaterThan(plain.epochs.length + 5);
    expect(new Set(slots).size).toBe(2);
    expect(writes.at(-1)).toBe('checkpoints delete');

    for (let last = 1; last <= writes.length; last++) {
      const stored = await copyOf(untouched);
      const tab = closedAt(stored, last);
      void executeRun('run', hostOf(tab.database));
      await tab.closed;
      const next = await copyOf(stored);
      const before = (await readCheckpoint(next, 'run'))?.step ?? null;
      const steps: number[] = [];
      const resumed = await executeRun(
        'run',
        hostOf(next, (event) => {
          if (event.type === 'intervals') steps.push(event.points[0]!.step);
        }),
      );
      expect(await finalStateOf(next, resumed), `closed at write ${last}, ${writes[last - 1]}`).toEqual(expected);
      // What the checkpoint knew is not computed again.
      if (before !== null && steps.length > 0) expect(Math.min(...steps)).toBeGreaterThan(before);
      if (before === null) expect(steps.length).toBe(plain.intervals.length);
      expect(await next.checkpoints.keys('run/slot')).toEqual([]);
    }
  });

  it('has every epoch that had finished, however quick they were', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    await new Promise<void>((resolve) => {
      const { checkpointIntervalMs: _, ...host } = hostOf(database, (event, control) => {
        if (event.type === 'epoch' && event.point.epoch === 2) control.pause();
        if (event.type === 'status' && event.status === 'paused') resolve();
      });
      void executeRun('run', host);
    });
    expect((await readCheckpoint(database, 'run'))?.epoch).toBe(3);
    expect((await readRun(database, 'run')).epochs).toHaveLength(3);
  });

  it('has the epoch after which it paused, however long the checkpoint before took to write', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    const set = database.checkpoints.set.bind(database.checkpoints);
    vi.spyOn(database.checkpoints, 'set').mockImplementation(async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return set(...given);
    });
    await new Promise<void>((resolve) => {
      const { checkpointIntervalMs: _, ...host } = hostOf(database, (event, control) => {
        if (event.type === 'epoch' && event.point.epoch === 2) control.pause();
        if (event.type === 'status' && event.status === 'paused') resolve();
      });
      void executeRun('run', host);
    });
    expect((await readCheckpoint(database, 'run'))?.epoch).toBe(3);
  });

  it('has the steps until a checkpoint was asked for, in the middle of an epoch', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    const asked = await new Promise<number>((resolve) => {
      let step = 0;
      const host = hostOf(database, (event, control) => {
        if (event.type === 'intervals') {
          if (step > 0) control.pause();
          else control.saveRequested = true;
          step = event.points[0]!.step;
        }
        if (event.type === 'status' && event.status === 'paused') resolve(step);
      });
      void executeRun('run', { ...host, checkpointIntervalMs: 1e9 });
    });
    const kept = (await readCheckpoint(database, 'run'))?.step ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(asked);
  });

  it('goes on from the middle of an epoch when it was paused there', async () => {
    const { database } = await study('bpr', { epochs: 3 });
    const untouched = await copyOf(database);
    const plain = await executeRun('run', hostOf(database));
    const expected = await finalStateOf(database, plain);
    const stored = await copyOf(untouched);
    const pausedAt = await new Promise<number>((resolve) => {
      let seen = 0;
      void executeRun(
        'run',
        hostOf(stored, (event, control) => {
          if (event.type === 'intervals') seen = event.points[0]!.step;
          if (seen > 0 && seen % plain.stepsPerEpoch !== 0 && seen > plain.stepsPerEpoch) control.pause();
          if (event.type === 'status' && event.status === 'paused') resolve(seen);
        }),
      );
    });
    expect(pausedAt % plain.stepsPerEpoch).not.toBe(0);
    const next = await copyOf(stored);
    expect((await readCheckpoint(next, 'run'))?.step).toBe(pausedAt);
    const resumed = await executeRun('run', hostOf(next));
    expect(await finalStateOf(next, resumed)).toEqual(expected);
  });

  it('ends as one that was never left when it is left at the end of given epochs', async () => {
    const { database } = await study('bpr', { epochs: 4 });
    const untouched = await copyOf(database);
    const plain = await executeRun('run', hostOf(database));
    const expected = await finalStateOf(database, plain);
    const stored = await copyOf(untouched);
    // As rarely as a run writes checkpoints otherwise: here never.
    const until = (untilEpoch: number) => ({ ...hostOf(stored), checkpointIntervalMs: 1e9, untilEpoch });
    for (const epochs of [1, 3]) {
      const left = await executeRun('run', until(epochs));
      expect(left).toMatchObject({ status: 'interrupted', fault: null, result: null });
      expect(left.epochs).toHaveLength(epochs);
      expect((await readCheckpoint(stored, 'run'))?.epoch).toBe(epochs);
    }
    // The last epoch is its end, whatever was asked.
    const ended = await executeRun('run', until(4));
    expect(await finalStateOf(stored, ended)).toEqual(expected);
  });
});

describe('a run that fails', () => {
  /** A run of two epochs whose tab was closed in the second, with checkpoints. */
  async function halfDone(model: ModelId, changes: Config = {}): Promise<Database> {
    const { database } = await study(model, { epochs: 2, ...changes });
    await new Promise<void>((resolve) => {
      void executeRun(
        'run',
        hostOf(database, (event, control) => {
          if (event.type === 'intervals' && event.points[0]!.epoch === 1) control.pause();
          if (event.type === 'status' && event.status === 'paused') resolve();
        }),
      );
    });
    return copyOf(database);
  }

  async function overwriteBoth(database: Database, checkpoint: Checkpoint): Promise<void> {
    for (let slot = 0; slot < 2; slot++) await writeCheckpoint(database, 'run', checkpoint);
  }

  it('names the term that is not finite, and keeps its checkpoint', async () => {
    const database = await halfDone('bpr');
    const checkpoint = await readCheckpoint(database, 'run');
    expect(checkpoint?.epoch).toBe(1);
    // The squares of these overflow float32, and with them the regulariser's norms; the ranking term is bounded by its floor.
    const huge = mapValues(checkpoint!.parameters, (saved, name) => ({
      ...saved,
      values: saved.values.map((value) => (name === 'userEmbedding' ? value * 1e22 : value)),
    }));
    await overwriteBoth(database, { ...checkpoint!, parameters: huge });
    const run = await executeRun('run', hostOf(database));
    expect(run.status).toBe('failed');
    expect(run.fault?.code).toBe('RUN_DIVERGED');
    expect(run.fault?.context['term']).toBe('reg');
    expect(run.fault?.message).toContain('reg');
    expect(run.fault?.context['epoch']).toBe(1);
    expect((await readCheckpoint(database, 'run'))?.step).toBe(checkpoint!.step);
    expect(run.epochs).toHaveLength(1);
    expect(await readWeights(database, 'run')).toBeNull();
    expect(await readRun(database, 'run')).toEqual(run);
  });

  it('never keeps parameters that are not finite, here after features that overflow', async () => {
    const database = await halfDone('mgcn', { neighbours: 3 });
    const checkpoint = await readCheckpoint(database, 'run');
    const features = Object.entries(checkpoint!.parameters).filter(([name]) => name.startsWith('features/'));
    expect(features.length).toBeGreaterThan(0);
    const huge = Object.fromEntries(
      features.map(([name, saved]) => [name, { ...saved, values: saved.values.map((_, i) => (i % 2 ? 3e38 : -3e38)) }]),
    );
    await overwriteBoth(database, { ...checkpoint!, parameters: { ...checkpoint!.parameters, ...huge } });
    const run = await executeRun('run', hostOf(database));
    // The loss of that step is still a number: what the step left is looked at before it is kept.
    expect(run.fault?.code).toBe('RUN_DIVERGED');
    expect(run.fault?.context['parameter']).toMatch(/image|text/);
    expect((await readCheckpoint(database, 'run'))?.step).toBe(checkpoint!.step);
  });

  it('for want of a device keeps its curves and its checkpoint', async () => {
    const database = await halfDone('bpr');
    const before = await readRun(database, 'run');
    expect(before.epochs).toHaveLength(1);
    await database.runs.set('run', { ...before, experiment: { ...before.experiment, backend: 'webgpu' } });
    const run = await executeRun('run', hostOf(database));
    expect(run).toMatchObject({ status: 'failed', fault: { code: 'GPU_UNAVAILABLE' } });
    expect(run.epochs).toEqual(before.epochs);
    expect(run.intervals).toEqual(before.intervals);
    expect(run.seconds).toBeGreaterThanOrEqual(before.seconds);
    expect(await readCheckpoint(database, 'run')).not.toBeNull();
  });

  it('for want of its dataset says so', async () => {
    const { database } = await study('bpr', { epochs: 1 });
    await database.datasets.delete(['small']);
    expect(await executeRun('run', hostOf(database))).toMatchObject({
      status: 'failed',
      fault: { code: 'DATA_NOT_FOUND' },
    });
  });

  it('is refused before its first step when a feature matrix is missing a part', async () => {
    const { database } = await study('vbpr', { epochs: 1 });
    await database.features.delete(await database.features.keys('small/image/'));
    await database.features.delete(await database.features.keys('small/text/'));
    expect(await executeRun('run', hostOf(database))).toMatchObject({
      status: 'failed',
      fault: { code: 'DATA_NOT_FOUND' },
      epochs: [],
    });
  });
});

describe('a run that is stopped', () => {
  it('has the result of its best epoch', async () => {
    const { database } = await study('lightgcn', { epochs: 50, learningRate: 0.05, patience: 0 });
    const alone = await copyOf(database);
    let stopAfter = -1;
    // Two epochs after the best one so far.
    const stopped = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type !== 'epoch' || event.point.epoch < (event.best?.epoch ?? 0) + 2) return;
        stopAfter = event.point.epoch;
        control.stop();
      }),
    );
    expect(stopped.status).toBe('stopped');
    expect(stopped.fault).toBeNull();
    expect(stopped.epochs).toHaveLength(stopAfter + 1);
    expect(stopAfter).toBeLessThan(49);
    expect(stopped.result?.bestEpoch).toBe(stopAfter - 2);
    expect(stopped.result?.valid).toEqual(stopped.best?.valid);
    expect(stopped.result?.valid).toEqual(stopped.epochs[stopAfter - 2]?.valid);
    expect(await database.checkpoints.keys('run/slot')).toEqual([]);
    // A run that ends with that epoch has the same result and weights.
    const run = await readRun(alone, 'run');
    await alone.runs.set('run', {
      ...run,
      experiment: { ...run.experiment, config: { ...run.experiment.config, epochs: stopAfter - 1 } },
    });
    const short = await executeRun('run', hostOf(alone));
    expect(short.result).toEqual(stopped.result);
    expect(await readWeights(alone, 'run')).toEqual(await readWeights(database, 'run'));
  });

  it('before its first evaluation has none', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    const run = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type === 'intervals') control.stop();
      }),
    );
    expect(run).toMatchObject({ status: 'stopped', fault: null, result: null, best: null, epochs: [] });
  });

  it('while it is prepared has not failed', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    const run = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type === 'phase') control.stop();
      }),
    );
    expect(run).toMatchObject({ status: 'stopped', fault: null, epochs: [] });
  });

  it('while it is paused ends at once', async () => {
    const { database } = await study('bpr', { epochs: 5 });
    const run = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type === 'epoch') control.pause();
        if (event.type === 'status' && event.status === 'paused') setTimeout(() => control.stop(), 5);
      }),
    );
    expect(run.status).toBe('stopped');
    expect(run.epochs).toHaveLength(1);
    expect(run.result?.bestEpoch).toBe(0);
  });
});

describe('a run that is left', () => {
  const left = (when: TrainingEvent['type']) => async () => {
    const { database } = await study('lightgcn', { epochs: 3, layers: 1 });
    const untouched = await copyOf(database);
    const away = await executeRun('run', {
      ...hostOf(database, (event, control) => {
        if (event.type === when) control.leave();
      }),
      // No checkpoint is due by itself.
      checkpointIntervalMs: 3_600_000,
    });
    expect(away.fault).toBeNull();
    expect(away.result).toBeNull();
    expect(['interrupted', 'stopped']).toContain(away.status);
    expect((await readCheckpoint(database, 'run')) !== null).toBe(when !== 'phase');
    const run = await executeRun('run', hostOf(database));
    const alone = await executeRun('run', hostOf(untouched));
    expect(await finalStateOf(database, run)).toEqual(await finalStateOf(untouched, alone));
  };

  it('in the middle of an epoch goes on from a checkpoint that was written for it', left('intervals'));
  it('after an epoch does so too', left('epoch'));
  it('while it is prepared begins anew', left('phase'));
});

describe('pauses', () => {
  it('are no work: neither a run nor its epochs take longer for them', async () => {
    const { database } = await study('bpr', { epochs: 2 });
    let pauses = 0;
    const run = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type === 'intervals' && pauses === 0) {
          pauses += 1;
          control.pause();
        }
        if (event.type === 'status' && event.status === 'paused') setTimeout(() => control.resume(), 2000);
      }),
    );
    expect(pauses).toBe(1);
    expect(run.status).toBe('finished');
    expect(run.seconds).toBeLessThan(2);
    expect(run.epochs[0]!.trainSeconds).toBeLessThan(2);
    expect(run.seconds).toBeGreaterThan(0);
  });

  it('come at the end of the epoch after a step of one epoch', async () => {
    const { database } = await study('bpr', { epochs: 4 });
    const pausedAfter: number[] = [];
    let epochs = 0;
    const run = await executeRun(
      'run',
      hostOf(database, (event, control) => {
        if (event.type === 'epoch') epochs += 1;
        if (event.type === 'intervals' && epochs === 1 && pausedAfter.length === 0) control.pause();
        if (event.type !== 'status' || event.status !== 'paused') return;
        pausedAfter.push(epochs);
        setTimeout(() => (pausedAfter.length < 3 ? control.stepEpoch() : control.resume()), 5);
      }),
    );
    expect(run.epochs).toHaveLength(4);
    expect(pausedAfter).toEqual([1, 2, 3]);
  });
});
