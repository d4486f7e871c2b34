import { parseArgs } from 'node:util';
import type { BackendChoice } from '../../src/domain/backend';
import type { Shard } from '../../src/domain/plan';
import type { DatasetReading } from '../../src/domain/reading';
import { inWords, oneOf, whole, wrong } from '../arguments';
import { READING_OPTIONS, READING_USAGE, readingOfArguments } from '../readingArguments';
import { defaultCache } from './dataset';
import { shardFrom } from './shard';

export interface WorkArguments {
  readonly plan: string;
  readonly data: string | null;
  readonly reading: DatasetReading;
  readonly out: string;
  readonly cache: string;
  readonly shard: Shard | null;
  /** null: as the plan says. */
  readonly backend: BackendChoice | null;
  readonly allowSoftware: boolean;
  readonly threads: number | null;
  /** Seconds without a sign after which a worker is taken for dead. */
  readonly lease: number;
  /** Least seconds between two checkpoints; null: 15, or more where they are slow. */
  readonly checkpoint: number | null;
  /** Workers that may die in a run without getting further. */
  readonly attempts: number;
  /** Runs that failed are begun anew. */
  readonly retry: boolean;
  /** Whether to wait for runs that others have. */
  readonly wait: boolean;
  /** All the files that “run” writes. */
  readonly everything: boolean;
  readonly json: boolean;
}

export const WORK_USAGE = `Usage: npm run lodestone -- work <file.plan.json> --data <folder> --out <folder>

Does the runs of a plan, one after another. Any number of workers share the folder of results, on one machine or on many: each run is done
by one of them, and one whose worker dies is taken up by another from its last checkpoint.

  --data folder       the dataset’s files; not needed for the demo data
  --out folder        the study’s folder, the same for all workers
  --shard i/n         only the i-th of n parts (default: from Slurm’s job array or Kubernetes’ indexed Job; else, or with all, the whole plan)
  --backend name      auto, webgpu, wasm or cpu, in place of the plan’s
  --software          accept a WebGPU adapter that runs on the processor
  --threads n         threads of the WASM backend (default: all cores but one; both if there are two)
  --host node         workers run in Node, which is the default and the only choice
  --cache folder      where the imported dataset is kept on this machine (default: a folder for temporary files)
  --lease n           seconds without a sign after which a worker is taken for dead (default: 60)
  --checkpoint n      least seconds between two checkpoints (default: 15, more where they are slow)
  --attempts n        workers in a row that may die in a run without getting any further (default: 5)
  --retry             begin runs anew that failed
  --no-wait           leave when all that is left is in other hands
  --all-files         write what “run” writes for each run, not only the run and its weights
  --json              report progress as JSON lines

How the files of the dataset are read, where the plan does not say it:

${READING_USAGE}

SIGTERM and Ctrl-C: the run in progress is left with a checkpoint, and its lease is given back.

Exit codes: 0 all of its runs are finished, 1 some cannot be run (“status” says why), 2 wrong arguments or plan, 3 the dataset was refused,
4 no such device or it failed, 75 told to stop: start it again to go on.`;

/** Reads the words after `work`. Throws `COMMAND_LINE`. */
export function parseWork(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): WorkArguments {
  const { values, positionals } = inWords(() =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        out: { type: 'string' },
        shard: { type: 'string' },
        backend: { type: 'string' },
        software: { type: 'boolean' },
        threads: { type: 'string' },
        host: { type: 'string' },
        cache: { type: 'string' },
        lease: { type: 'string' },
        checkpoint: { type: 'string' },
        attempts: { type: 'string' },
        retry: { type: 'boolean' },
        'no-wait': { type: 'boolean' },
        'all-files': { type: 'boolean' },
        json: { type: 'boolean' },
        ...READING_OPTIONS,
      },
    }),
  );
  const [plan, more] = positionals;
  if (more !== undefined) return wrong(`“${more}” is one file too many.`);
  const { backend, threads, checkpoint } = values;
  oneOf(values.host ?? 'node', ['node'], '--host');
  return {
    plan: plan ?? wrong('The file of the plan is missing.'),
    data: values.data ?? null,
    reading: readingOfArguments(values),
    out: values.out ?? wrong('--out is missing.'),
    cache: values.cache ?? defaultCache(),
    shard: shardFrom(values.shard ?? null, environment),
    backend:
      backend === undefined ? null : oneOf<BackendChoice>(backend, ['auto', 'webgpu', 'wasm', 'cpu'], '--backend'),
    allowSoftware: values.software ?? false,
    threads: threads === undefined ? null : whole(threads, '--threads', 64, 1),
    lease: whole(values.lease ?? '60', '--lease', 86_400, 2),
    checkpoint: checkpoint === undefined ? null : whole(checkpoint, '--checkpoint', 86_400),
    attempts: whole(values.attempts ?? '5', '--attempts', 1000, 1),
    retry: values.retry ?? false,
    wait: !values['no-wait'],
    everything: values['all-files'] ?? false,
    json: values.json ?? false,
  };
}
