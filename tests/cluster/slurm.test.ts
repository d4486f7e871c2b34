import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { decodePlan } from '../../src/sharing/planFile';
import { bundle, namesOf, newFolder, resultsOf, start, until } from '../helpers/cluster';
import { soak } from '../helpers/soak';

/**
 * A job array on a real Slurm: one node, this machine. Needs root and Debian’s `slurmctld`, `slurmd`, `slurm-client` and `munge`.
 */
const missing = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/bin/sbatch', '/usr/sbin/munged'].filter(
  (path) => !existsSync(path),
);
const reason = !soak
  ? 'part of the long form'
  : missing.length > 0
    ? `not installed: ${missing.join(', ')}`
    : process.getuid?.() !== 0
      ? 'needs root'
      : null;

const root = fileURLToPath(new URL('../../', import.meta.url));
const daemons: ReturnType<typeof spawn>[] = [];
afterAll(() => daemons.forEach((daemon) => daemon.kill('SIGKILL')));

/** Starts a cluster of this machine; the folder of its configuration. */
async function cluster(): Promise<string> {
  const folder = await newFolder();
  for (const name of ['state', 'spool']) await mkdir(join(folder, name));
  const host = hostname().split('.')[0];
  const conf = join(folder, 'slurm.conf');
  writeFileSync(
    conf,
    [
      'ClusterName=test',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmdUser=root',
      // A task that queues itself again may begin after this many seconds, not after two minutes.
      'AuthInfo=cred_expire=5',
      // How each task ended.
      'JobCompType=jobcomp/filetxt',
      `JobCompLoc=${folder}/ended`,
      `StateSaveLocation=${folder}/state`,
      `SlurmdSpoolDir=${folder}/spool`,
      `SlurmctldPidFile=${folder}/ctld.pid`,
      `SlurmdPidFile=${folder}/d.pid`,
      `SlurmctldLogFile=${folder}/ctld.log`,
      `SlurmdLogFile=${folder}/d.log`,
      'SlurmctldPort=36817',
      'SlurmdPort=36818',
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'ReturnToService=2',
      'MailProg=/bin/true',
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} RealMemory=4000 State=UNKNOWN`,
      `PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
      '',
    ].join('\n'),
  );
  await mkdir('/run/munge', { recursive: true });
  execFileSync('chown', ['munge:', '/run/munge']);
  const own = (program: string, ...words: string[]): void =>
    void daemons.push(spawn(program, words, { stdio: 'ignore', env: { ...process.env, SLURM_CONF: conf } }));
  if (!existsSync('/run/munge/munge.socket.2'))
    own('/usr/sbin/runuser', '-u', 'munge', '--', '/usr/sbin/munged', '--force', '--foreground');
  await until('munge answers', () => existsSync('/run/munge/munge.socket.2'));
  own('/usr/sbin/slurmctld', '-D');
  own('/usr/sbin/slurmd', '-D');
  return folder;
}

const RUNS = 12;
/** Three runs each. */
const TASKS = 4;
/** Runs of a few seconds have checkpoints too, and are soon taken up. */
const QUICK = ['--checkpoint', '2', '--lease', '10'];

it.skipIf(reason !== null)(
  `a job array of ${RUNS} runs: a task is killed, one is queued again, one ends with its time, one is told to stop; all runs are done${reason ? ` (${reason})` : ''}`,
  async () => {
    const folder = await cluster();
    const env = { ...process.env, SLURM_CONF: join(folder, 'slurm.conf'), LODESTONE: root };
    const slurm = (program: string, ...words: string[]): string =>
      execFileSync(program, words, { env, encoding: 'utf8', cwd: job });
    const ask = (what: string, ...more: string[]): string => {
      try {
        return slurm(what, ...more);
      } catch {
        return '';
      }
    };
    const job = join(await newFolder(), 'job');
    const program = await bundle();
    const seeds = Array.from({ length: RUNS }, (_, i) => i + 1).join(',');
    const words = [
      ...['plan', '--data', 'demo', '--model', 'lightgcn', '--seeds', seeds, '--epochs', '60', '--no-estimate'],
      ...['--set', 'patience=0', '--name', 'Twelve', '--slurm', job, '--workers', String(TASKS), '--cores', '1'],
    ];
    const planned = await start(program, words).ended;
    expect(planned.code, planned.said).toBe(0);
    const path = join(job, 'twelve.plan.json');
    const plan = decodePlan(path, await readFile(path, 'utf8'));
    const study = join(job, 'study');
    const namesOfTask = async (task: number): Promise<string[]> => {
      const ids = plan.runs.filter((_, i) => i % TASKS === task - 1).map(({ id }) => id);
      return (
        await Promise.all(
          ids.map(async (id) => (await namesOf(join(study, 'runs', id))).map((name) => `${id}/${name}`)),
        )
      ).flat();
    };
    const begun = (task: number): Promise<void> =>
      until(
        `task ${task} has written a checkpoint`,
        async () => (await namesOfTask(task)).some((name) => name.includes('/advanced.')),
        600,
      );

    await until('the node is there', () => ask('sinfo', '-h', '-o', '%t').includes('idle'));
    const id = /\d+/.exec(slurm('sbatch', `--array=1-${TASKS}%2`, 'twelve.sbatch', ...QUICK))?.[0];
    await begun(1);
    const held = (await namesOfTask(1)).filter((name) => /lease\.\d+$/.test(name)).at(-1)!;
    const { pid } = JSON.parse(await readFile(join(study, 'runs', held), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await begun(2);
    slurm('scontrol', 'requeue', `${id}_2`);
    await begun(3);
    slurm('scontrol', 'update', `JobId=${id}_3`, 'EndTime=now');
    await begun(4);
    slurm('scancel', '-s', 'TERM', `${id}_4`);
    await until('the queue is empty', () => ask('squeue', '-h') === '', 1200);

    const ended = readFileSync(join(folder, 'ended'), 'utf8');
    expect(ended.match(/JobState=TIMEOUT/g) ?? [], ended).toHaveLength(1);
    // What the task left whose time was up is done when the array is queued again, as its README says.
    const before = await start(program, ['status', study]).ended;
    expect(before.said).toMatch(/1 (left|silent)/);
    slurm('sbatch', 'twelve.sbatch', ...QUICK);
    await until('the queue is empty again', () => ask('squeue', '-h') === '', 1200);
    const status = await start(program, ['status', study, '--json']).ended;
    expect(status.code, status.said).toBe(0);
    expect((JSON.parse(status.said) as { counts: { finished: number } }).counts.finished).toBe(RUNS);
    for (const task of [1, 2, 3, 4])
      expect(
        (await namesOfTask(task)).some((name) => name.endsWith('lease.2')),
        `task ${task}`,
      ).toBe(true);

    const alone = join(job, 'alone');
    const one = ['work', path, '--out', alone, '--backend', 'wasm', '--threads', '1'];
    const undisturbed = await start(program, one).ended;
    expect(undisturbed.code, undisturbed.said).toBe(0);
    expect(await resultsOf(study, plan)).toEqual(await resultsOf(alone, plan));
  },
);
