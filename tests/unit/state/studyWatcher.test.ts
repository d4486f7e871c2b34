import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors';
import type { NamedFile } from '../../../src/domain/protocol';
import { summarise, type RunSummary } from '../../../src/domain/run';
import { encodePlan } from '../../../src/sharing/planFile';
import { plannedDocument, type Plan } from '../../../src/domain/plan';
import { encodeStudyFile } from '../../../src/sharing/studyFile';
import { FilesSource, HandleSource, studyAmong, type StudySource } from '../../../src/state/studyFolder';
import { StudyWatcher } from '../../../src/state/studyWatcher';
import { memoryDatabase, type Database } from '../../../src/storage/database';
import { listRuns, readRun, writeRun } from '../../../src/storage/runs';
import { importFiles } from '../../../workers/sharing/importFiles';
import { tinyPlan } from '../../helpers/cluster';
import { finishedRun } from '../../helpers/storedRuns';
import { FakeFolder } from '../../helpers/studyHandles';

const LEASE = JSON.stringify({ host: 'node7', pid: 1, made: '2026-01-01T00:00:00.000Z', seconds: 60 });
const note = (epochs: number): string =>
  JSON.stringify({ epochs, of: 9, perEpoch: 1, device: 'cpu', at: '', curve: [[epochs, 0.1 * epochs]] });

let plan: Plan;
let folder: FakeFolder;
let database: Database;
let here: readonly RunSummary[];
let now = 0;
let asked: NamedFile[][];
beforeEach(async () => {
  plan = await tinyPlan([{ model: 'bpr' }, { model: 'bpr', seed: 2 }, { model: 'bpr', seed: 3 }]);
  folder = new FakeFolder('study');
  folder.put('plan.json', encodePlan(plan));
  database = memoryDatabase();
  here = [];
  now = 0;
  asked = [];
});

/** The run as a worker finishes it. */
const finished = (place: number) => {
  const { status, epochs, best, result, stepsPerEpoch } = finishedRun('x', 2);
  return { ...plannedDocument(plan, plan.runs[place]!), status, epochs, best, result, stepsPerEpoch };
};

async function put(place: number): Promise<void> {
  const run = finished(place);
  const study = await encodeStudyFile({ datasets: [plan.dataset], runs: [{ run, details: null }] }, plan.made);
  const at = `runs/${run.id}/result`;
  folder.put(`${at}/run.lodestone.json`, await study.text());
  folder.put(`${at}/summary.json`, JSON.stringify(summarise(run)));
}

const watcherOf = (source: StudySource = new HandleSource(folder.handle, () => now)): StudyWatcher =>
  new StudyWatcher(source, {
    take: async (files) => {
      asked.push([...files]);
      const report = await importFiles(
        database,
        files,
        () => `copy${asked.length}`,
        new Date(0),
        () => undefined,
      );
      here = (await listRuns(database)).readable;
      return report;
    },
    here: () => here,
  });

const states = (watcher: StudyWatcher) => watcher.runs.map(({ state }) => state);

describe('a study’s folder that is watched', () => {
  it('is read as it changes, and nothing that has not changed is read again', async () => {
    const watcher = watcherOf();
    await watcher.look();
    expect(states(watcher)).toEqual(['waiting', 'waiting', 'waiting']);
    folder.put('runs/r1/lease.1', LEASE);
    folder.put('runs/r1/progress.json', note(1));
    await watcher.look();
    expect(watcher.runs[0]).toMatchObject({
      state: 'running',
      host: 'node7',
      progress: { epochs: 1, curve: [[1, 0.1]] },
    });
    const before = reads();
    await watcher.look();
    expect(reads()).toBe(before);
    folder.put('runs/r1/progress.json', note(2));
    await watcher.look();
    expect(watcher.runs[0]!.progress?.epochs).toBe(2);
    expect(reads()).toBe(before + 1);
    // A note that is not whole is left out, and a worker that gives no sign is said by this page’s own clock.
    folder.put('runs/r1/progress.json', '{"epochs":');
    now = 59_000;
    await watcher.look();
    expect(watcher.runs[0]).toMatchObject({ state: 'running', progress: null });
    now = 61_000;
    await watcher.look();
    expect(states(watcher)).toEqual(['silent', 'waiting', 'waiting']);
    folder.put('runs/r1/failed.json', JSON.stringify({ ...FAULT, host: 'node7', at: '' }));
    await watcher.look();
    expect(watcher.runs[0]).toMatchObject({ state: 'failed', failure: { message: 'It became NaN.' } });
  });

  it('gives what is finished once, however often it is opened', async () => {
    const watcher = watcherOf();
    await put(0);
    await watcher.look();
    await watcher.importFinished(false, () => undefined);
    expect(await readRun(database, 'r1')).toMatchObject({
      result: finished(0).result,
      origin: { file: expect.stringContaining('study/runs/r1') },
    });
    await watcher.look();
    await watcher.importFinished(false, () => undefined);
    expect(asked).toHaveLength(1);
    await put(1);
    await watcher.look();
    await watcher.importFinished(false, () => undefined);
    expect(asked.map((files) => files.length)).toEqual([1, 1]);
    expect(watcher.over).toBe(false);
    await put(2);

    // Somebody has renamed one and noted something; it stays as it is.
    await writeRun(database, { ...(await readRun(database, 'r1')), name: 'Mine' });
    here = (await listRuns(database)).readable;
    const again = watcherOf();
    await again.look();
    await again.importFinished(false, () => undefined);
    expect(asked.at(-1)!.map(({ path }) => path)).toEqual(['study/runs/r3/result/run.lodestone.json']);
    expect([...again.taken].map(([id, { kind }]) => [id, kind])).toEqual([
      ['r1', 'here'],
      ['r2', 'here'],
      ['r3', 'imported'],
    ]);
    expect(again.over).toBe(true);
    expect((await readRun(database, 'r1')).name).toBe('Mine');
    expect((await listRuns(database)).readable).toHaveLength(3);
  });

  it('says what cannot be read, tries it again when it has changed, and goes on with the others', async () => {
    const watcher = watcherOf();
    await put(0);
    await put(1);
    folder.put('runs/r1/result/run.lodestone.json', '{"format":');
    folder.remove('runs/r2/result/run.lodestone.json');
    await put(2);
    const look = async () => {
      await watcher.look();
      await watcher.importFinished(false, () => undefined);
      return [...watcher.taken].map(([id, taken]) => [id, taken.kind === 'refused' ? taken.fault.code : taken.kind]);
    };
    const refused = [
      ['r2', 'STUDY_UNREADABLE'],
      ['r1', 'STUDY_UNREADABLE'],
      ['r3', 'imported'],
    ];
    expect((await look()).sort()).toEqual([...refused].sort());
    await look();
    expect(asked).toHaveLength(1);
    await put(0);
    await put(1);
    expect((await look()).sort()).toEqual([
      ['r1', 'imported'],
      ['r2', 'imported'],
      ['r3', 'imported'],
    ]);
  });

  it('stores another state of a run as a copy, and knows the copy again', async () => {
    await writeRun(database, { ...finished(0), result: null, best: null, epochs: [], status: 'stopped' });
    here = (await listRuns(database)).readable;
    await put(0);
    for (const kind of ['copied', 'here']) {
      const watcher = watcherOf();
      await watcher.look();
      await watcher.importFinished(false, () => undefined);
      expect(watcher.taken.get('r1')).toEqual({ kind });
    }
    expect((await listRuns(database)).readable).toHaveLength(2);
  });

  it('is asked for again where storage was full', async () => {
    await put(0);
    let room = false;
    const { take } = {
      take: async (): Promise<never> => Promise.reject(new AppError('STORE_QUOTA', 'Full.', 'Make room.')),
    };
    const watcher = new StudyWatcher(new HandleSource(folder.handle), {
      take: async (files) =>
        room
          ? importFiles(
              database,
              files,
              () => 'c',
              new Date(0),
              () => undefined,
            )
          : take(),
      here: () => [],
    });
    await watcher.look();
    await expect(watcher.importFinished(false, () => undefined)).rejects.toThrow('Full.');
    room = true;
    await watcher.importFinished(false, () => undefined);
    expect(watcher.taken.get('r1')).toEqual({ kind: 'imported' });
  });

  it('is refused in a sentence where it is none', async () => {
    const empty = watcherOf(new HandleSource(new FakeFolder('other').handle));
    await expect(empty.look()).rejects.toMatchObject({
      code: 'PLAN_FOLDER',
      message: expect.stringContaining('other is not the folder'),
    });
    folder.put('plan.json', '{');
    await expect(watcherOf().look()).rejects.toMatchObject({ code: 'PLAN_UNREADABLE' });
  });

  it('is read once from files that were picked', async () => {
    await put(0);
    folder.put('runs/r2/lease.1', LEASE);
    const files = [...walk(folder, 'study')];
    const source = studyAmong(files);
    expect(source).toBeInstanceOf(FilesSource);
    const watcher = watcherOf(source!);
    await watcher.look();
    await watcher.importFinished(false, () => undefined);
    expect(states(watcher)).toEqual(['finished', 'silent', 'waiting']);
    expect(watcher.taken.get('r1')).toEqual({ kind: 'imported' });
    expect(studyAmong(files.filter(({ path }) => path !== 'study/plan.json'))).toBeNull();
  });
});

const FAULT = { code: 'RUN_DIVERGED', message: 'It became NaN.', hint: 'Lower the rate.', context: {} };

/** How many files have been read. */
const reads = (one: FakeFolder = folder): number =>
  one.read.length +
  [...one.entries.values()].reduce((sum, each) => sum + (each instanceof FakeFolder ? reads(each) : 0), 0);

function* walk(one: FakeFolder, path: string): Generator<NamedFile> {
  for (const [name, each] of one.entries)
    if (each instanceof FakeFolder) yield* walk(each, `${path}/${name}`);
    else yield { path: `${path}/${name}`, file: each };
}
