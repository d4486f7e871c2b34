import { describe, expect, it } from 'vitest';
import { AppError, type Fault } from '../../../src/domain/errors';
import { METRIC_KEYS, type Metrics } from '../../../src/domain/metrics';
import { defaultConfig } from '../../../src/domain/models/catalogue';
import type { ModelId } from '../../../src/domain/models/table';
import type { TrainingCommand } from '../../../src/domain/protocol';
import type { EpochPoint, Experiment, RunDocument, Sweep } from '../../../src/domain/run';
import { newRun } from '../../../src/domain/run';
import { createRuns } from '../../../src/state/runs';
import type { QueuedExperiment } from '../../../src/domain/pretraining';
import type { RunsEnvironment } from '../../../src/state/runsState';
import type { TrainingLock } from '../../../src/state/tabs';
import type { TrainingListener } from '../../../src/state/trainingWorker';
import { memoryDatabase, type Database } from '../../../src/storage/database';
import { changeQueue } from '../../../src/storage/queue';
import { changeRun } from '../../../src/storage/runLayout';
import { listRuns, readRun, writeRun, writeTrained } from '../../../src/storage/runs';

const experimentOf = (model: ModelId, seed: number): Experiment => ({
  model,
  config: defaultConfig(model),
  seed,
  dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
  backend: 'auto',
  allowSoftware: false,
});
const experiment = (seed: number): QueuedExperiment => ({ experiment: experimentOf('lightgcn', seed) });

const gpuLost: Fault = { code: 'GPU_LOST', message: 'The GPU was lost.', hint: 'Resume.', context: {} };

const epochPoint = (epoch: number): EpochPoint => ({
  epoch,
  step: (epoch + 1) * 10,
  learningRate: 1e-3,
  terms: { bpr: 1 },
  total: 1,
  valid: null,
  trainSeconds: 1,
  evaluateSeconds: 0,
});

/** A worker whose every event is given by the test. */
class FakeWorker {
  readonly commands: TrainingCommand[] = [];
  terminated = false;
  constructor(
    readonly listener: TrainingListener,
    readonly database: Database,
  ) {}
  get runId(): string {
    const [first] = this.commands;
    if (first?.type !== 'start') throw new Error('not started');
    return first.runId;
  }
  async end(over: Partial<RunDocument>): Promise<void> {
    const run = { ...(await readRun(this.database, this.runId)), ...over };
    await writeRun(this.database, run);
    this.listener.onEvent({ type: 'ended', run });
    await settled();
  }
}

const settled = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms + 5));

/** A lock and a channel that several stores share, as tabs of one browser do. */
function browser() {
  const database = memoryDatabase();
  let tail: Promise<void> = Promise.resolve();
  let held = 0;
  const heard: (() => void)[] = [];
  const lock: TrainingLock = {
    hold: async (work, onWait) => {
      if (held > 0) onWait();
      held += 1;
      const turn = tail.then(work).finally(() => (held -= 1));
      tail = turn.catch(() => undefined);
      await turn;
    },
  };
  const tab = (seen: Database = database) => {
    const workers: FakeWorker[] = [];
    const env: RunsEnvironment = {
      database: seen,
      lock,
      channel: {
        tell: () => heard.forEach((listener) => listener !== mine && listener()),
        listen: (listener) => {
          mine = listener;
          heard.push(listener);
        },
      },
      roomMs: 5,
      openWorker: (listener) => {
        const worker = new FakeWorker(listener, database);
        workers.push(worker);
        return { send: (command) => worker.commands.push(command), terminate: () => (worker.terminated = true) };
      },
    };
    let mine: (() => void) | null = null;
    return { ...createRuns(env), workers };
  };
  return { database, tab };
}

describe('the queue', () => {
  it('trains one run after the other, each with a worker of its own', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([experiment(1), experiment(2)]);
    await settled();
    expect(workers).toHaveLength(1);
    expect(workers[0]?.commands).toEqual([{ type: 'start', runId: ids[0] }]);
    expect(useRuns.getState()).toMatchObject({ activeId: ids[0], queue: [ids[1]] });
    await workers[0]?.end({ status: 'finished' });
    expect(workers[0]?.terminated).toBe(true);
    expect(workers[1]?.runId).toBe(ids[1]);
    await workers[1]?.end({ status: 'finished' });
    expect(useRuns.getState()).toMatchObject({ activeId: null, queue: [] });
    expect((await listRuns(database)).readable.map(({ status }) => status)).toEqual(['finished', 'finished']);
  });

  it('can be reordered, and a run taken out', async () => {
    const { tab } = browser();
    const { useRuns } = tab();
    const [, second, third] = await useRuns.getState().enqueue([1, 2, 3].map(experiment));
    await settled();
    await useRuns.getState().move(third ?? '', -1);
    expect(useRuns.getState().queue).toEqual([third, second]);
    await useRuns.getState().dequeue(second ?? '');
    expect(useRuns.getState().queue).toEqual([third]);
    expect(useRuns.getState().runs.find(({ id }) => id === second)?.status).toBe('stopped');
  });

  it('passes commands on and knows what is pending until the worker answers', async () => {
    const { tab } = browser();
    const { useRuns, workers, liveRun } = tab();
    const [id = ''] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    useRuns.getState().command('pause');
    expect(workers[0]?.commands.at(-1)).toEqual({ type: 'pause' });
    expect(liveRun(id)?.pending).toBe('pause');
    workers[0]?.listener.onEvent({ type: 'status', status: 'paused' });
    expect(liveRun(id)?.pending).toBeNull();
    expect(useRuns.getState().runs[0]?.status).toBe('paused');
  });

  it('reports at most ten times a second, however often the worker speaks', async () => {
    const { tab } = browser();
    const { useRuns, workers, liveRun } = tab();
    const [id = ''] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    const before = useRuns.getState().revision;
    for (let step = 1; step <= 500; step++)
      workers[0]?.listener.onEvent({ type: 'intervals', points: [{ step, epoch: 0, terms: {}, total: 1 }] });
    await settled(250);
    expect(useRuns.getState().revision - before).toBeLessThanOrEqual(3);
    expect(liveRun(id)?.intervals).toHaveLength(500);
  });
});

describe('a sweep', () => {
  const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
  const sweep = { axes: [], method: 'grid', medianRule: true } as const;
  const point = (seed: number, asked: Sweep = sweep): QueuedExperiment => ({
    ...experiment(seed),
    group: { id: 'g', name: 'G', variant: 'v', sweep: asked },
  });
  const curve = (...values: number[]): EpochPoint[] =>
    values.map((value, epoch) => ({ ...epochPoint(epoch), valid: metrics(value) }));

  it('that is paused lets its run in training end, starts no other, and stays paused beyond a reload', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([point(1), point(2)]);
    await settled();
    await useRuns.getState().setPaused('g', true);
    const [aside] = await useRuns.getState().enqueue([experiment(3)]);
    await workers[0]?.end({ status: 'finished' });
    expect(workers.map(({ runId }) => runId)).toEqual([ids[0], aside]);
    await workers[1]?.end({ status: 'finished' });
    expect(useRuns.getState()).toMatchObject({ activeId: null, queue: [ids[1]], paused: ['g'] });

    const later = tab();
    expect(await database.settings.get('pausedGroups')).toEqual(['g']);
    await later.useRuns.getState().load();
    await settled();
    expect(later.workers).toHaveLength(0);
    await later.useRuns.getState().setPaused('g', false);
    await settled();
    expect([...workers.slice(2), ...later.workers].map(({ runId }) => runId)).toEqual([ids[1]]);
  });

  it('is forgotten with its last run', async () => {
    const { tab } = browser();
    const { useRuns } = tab();
    await useRuns.getState().setPaused('g', true);
    const ids = await useRuns.getState().enqueue([point(1), point(2)]);
    await useRuns.getState().remove(ids.slice(1));
    expect(useRuns.getState().paused).toEqual(['g']);
    await useRuns.getState().remove(ids);
    expect(useRuns.getState().paused).toEqual([]);
  });

  it('takes up several runs in their order', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([point(1), point(2)]);
    await settled();
    for (const worker of [0, 1]) await workers[worker]?.end({ status: 'interrupted' });
    await useRuns.getState().resume(...ids);
    await settled();
    expect(workers[2]?.runId).toBe(ids[0]);
    expect(useRuns.getState().queue).toEqual([ids[1]]);
  });

  it('stops a run below the median of the finished ones, and its document says why', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([1, 2, 3, 4, 5].map((seed) => point(seed)));
    await settled();
    for (const [place, value] of [0.2, 0.3, 0.4].entries())
      await workers[place]?.end({ status: 'finished', epochs: curve(0, 0, 0, 0, 0, value) });
    const speak = (place: number, points: readonly EpochPoint[]): void =>
      points.forEach((one) => workers[place]?.listener.onEvent({ type: 'epoch', point: one, best: null }));
    speak(3, curve(0, 0, 0, 0, 0, 0.3));
    expect(workers[3]?.commands).toHaveLength(1);
    await workers[3]?.end({ status: 'finished', epochs: curve(0, 0, 0, 0, 0, 0.3) });
    speak(4, curve(0, 0, 0, 0, 0.29));
    expect(workers[4]?.commands).toHaveLength(1);
    speak(4, curve(0, 0, 0, 0, 0.29, 0.1).slice(5));
    expect(workers[4]?.commands.at(-1)).toEqual({ type: 'stop' });
    await workers[4]?.end({ status: 'stopped' });
    expect((await readRun(database, ids[4] ?? '')).stopReason).toEqual({
      rule: 'median',
      epoch: 5,
      metric: 'recall@20',
      best: 0.29,
      median: 0.3,
      peers: 4,
    });
    expect((await readRun(database, ids[3] ?? '')).stopReason).toBeUndefined();
  });

  it('does not claim a stop that a person asked for, nor one of a run that was done', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([1, 2, 3, 4, 5].map((seed) => point(seed)));
    await settled();
    for (const place of [0, 1, 2]) await workers[place]?.end({ status: 'finished', epochs: curve(1, 1, 1, 1, 1, 1) });
    const hopeless = (place: number): void =>
      curve(0, 0, 0, 0, 0, 0).forEach((one) =>
        workers[place]?.listener.onEvent({ type: 'epoch', point: one, best: null }),
      );
    useRuns.getState().command('stop');
    hopeless(3);
    await workers[3]?.end({ status: 'stopped' });
    hopeless(4);
    await workers[4]?.end({ status: 'finished' });
    for (const id of ids.slice(3)) expect((await readRun(database, id)).stopReason).toBeUndefined();
  });

  it('stops none unless that was asked for', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    await useRuns.getState().enqueue([1, 2, 3, 4].map((seed) => point(seed, { ...sweep, medianRule: false })));
    await settled();
    for (const place of [0, 1, 2]) await workers[place]?.end({ status: 'finished', epochs: curve(1, 1, 1, 1, 1, 1) });
    curve(0, 0, 0, 0, 0, 0).forEach((one) => workers[3]?.listener.onEvent({ type: 'epoch', point: one, best: null }));
    expect(workers[3]?.commands).toHaveLength(1);
  });
});

describe('a search by successive halving', () => {
  const metrics = (value: number): Metrics => Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;
  const search = {
    trials: 4,
    drawSeed: 1,
    metric: 'recall@20',
    rungs: [
      { epochs: 2, keep: 2 },
      { epochs: 4, keep: 1 },
    ],
  } as const;
  const trial = (number: number): QueuedExperiment => ({
    ...experiment(1),
    group: { id: 'g', name: 'G', variant: 'row', search, trial: number },
  });
  const after = (epochs: number, value: number): Partial<RunDocument> => ({
    status: 'interrupted',
    epochs: Array.from({ length: epochs }, (_, epoch) => epochPoint(epoch)),
    best: { epoch: epochs - 1, valid: metrics(value) },
  });

  it('brings all trials to a rung, lets the best go on from there, and ends the others', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([0, 1, 2, 3].map(trial));
    await settled();
    expect(workers[0]?.commands).toEqual([{ type: 'start', runId: ids[0], untilEpoch: 2 }]);
    for (const [place, value] of [0.1, 0.4, 0.2].entries()) await workers[place]?.end(after(2, value));
    expect(workers.map(({ runId }) => runId)).toEqual(ids);
    // Nothing is judged before all are there.
    expect(useRuns.getState().runs.map(({ status }) => status)).toEqual(['queued', 'queued', 'queued', 'preparing']);
    await workers[3]?.end(after(2, 0.3));
    const left = await readRun(database, ids[0] ?? '');
    expect(left.status).toBe('stopped');
    expect(left.stopReason).toEqual({
      rule: 'halving',
      epoch: 1,
      metric: 'recall@20',
      best: 0.1,
      rank: 4,
      of: 4,
      keep: 2,
    });
    expect(useRuns.getState().runs.map(({ status }) => status)).toEqual(['stopped', 'preparing', 'stopped', 'queued']);
    expect(workers[4]?.commands).toEqual([{ type: 'start', runId: ids[1], untilEpoch: 4 }]);
    // One that ends earlier of itself counts with its best.
    await workers[4]?.end({
      ...after(3, 0.4),
      status: 'finished',
      result: { bestEpoch: 1, valid: metrics(0.4), test: metrics(0.3) },
    });
    expect(workers[5]?.runId).toBe(ids[3]);
    await workers[5]?.end(after(4, 0.35));
    expect(await readRun(database, ids[3] ?? '')).toMatchObject({
      status: 'stopped',
      stopReason: { rank: 2, of: 2, keep: 1 },
    });
    expect(useRuns.getState()).toMatchObject({ activeId: null, queue: [] });
  });

  it('is taken up where it was when the tab was closed between two rungs', async () => {
    const { database, tab } = browser();
    const first = tab();
    const ids = await first.useRuns.getState().enqueue([0, 1, 2, 3].map(trial));
    await settled();
    await first.useRuns.getState().setPaused('g', true);
    await first.workers[0]?.end(after(2, 0.4));
    expect((await readRun(database, ids[0] ?? '')).status).toBe('queued');

    const later = tab();
    await later.useRuns.getState().load();
    await later.useRuns.getState().setPaused('g', false);
    await settled();
    const workers = (): FakeWorker[] => [...first.workers.slice(1), ...later.workers];
    for (const place of [0, 1, 2]) await workers()[place]?.end(after(2, 0.1 * (place + 1)));
    await settled();
    expect(workers()[3]?.commands).toEqual([{ type: 'start', runId: ids[0], untilEpoch: 4 }]);
  });

  it('does not wait for a trial that failed or was deleted', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    const ids = await useRuns.getState().enqueue([0, 1, 2, 3].map(trial));
    await settled();
    await workers[0]?.end(after(2, 0.1));
    await workers[1]?.end({ status: 'failed', fault: { ...gpuLost, code: 'UNKNOWN' } });
    await useRuns.getState().remove([ids[3] ?? '']);
    await workers[2]?.end(after(2, 0.3));
    expect(workers[3]?.commands).toEqual([{ type: 'start', runId: ids[0], untilEpoch: 4 }]);
  });
});

describe('pre-training', () => {
  it('is queued once before the runs that need it, and not again when it has finished', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const egra: QueuedExperiment = {
      experiment: experimentOf('egra', 1),
      group: { id: 'g', name: 'a table', variant: 'EGRA' },
    };
    const ids = await useRuns.getState().enqueue([egra, { ...egra }]);
    await settled();
    const models = (await listRuns(database)).readable.map(({ experiment: { model } }) => model);
    expect(models).toEqual(['mgcn', 'egra', 'egra']);
    expect(ids).toHaveLength(2);
    expect(useRuns.getState().queue).toEqual(ids);
    expect((await readRun(database, ids[0] ?? '')).group).toEqual(egra.group);
    for (const worker of [0, 1, 2]) await workers[worker]?.end({ status: 'finished' });

    await useRuns.getState().enqueue([egra, { experiment: experimentOf('egra', 2) }]);
    await settled();
    const seeds = (await listRuns(database)).readable
      .filter(({ experiment: { model } }) => model === 'mgcn')
      .map(({ experiment: { seed } }) => seed);
    expect(seeds).toEqual([1, 2]);
  });
});

describe('a run moved before its pre-training', () => {
  it('waits for it all the same', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    await useRuns.getState().enqueue([experiment(1)]);
    const [id = ''] = await useRuns.getState().enqueue([{ experiment: experimentOf('egra', 1) }]);
    await settled();
    await useRuns.getState().move(id, -1);
    expect(useRuns.getState().queue[0]).toBe(id);
    for (const worker of [0, 1, 2]) await workers[worker]?.end({ status: 'finished' });
    const models = workers.map(
      ({ runId }) => useRuns.getState().runs.find((run) => run.id === runId)?.experiment.model,
    );
    expect(models).toEqual(['lightgcn', 'mgcn', 'egra']);
  });
});

describe('failures', () => {
  it('a dead worker fails its run in words, and the next run starts', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    await useRuns.getState().enqueue([experiment(1), experiment(2)]);
    await settled();
    for (const worker of [0, 1, 2]) {
      workers[worker]?.listener.onDeath('out of memory');
      await settled();
    }
    const [first] = useRuns.getState().runs;
    expect(first).toMatchObject({
      status: 'failed',
      fault: { code: 'WORKER_FAILED', message: 'The training worker stopped: out of memory.' },
    });
    expect(workers).toHaveLength(4);
  });

  it('a lost GPU is taken up twice from the checkpoint, then fails the run', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    for (const attempt of [0, 1, 2]) {
      expect(workers).toHaveLength(attempt + 1);
      workers[attempt]?.listener.onEvent({ type: 'fault', fault: gpuLost });
      await workers[attempt]?.end({ status: 'failed', fault: gpuLost });
    }
    await settled();
    expect(workers).toHaveLength(3);
    expect(workers.every(({ terminated }) => terminated)).toBe(true);
    expect(useRuns.getState()).toMatchObject({
      activeId: null,
      runs: [{ status: 'failed', fault: { code: 'GPU_LOST' } }],
    });
  });

  it('an interrupted worker leaves a run that can be resumed', async () => {
    const { tab } = browser();
    const { useRuns, workers } = tab();
    const [id = ''] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    useRuns.getState().interrupt();
    await settled();
    expect(useRuns.getState().runs[0]?.status).toBe('interrupted');
    await useRuns.getState().resume(id);
    await settled();
    expect(workers[1]?.commands).toEqual([{ type: 'start', runId: id }]);
  });
});

describe('a reload', () => {
  it('turns what was left running into interrupted, keeps its edits, and takes up the queue', async () => {
    const { database, tab } = browser();
    await writeRun(database, {
      ...newRun('a', 'A', experimentOf('lightgcn', 1), '2026-01-01'),
      status: 'running',
      epochs: [epochPoint(0)],
    });
    await database.settings.set('edits/a', { notes: 'written while it ran' });
    await writeRun(database, newRun('b', 'B', experimentOf('lightgcn', 2), '2026-01-02'));
    const { useRuns, workers } = tab();
    await useRuns.getState().load();
    await settled();
    expect(useRuns.getState().runs[0]).toMatchObject({ status: 'interrupted', notes: 'written while it ran' });
    expect(workers[0]?.runId).toBe('b');
  });

  it('a second tab waits, says so, and does not touch what the first one trains', async () => {
    const { tab } = browser();
    const first = tab();
    await first.useRuns.getState().load();
    const [id = ''] = await first.useRuns.getState().enqueue([experiment(1)]);
    await settled();
    const second = tab();
    await second.useRuns.getState().load();
    const [later] = await second.useRuns.getState().enqueue([experiment(2)]);
    await settled();
    expect(second.useRuns.getState().elsewhere).toBe(true);
    expect(second.workers).toHaveLength(0);
    expect(second.useRuns.getState().runs.find((run) => run.id === id)?.status).toBe('preparing');
    await first.workers[0]?.end({ status: 'finished' });
    await settled();
    const training = [...first.workers.slice(1), ...second.workers];
    expect(training.map(({ runId }) => runId)).toEqual([later]);
    await training[0]?.end({ status: 'finished' });
    await settled();
    expect(second.useRuns.getState()).toMatchObject({ elsewhere: false, activeId: null });
    expect(second.useRuns.getState().runs.map(({ status }) => status)).toEqual(['finished', 'finished']);
  });

  it('a second tab that looks while a run starts does not list it as waiting, last of all', async () => {
    const { database, tab } = browser();
    for (const [place, id] of ['a', 'b'].entries())
      await writeRun(database, newRun(id, id, experimentOf('lightgcn', place), `2026-01-0${place + 1}`));
    await changeQueue(database, () => ['a', 'b']);
    // Between its two looks, at the runs and at the queue, the other tab starts the first run.
    let looks = 0;
    const between = async (): Promise<void> => {
      looks += 1;
      if (looks !== 2) return;
      await changeRun(database, 'a', (run) => ({ ...run, status: 'preparing' }));
      await changeQueue(database, (queue) => queue.filter((id) => id !== 'a'));
    };
    const looking: Database = {
      ...database,
      runs: { ...database.runs, keys: async (prefix) => (await between(), database.runs.keys(prefix)) },
      settings: {
        ...database.settings,
        get: async (key) => (await (key === 'queue' ? between() : null), database.settings.get(key)),
      },
    };
    const { useRuns } = tab(looking);
    const listed: string[][] = [];
    useRuns.subscribe(({ loaded, queue }) => loaded && listed.push([...queue]));
    await useRuns.getState().load();
    expect(looks).toBeGreaterThan(1);
    expect(listed[0]).toEqual(['b']);
  });
});

describe('a resumed run', () => {
  it('replaces points that its checkpoint did not know', async () => {
    const { database, tab } = browser();
    await writeRun(database, {
      ...newRun('a', 'A', experimentOf('lightgcn', 1), '2026-01-01'),
      status: 'interrupted',
      epochs: [0, 1, 2].map(epochPoint),
    });
    const { useRuns, workers, liveRun } = tab();
    await useRuns.getState().load();
    await useRuns.getState().resume('a');
    await settled();
    workers[0]?.listener.onEvent({ type: 'epoch', point: { ...epochPoint(1), total: 7 }, best: null });
    expect(liveRun('a')?.epochs.map(({ epoch, total }) => [epoch, total])).toEqual([
      [0, 1],
      [1, 7],
    ]);
  });
});

describe('edits', () => {
  it('of the run in progress survive the worker’s own writes', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const [id = ''] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    const before = await readRun(database, id);
    await useRuns.getState().edit(id, { name: 'Renamed', notes: 'n' });
    expect(useRuns.getState().runs[0]?.name).toBe('Renamed');
    await writeTrained(database, { ...before, status: 'running', epochs: [epochPoint(0)] });
    expect(await readRun(database, id)).toMatchObject({ name: 'Renamed', notes: 'n', status: 'running' });
    await workers[0]?.end({ status: 'finished' });
    await settled();
    expect(await readRun(database, id)).toMatchObject({ name: 'Renamed', notes: 'n', status: 'finished' });
  });

  it('in another tab survive the end of the run, and are shown in the tab that trains', async () => {
    const { database, tab } = browser();
    const [first, second] = [tab(), tab()];
    await Promise.all([first.useRuns.getState().load(), second.useRuns.getState().load()]);
    const [id = ''] = await first.useRuns.getState().enqueue([experiment(1)]);
    await settled();
    const before = await readRun(database, id);
    await second.useRuns.getState().edit(id, { notes: 'from the other tab' });
    await settled();
    expect(first.useRuns.getState().runs[0]?.notes).toBe('from the other tab');
    first.workers[0]?.listener.onEvent({ type: 'ended', run: { ...before, status: 'finished' } });
    await settled();
    expect(await readRun(database, id)).toMatchObject({ notes: 'from the other tab', status: 'finished' });
  });
});

describe('deleting', () => {
  it('stops the run in progress; it stays deleted, and the next one starts', async () => {
    const { database, tab } = browser();
    const { useRuns, workers } = tab();
    const [id = '', next] = await useRuns.getState().enqueue([experiment(1), experiment(2)]);
    await settled();
    const before = await readRun(database, id);
    await useRuns.getState().remove([id]);
    await settled();
    expect(workers[0]?.terminated).toBe(true);
    expect(await writeTrained(database, { ...before, status: 'running' })).toBe(false);
    expect((await listRuns(database)).readable.map((run) => run.id)).toEqual([next]);
    expect(useRuns.getState()).toMatchObject({ activeId: next, queue: [], fault: null });
    expect(useRuns.getState().runs.map((run) => run.id)).toEqual([next]);
  });

  it('in another tab does the same, and removes what the thread wrote last', async () => {
    const { database, tab } = browser();
    const [first, second] = [tab(), tab()];
    await Promise.all([first.useRuns.getState().load(), second.useRuns.getState().load()]);
    const [id = '', next] = await first.useRuns.getState().enqueue([experiment(1), experiment(2)]);
    await settled();
    await second.useRuns.getState().remove([id]);
    await database.checkpoints.set(`${id}/slot0`, {});
    await settled(10);
    expect(first.workers[0]?.terminated).toBe(true);
    expect(first.useRuns.getState()).toMatchObject({ activeId: next, queue: [] });
    expect(await database.checkpoints.keys()).toEqual([]);
    expect(await database.runs.keys(id)).toEqual([]);
  });

  it('leaves nothing that a run without a document would own', async () => {
    const { database, tab } = browser();
    await writeRun(database, { ...newRun('a', 'A', experimentOf('lightgcn', 1), '2026-01-01'), status: 'stopped' });
    for (const key of ['a/slot0', 'gone/slot0', 'gone/weights/x']) await database.checkpoints.set(key, {});
    await database.runs.set('gone/details', {});
    await database.runs.set('a/details', {});
    await writeRun(database, { ...newRun('b', 'B', experimentOf('lightgcn', 1), '2026-01-02'), status: 'running' });
    await tab().useRuns.getState().load();
    await settled();
    expect(await database.checkpoints.keys()).toEqual(['a/slot0']);
    expect((await database.runs.keys()).filter((key) => /details/.test(key))).toEqual(['a/details']);
  });
});

describe('a disk that is full', () => {
  it('holds the queue until there is room, and says so meanwhile', async () => {
    const { database, tab } = browser();
    const { change } = database.runs;
    let full = false;
    Object.assign(database.runs, {
      change: async (...given: Parameters<typeof change>) => {
        if (full) throw new AppError('STORE_QUOTA', 'There is no room.', 'Free some.');
        return change(...given);
      },
    });
    const { useRuns, workers } = tab();
    const [id = '', next = ''] = await useRuns.getState().enqueue([experiment(1), experiment(2)]);
    await settled();
    full = true;
    workers[0]?.listener.onEvent({ type: 'ended', run: { ...(await readRun(database, id)), status: 'finished' } });
    await settled(30);
    expect(useRuns.getState().fault).toMatchObject({ code: 'STORE_QUOTA' });
    expect(workers).toHaveLength(1);
    full = false;
    await settled(30);
    expect(useRuns.getState().fault).toBeNull();
    expect((await readRun(database, id)).status).toBe('finished');
    expect(workers[1]?.runId).toBe(next);
  });
});

describe('a thread that ends without a word', () => {
  it('is started again from its checkpoint, twice', async () => {
    const { tab } = browser();
    const { useRuns, workers, liveRun } = tab();
    const [id = ''] = await useRuns.getState().enqueue([experiment(1)]);
    await settled();
    for (const again of [1, 2]) {
      workers[again - 1]?.listener.onDeath('it ended without a word');
      await settled();
      expect(workers[again]?.runId).toBe(id);
      expect(liveRun(id)?.phase?.text).toMatch(
        `the training thread was lost; resuming from the last checkpoint (${again} of 2)`,
      );
    }
  });
});
