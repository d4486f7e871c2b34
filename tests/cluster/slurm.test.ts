import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { bundle, namesOf, newFolder, start, until } from '../helpers/cluster';
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

/** Starts a cluster of this machine; its configuration. */
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
  return conf;
}

it.skipIf(reason !== null)(
  `a job array is told to stop, queues itself again and ends${reason ? ` (${reason})` : ''}`,
  async () => {
    const SLURM_CONF = await cluster();
    const env = { ...process.env, SLURM_CONF, LODESTONE: root };
    const slurm = (program: string, ...words: string[]): string =>
      execFileSync(program, words, { env, encoding: 'utf8', cwd: job });
    const job = join(await newFolder(), 'job');
    const program = await bundle();
    const words = [
      '--data',
      'demo',
      '--model',
      'lightgcn',
      '--seeds',
      '1,2,3',
      '--epochs',
      '60',
      '--set',
      'patience=0',
      '--no-estimate',
    ];
    const planned = await start(program, [
      'plan',
      ...words,
      '--name',
      'Three',
      '--slurm',
      job,
      '--workers',
      '2',
      '--cores',
      '1',
    ]).ended;
    expect(planned.code, planned.said).toBe(0);
    const ask = (what: string, ...more: string[]): string => {
      try {
        return slurm(what, ...more);
      } catch {
        return '';
      }
    };
    await until('the node is there', () => ask('sinfo', '-h', '-o', '%t').includes('idle'));
    slurm('sbatch', 'three.sbatch');
    const runs = join(job, 'study', 'runs');
    const begun = async (): Promise<string[]> => {
      const names = await namesOf(runs);
      return (
        await Promise.all(names.map(async (id) => (await namesOf(join(runs, id))).map((name) => `${id}/${name}`)))
      ).flat();
    };
    await until('a run is on its way', async () => (await begun()).some((name) => name.endsWith('advanced.1')), 300);
    slurm('scancel', '-s', 'TERM', '-n', 'three');
    await until('it was given back', async () => (await begun()).some((name) => name.endsWith('released.1')), 300);
    await until('all is done', () => ask('squeue', '-h') === '', 900);
    const status = await start(program, ['status', join(job, 'study'), '--json']).ended;
    expect(status.code, status.said).toBe(0);
    expect((JSON.parse(status.said) as { counts: { finished: number } }).counts.finished).toBe(3);
    expect((await begun()).some((name) => name.endsWith('lease.2'))).toBe(true);
  },
);
