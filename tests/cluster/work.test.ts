import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/domain/plan';
import {
  bundle,
  mounted,
  namesOf,
  newFolder,
  resultsOf,
  start,
  tinyPlan,
  unmounted,
  until,
  writePlan,
  type Program,
} from '../helpers/cluster';
import { soak } from '../helpers/soak';

let program = '';
beforeAll(async () => {
  program = await bundle();
});

interface Study {
  readonly folder: string;
  readonly out: string;
  readonly plan: Plan;
  readonly path: string;
}

async function studyOf(plan: Plan): Promise<Study> {
  const folder = await newFolder();
  return { folder, out: join(folder, 'out'), plan, path: await writePlan(folder, plan) };
}

/** A worker that writes a checkpoint at every chance, and is taken for dead after two seconds. */
const worker = ({ path, out, folder }: Study, ...more: string[]): Program =>
  start(program, [
    'work',
    path,
    '--out',
    out,
    '--cache',
    join(folder, 'cache'),
    '--lease',
    '2',
    '--checkpoint',
    '0',
    ...more,
  ]);

/** The study’s results as one worker makes them that nobody disturbs. */
async function undisturbed(plan: Plan): Promise<Record<string, unknown>> {
  const study = await studyOf(plan);
  const { code, said } = await worker(study, '--checkpoint', '3600').ended;
  expect(code, said).toBe(0);
  return resultsOf(study.out, plan);
}

const LONG = { epochs: 15, layers: 1, learningRate: 0.01, patience: 0 };

describe('a worker that dies in the middle of a run', () => {
  it('is followed by another, which goes on from its checkpoint and ends with the same bits', async () => {
    const plan = await tinyPlan([{ model: 'lightgcn', config: LONG }]);
    const study = await studyOf(plan);
    const run = join(study.out, 'runs', 'r1');
    const first = worker(study);
    await until('a checkpoint is there', async () => (await namesOf(run)).includes('advanced.1'));
    await until('and another', async () => (await namesOf(join(run, 'checkpoint.1'))).includes('slot1'));
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await namesOf(run)).not.toContain('result');
    // What it was writing when it died is never read.
    await writeFile(join(run, 'checkpoint.1', '.slot0.draft'), 'half');
    await writeFile(join(run, 'checkpoint.1', 'slot7'), 'half');
    await mkdir(join(run, '.result.half'));
    const second = await worker(study).ended;
    expect(second.code, second.said).toBe(0);
    expect(second.said).toContain('reading the checkpoint');
    expect(await readdir(run)).toEqual(expect.arrayContaining(['lease.1', 'lease.2', 'result']));
    // What the run does not need any more is gone.
    expect((await readdir(run)).filter((name) => /^(checkpoint|progress|\.)/.test(name))).toEqual([]);
    expect(await resultsOf(study.out, plan)).toEqual(await undisturbed(plan));
    // What is done is not done again.
    const third = await worker(study).ended;
    expect(third.code, third.said).toBe(0);
    expect(await namesOf(run)).not.toContain('lease.3');
  });

  it('when it is told to stop, leaves a checkpoint and its lease, and asks to be started again', async () => {
    const plan = await tinyPlan([{ model: 'lightgcn', config: { ...LONG, epochs: 30 } }]);
    const study = await studyOf(plan);
    const run = join(study.out, 'runs', 'r1');
    // Checkpoints that are far between: the one that is found was written because it was told to stop.
    const first = worker(study, '--checkpoint', '3600');
    await until('it trains', () => first.said().includes('epoch 2 '));
    first.child.kill('SIGTERM');
    const ended = await first.ended;
    expect(ended.code, ended.said).toBe(75);
    expect(await namesOf(run)).toEqual(expect.arrayContaining(['advanced.1', 'released.1']));
    const second = await worker(study, '--lease', '3600', '--checkpoint', '3600').ended;
    expect(second.code, second.said).toBe(0);
    expect(second.said).toContain('reading the checkpoint');
    expect(await resultsOf(study.out, plan)).toEqual(await undisturbed(plan));
  });

  it('again and again, without getting anywhere, makes the run fail with a sentence, and --retry begins anew', async () => {
    const plan = await tinyPlan([{ model: 'bpr' }]);
    const study = await studyOf(plan);
    const run = join(study.out, 'runs', 'r1');
    await mkdir(run, { recursive: true });
    const lease = { host: 'node7', pid: 1, made: '2026-01-01T00:00:00.000Z', seconds: 0.5 };
    for (const number of [1, 2, 3]) await writeFile(join(run, `lease.${number}`), JSON.stringify(lease));
    const first = await worker(study, '--attempts', '3').ended;
    expect(first.code, first.said).toBe(1);
    const failure: unknown = JSON.parse(await readFile(join(run, 'failed.json'), 'utf8'));
    expect(failure).toMatchObject({ code: 'RUN_ABANDONED', context: { host: 'node7', tries: 3 } });
    const status = await start(program, ['status', study.out]).ended;
    expect(status.code).toBe(1);
    expect(status.said).toContain('3 workers in a row died in this run');
    const second = await worker(study, '--attempts', '3', '--retry').ended;
    expect(second.code, second.said).toBe(0);
  });
});

describe('workers that share a folder', () => {
  const many = (): Promise<Plan> =>
    tinyPlan([
      ...[1, 2].map((seed) => ({ model: 'lightgcn' as const, seed })),
      { model: 'egra', config: { neighbours: 5, pretrained: 'mgcn', pretrainingEpochs: 2 } },
      { model: 'bpr' as const },
    ]);

  it('make the same of a plan, whether it is one or several, killed at random', async () => {
    const plan = await many();
    // EGRA waits for its pre-training, which is a run of the plan.
    expect(plan.runs.map(({ experiment }) => experiment.model).filter((model) => model === 'mgcn')).toHaveLength(1);
    const expected = await undisturbed(plan);
    for (const count of soak ? [2, 7] : [3]) {
      const study = await studyOf(plan);
      await killed(study, count, soak ? 6 : 2);
      expect(await resultsOf(study.out, plan), `${count} workers`).toEqual(expected);
      const imported = await readdir(join(study.folder, 'cache'));
      expect(imported.filter((name) => name.endsWith('.dataset'))).toHaveLength(1);
    }
  });

  it('each do their part, and what it needs', async () => {
    const plan = await many();
    const study = await studyOf(plan);
    const env = {
      SLURM_ARRAY_TASK_ID: '7',
      SLURM_ARRAY_TASK_COUNT: '4',
      SLURM_ARRAY_TASK_MIN: '4',
      SLURM_ARRAY_TASK_MAX: '7',
    };
    const words = ['work', study.path, '--out', study.out, '--cache', join(study.folder, 'cache')];
    const { code, said } = await start(program, words, env).ended;
    expect(code, said).toBe(0);
    expect(said).toContain('Part 4 of 4');
    const done = await Promise.all(
      plan.runs.map(async ({ id }) => ((await namesOf(join(study.out, 'runs', id))).includes('result') ? [id] : [])),
    );
    // The fourth, which is EGRA, after the third, which it needs.
    expect(done.flat()).toEqual(['r3', 'r4']);
  });
});

/** Keeps so many workers at a study until it is done, and kills one of them now and then, so many times. */
async function killed(study: Study, count: number, kills: number): Promise<void> {
  const begin = (): Program => worker(study, '--attempts', '1000');
  const workers = Array.from({ length: count }, begin);
  let state = 12345;
  const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 1) / 2 ** 31;
  for (let done = 0; done < kills; done++) {
    await new Promise((resolve) => setTimeout(resolve, 1500 + 2500 * random()));
    const victim = Math.floor(random() * count);
    workers[victim]!.child.kill('SIGKILL');
    workers[victim] = begin();
  }
  for (const { ended } of workers) {
    const { code, said } = await ended;
    expect(code, said).toBe(0);
  }
}

describe('a folder that cannot be written for a while', () => {
  it('keeps a run waiting, and nothing is lost', async ({ skip }) => {
    const plan = await tinyPlan([{ model: 'lightgcn', config: LONG }]);
    const study = await studyOf(plan);
    await mkdir(study.out);
    const own = mounted(study.out);
    if (!own && process.getuid?.() === 0) skip('the superuser writes anywhere, and nothing may be mounted here');
    const run = join(study.out, 'runs', 'r1');
    const writable = async (yes: boolean): Promise<void> => {
      if (own) execFileSync('mount', ['-o', `remount,${yes ? 'rw' : 'ro'}`, study.out]);
      else for (const path of [run, join(run, 'checkpoint.1')]) await chmod(path, yes ? 0o755 : 0o555);
    };
    try {
      const held = worker(study);
      await until('a checkpoint is there', async () => (await namesOf(run)).includes('advanced.1'));
      // A file that is being written keeps the folder busy.
      await until('it is read-only', () =>
        writable(false).then(
          () => true,
          () => false,
        ),
      );
      await until('the run has ended', () => held.said().includes('the result waits'));
      expect(await namesOf(run)).not.toContain('result');
      await writable(true);
      const { code, said } = await held.ended;
      expect(code, said).toBe(0);
      expect(await resultsOf(study.out, plan)).toEqual(await undisturbed(plan));
    } finally {
      if (own) unmounted(study.out);
    }
  });
});

describe('a worker refuses', () => {
  it('another plan in the same folder, another dataset, and a plan that is none', async () => {
    const one = await studyOf(await tinyPlan([{ model: 'bpr' }]));
    expect((await worker(one).ended).code).toBe(0);
    const other = await studyOf(await tinyPlan([{ model: 'bpr', seed: 2 }]));
    const joined = await worker({ ...other, out: one.out }).ended;
    expect(joined.code).toBe(2);
    expect(joined.said).toContain('PLAN_OTHER: The folder');
    const data = join(one.folder, 'data');
    await mkdir(data);
    await writeFile(
      join(data, 'inter.csv'),
      `userID,itemID\n${Array.from({ length: 60 }, (_, i) => `${i % 12},${i % 10}`).join('\n')}\n`,
    );
    const text = JSON.parse(await readFile(other.path, 'utf8'));
    await writeFile(other.path, JSON.stringify({ ...text, dataset: { ...text.dataset, demo: null } }));
    const missing = await worker(other).ended;
    expect(missing.code, missing.said).toBe(2);
    const wrong = await worker(await again(other), '--data', data).ended;
    expect(wrong.said).toContain('DATA_OTHER');
    expect(wrong.code).toBe(3);
    await rm(other.path);
    await copyFile(join(data, 'inter.csv'), other.path);
    const none = await worker(other).ended;
    expect(none.code).toBe(2);
    expect(none.said).toContain('PLAN_UNREADABLE');
  });
});

/** The same study with folders of its own. */
async function again(study: Study): Promise<Study> {
  const folder = await newFolder();
  return { ...study, folder, out: join(folder, 'out') };
}
