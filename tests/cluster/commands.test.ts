import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clusterCommand } from '../../cli/cluster/commands';
import { parsePlan } from '../../cli/cluster/planArguments';
import { parseWork } from '../../cli/cluster/workArguments';
import type { Reporter } from '../../cli/reporter';
import { AppError } from '../../src/domain/errors';
import { completeConfig } from '../../src/domain/models/catalogue';
import { planOf } from '../../src/domain/plan';
import { decodePlan } from '../../src/sharing/planFile';
import { decodeStudyFile } from '../../src/sharing/studyFile';
import { memoryDatabase } from '../../src/storage/database';
import { importDataset } from '../../workers/dataset/import';
import { newFolder, tinyPlan, writePlan } from '../helpers/cluster';

afterEach(() => vi.restoreAllMocks());

interface Said {
  readonly code: number;
  readonly out: string;
  readonly told: string;
}

/** A command, in this process. */
async function run(command: string, ...words: string[]): Promise<Said> {
  let out = '';
  const told: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const report: Reporter = {
    event: () => undefined,
    problem: () => undefined,
    say: (text) => void told.push(text),
    fault: () => undefined,
  };
  const code = await clusterCommand(command)!.execute(words, report);
  vi.restoreAllMocks();
  return { code, out, told: told.join('\n') };
}

const refusalOf = async (work: () => unknown): Promise<AppError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
};

describe('the words of a plan and of a worker', () => {
  const plan = ['--data', 'demo', '--model', 'lightgcn'];
  const bad: readonly (readonly [readonly string[], string])[] = [
    [['--model', 'lightgcn'], '--data is missing'],
    [['--data', 'demo'], '--model, --table or the file'],
    [[...plan, '--table', 'egra-ii'], 'only one of them'],
    [['--data', 'demo', '--table', 'egra-99'], 'no table “egra-99”'],
    [['--data', 'demo', '--model', 'lightgcn,warp'], 'no model “warp”'],
    [['--data', 'demo', '--model', 'bpr,bpr'], 'named twice'],
    [[...plan, '--seeds', '1,1'], 'seed twice'],
    [[...plan, '--seeds', '1,x'], '--seeds must be'],
    [['a', 'b', '--data', 'demo'], 'one file too many'],
    [[...plan, '--workers', '0'], '--workers must be'],
  ];
  it.each(bad)('%j is refused', async (words, named) => {
    const fault = await refusalOf(() => parsePlan(words));
    expect(fault.code).toBe('COMMAND_LINE');
    expect(fault.message).toContain(named);
  });

  it('have defaults, and a worker’s part comes from its environment', async () => {
    const env = { JOB_COMPLETION_INDEX: '2', JOB_COMPLETION_COUNT: '3' };
    expect(parseWork(['a.plan.json', '--out', 'o'], env)).toMatchObject({
      plan: 'a.plan.json',
      data: null,
      shard: { place: 3, of: 3 },
      backend: null,
      lease: 60,
      checkpoint: null,
      attempts: 5,
      retry: false,
      wait: true,
    });
    for (const words of [
      ['--out', 'o'],
      ['a'],
      ['a', 'b', '--out', 'o'],
      ['a', '--out', 'o', '--host', 'chromium'],
      ['a', '--out', 'o', '--lease', '1'],
    ])
      expect((await refusalOf(() => parseWork(words, {}))).code).toBe('COMMAND_LINE');
  });
});

describe('plan', () => {
  const made = async (...words: string[]) => {
    const out = join(await newFolder(), 'a.plan.json');
    const said = await run('plan', '--data', 'demo', '--no-estimate', ...words, '--out', out);
    expect(said.code).toBe(0);
    return { ...said, plan: decodePlan('a.plan.json', await readFile(out, 'utf8')) };
  };

  it('makes a sweep: all combinations and seeds, as one set', async () => {
    const { plan, out } = await made(
      '--model',
      'lightgcn',
      '--axis',
      'learningRate=1e-3,1e-4',
      '--axis',
      'layers=1,2',
      '--seeds',
      '1,2',
    );
    expect(plan.runs).toHaveLength(8);
    expect(new Set(plan.runs.map(({ group }) => group?.id)).size).toBe(1);
    expect(plan.runs[0]!.group!.sweep!.axes.map(({ key, values }) => [key, values])).toEqual([
      ['learningRate', [1e-3, 1e-4]],
      ['layers', [1, 2]],
    ]);
    expect(out).toContain('8 runs on Demo');
  });

  it('makes a paper’s table, an ablation table, and says what is left out', async () => {
    const table = await made('--table', 'egra-ii', '--epochs', '2');
    expect(table.plan.runs.filter(({ asked }) => !asked).map(({ experiment }) => experiment.model)).toEqual(['mgcn']);
    expect(table.plan.runs.at(-1)!.group).toMatchObject({ variant: 'EGRA', table: { paper: 'EGRA', table: 'II' } });
    expect((await made('--table', 'magnet-4')).told).toContain('is left out.');
    expect(table.plan.runs.every(({ experiment }) => experiment.config['epochs'] === 2)).toBe(true);
    const ablation = await made('--model', 'egra', '--ablation');
    expect(ablation.plan.runs.filter(({ asked }) => asked).length).toBeGreaterThan(3);
    expect(ablation.out).toContain('unknown');
    expect(ablation.out).not.toContain('One after another');
  });

  it('makes control sets, with the pre-training that each control needs', async () => {
    const { plan, told } = await made('--model', 'egra,lightgcn', '--controls', 'shuffled');
    expect(plan.runs.map(({ asked, group }) => (asked ? group!.variant : 'pre-training'))).toEqual([
      ...['pre-training', 'EGRA', 'pre-training', 'image shuffled', 'pre-training', 'text shuffled'],
      ...['pre-training', 'all features shuffled', 'S_pt of random embeddings'],
    ]);
    expect(plan.runs.filter(({ asked }) => asked).every(({ group }) => group!.controls)).toBe(true);
    const controlled = plan.runs.map(
      ({ experiment: { config } }) => `${config['featureControl']} ${config['controlled']}`,
    );
    expect(controlled[2]).toBe(controlled[3]);
    expect(told).toContain('LightGCN is left out. It has no controls on Demo.');
  });

  it('prints the memory of each configuration once, and writes scripts', async () => {
    const folder = await newFolder();
    const path = join(folder, 'a.plan.json');
    await run(
      'plan',
      '--data',
      'demo',
      '--no-estimate',
      '--model',
      'bpr',
      '--seeds',
      '1,2,3',
      '--name',
      'Three seeds',
      '--out',
      path,
    );
    const words = [
      '--slurm',
      join(folder, 's'),
      '--kubernetes',
      join(folder, 'k'),
      '--xargs',
      join(folder, 'x'),
      '--cores',
      '2',
      '--minutes',
      '1500',
    ];
    const { out, told } = await run('plan', path, '--data', 'demo', ...words);
    expect(out.split('\n').filter((line) => line.startsWith('BPR'))).toHaveLength(1);
    expect(out).toMatch(/GiB on WASM and CPU/);
    expect(told).toContain('three-seeds.sbatch');
    expect((await readdir(join(folder, 's'))).sort()).toEqual([
      'README.md',
      'three-seeds.plan.json',
      'three-seeds.sbatch',
    ]);
    const script = await readFile(join(folder, 's', 'three-seeds.sbatch'), 'utf8');
    for (const line of [
      '#SBATCH --array=1-3',
      '#SBATCH --requeue',
      '#SBATCH --time=1-01:00:00',
      '#SBATCH --cpus-per-task=2',
      '--backend wasm --threads 2',
    ])
      expect(script).toContain(line);
    expect(script).toMatch(/#SBATCH --mem=\d+M/);
    const job = await readFile(join(folder, 'k', 'job.yaml'), 'utf8');
    for (const line of ['completions: 3', 'completionMode: Indexed', 'backoffLimitPerIndex: 4', 'claimName: lodestone'])
      expect(job).toContain(line);
    expect(job).not.toContain('\t');
    expect((await readFile(join(folder, 's', 'README.md'), 'utf8')).trim().split('\n')).toHaveLength(3);
    const plan = decodePlan('a', await readFile(path, 'utf8'));
    expect(decodePlan('b', await readFile(join(folder, 'x', 'three-seeds.plan.json'), 'utf8'))).toEqual(plan);
    expect((await refusalOf(() => run('plan', path, '--data', 'demo-signs'))).code).toBe('DATA_OTHER');
  });

  it('refuses what makes no plan', async () => {
    const words = (...more: string[]) => refusalOf(() => run('plan', '--data', 'demo', '--no-estimate', ...more));
    expect((await words('--model', 'lightgcn', '--axis', 'warp=1')).message).toContain('“warp”');
    expect((await words('--model', 'lightgcn', '--axis', 'layers=1,1')).message).toContain('a value twice');
    expect((await words('--model', 'lightgcn', '--axis', 'layers=99')).code).toBe('CONFIG_INVALID');
    expect((await words('--table', 'egra-ii', '--part', 'Moon')).message).toContain('no part “Moon”');
    expect((await words('--model', 'lightgcn', '--ablation', '--axis', 'layers=1')).code).toBe('COMMAND_LINE');
    expect((await words('--model', 'mgcn', '--ablation', '--controls', 'noise')).code).toBe('COMMAND_LINE');
    expect((await words('--model', 'mgcn', '--controls', 'moon')).message).toContain('moon');
  });
});

describe('a dataset that was imported with filters', () => {
  it('is the same data where a worker imports its files', async () => {
    const folder = await newFolder();
    const data = join(folder, 'data');
    await mkdir(data);
    // Twelve users who met ten items each, and some who met one or two, some of them items that nobody else met.
    const rows = Array.from({ length: 120 }, (_, i) => `${i % 12},${(i * 7) % 10}`);
    const table = `userID,itemID\n${[...rows, '12,3', '13,4', '13,11', '14,5', '14,6', '14,7'].join('\n')}\n`;
    await writeFile(join(data, 'inter.csv'), table);
    const database = memoryDatabase();
    const files = [{ path: 'data/inter.csv', file: new Blob([table]) }];
    const options = { name: 'Filtered', kCore: 3, minUserInteractions: 4, splitSeed: 5 };
    const dataset = await importDataset(database, { id: 'filtered', files, options }, { confirm: async () => true });
    expect(dataset.statistics).toMatchObject({ users: 12, items: 10 });
    const { id, name, fingerprint } = dataset;
    const experiment = {
      model: 'bpr' as const,
      config: completeConfig('bpr', { embeddingSize: 8, epochs: 1 }),
      seed: 1,
      dataset: { id, name, fingerprint },
      backend: 'cpu' as const,
      allowSoftware: false,
    };
    const plan = planOf('Filtered', dataset, [{ experiment }], '2026-01-01T00:00:00.000Z', () => 'r1');
    expect(plan.dataset.reading?.filters).toEqual({ kCore: 3, minUserInteractions: 4 });
    const words = [await writePlan(folder, plan), '--data', data, '--cache', join(folder, 'cache')];
    expect(await run('work', ...words, '--out', join(folder, 'out'))).toMatchObject({ code: 0 });
    // A person who asks for other filters gets those.
    const other = { ...options, kCore: 2, minUserInteractions: 0, reading: plan.dataset.reading! };
    const asked = await importDataset(database, { id: 'other', files, options: other }, { confirm: async () => true });
    expect(asked.source).toMatchObject({ reading: { filters: { kCore: 2, minUserInteractions: 4 } } });
  });
});

describe('baselines', () => {
  it('are worked and told of like other runs, though they have no training to configure', async () => {
    const folder = await newFolder();
    const [plan, out] = [join(folder, 'p.plan.json'), join(folder, 'out')];
    const words = ['--data', 'demo', '--model', 'mostpop', '--backend', 'cpu', '--no-estimate', '--out', plan];
    expect((await run('plan', ...words)).code).toBe(0);
    expect((await run('work', plan, '--data', 'demo', '--out', out)).code).toBe(0);
    expect((await run('status', out, '--all')).out).toMatch(/Popularity.* finished +1 of 1 .*Recall@20 0\.1481/);
  });
});

describe('status and gather', () => {
  it('say how a study is, and put what is finished into one file', async () => {
    const plan = await tinyPlan([
      { model: 'bpr' },
      { model: 'bpr', seed: 2 },
      { model: 'egra', config: { neighbours: 5, pretrained: 'mgcn', pretrainingEpochs: 2 } },
    ]);
    const folder = await newFolder();
    const out = join(folder, 'out');
    const path = await writePlan(folder, plan);
    const work = (...more: string[]) => run('work', path, '--out', out, '--cache', join(folder, 'cache'), ...more);
    expect((await refusalOf(() => run('status', folder))).code).toBe('PLAN_FOLDER');
    expect((await work('--shard', '1/4')).code).toBe(0);
    // The second was begun and left, the third failed; the fourth needs the third.
    const lease = { host: 'node7', pid: 1, made: '2026-01-01T00:00:00.000Z', seconds: 60 };
    await mkdir(join(out, 'runs', 'r2'), { recursive: true });
    await writeFile(join(out, 'runs', 'r2', 'lease.1'), JSON.stringify(lease));
    await writeFile(join(out, 'runs', 'r2', 'released.1'), '');
    await mkdir(join(out, 'runs', 'r3'));
    const failure = {
      code: 'RUN_DIVERGED',
      message: 'It became NaN.',
      hint: 'Lower the rate.',
      context: {},
      host: 'node7',
      at: lease.made,
    };
    await writeFile(join(out, 'runs', 'r3', 'failed.json'), JSON.stringify(failure));

    const status = await run('status', out);
    expect(status.code).toBe(1);
    expect(status.out).toContain('1 finished, 1 left, 1 failed, 1 blocked');
    expect(status.out).toContain('It became NaN. Lower the rate.');
    const json = JSON.parse((await run('status', out, '--json')).out) as { runs: { state: string }[] };
    expect(json.runs.map(({ state }) => state)).toEqual(['finished', 'left', 'failed', 'blocked']);

    const gathered = await run('gather', out, '--out', join(folder, 'all.lodestone.json'));
    expect(gathered.code).toBe(1);
    expect(gathered.out).toContain('1 run in');
    const study = await decodeStudyFile('all', new Blob([await readFile(join(folder, 'all.lodestone.json'))]));
    expect(study.runs.map(({ run: { id, status: ended } }) => [id, ended])).toEqual([['r1', 'finished']]);
    expect(study.datasets[0]).toMatchObject({ users: 40, items: 32 });
    expect(study.runs[0]!.details).not.toBeNull();
    const missing = await readFile(join(folder, 'all.missing.csv'), 'utf8');
    expect(
      missing
        .split('\r\n')
        .slice(0, 3)
        .map((line) => line.split(',')[0]),
    ).toEqual(['id', 'r2', 'r3']);
    expect(missing).toContain('It became NaN.');

    // The failed run is no obstacle to the others; with --retry it is done too, here on another backend.
    expect((await work()).code).toBe(1);
    expect((await work('--retry', '--backend', 'wasm')).code).toBe(0);
    const mixed = await run('gather', out);
    expect(mixed.code).toBe(0);
    expect(mixed.told).toContain('Mixed devices: 2 runs on');
    // A result that is not whole is said, and the others are gathered.
    await writeFile(join(out, 'runs', 'r2', 'result', 'run.lodestone.json'), '{"format":');
    const broken = await run('gather', out, '--without-users', '--json');
    expect(JSON.parse(broken.out)).toMatchObject({ runs: 3, missing: [{ id: 'r2', state: 'unreadable' }] });
    await cp(out, join(folder, 'none'), { recursive: true });
    await rm(join(folder, 'none', 'runs'), { recursive: true });
    expect((await refusalOf(() => run('gather', join(folder, 'none')))).code).toBe('PLAN_EMPTY');
  });
});
