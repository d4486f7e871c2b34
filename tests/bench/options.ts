import { parseArgs } from 'node:util';
import { AppError } from '../../src/domain/errors';
import { isModelId } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type ModelId } from '../../src/domain/models/table';
import type { BackendName } from '../../src/domain/backend';
import { AXES, FACTORS, SET_IDS, type Axis, type SetId } from './sizes';

export interface BenchOptions {
  readonly sets: readonly SetId[];
  /** The folder of TikTok's files; null: where it is looked for. */
  readonly data: string | null;
  readonly models: readonly ModelId[];
  readonly backends: readonly BackendName[];
  /** Timed steps, and steps before them that are not. */
  readonly steps: number;
  readonly warmUp: number;
  /** What a synthetic set is also measured with more and less of. */
  readonly grow: readonly Axis[];
  /** What differs from the recommended configuration, as words; models without such an option go without. */
  readonly settings: readonly string[];
  readonly epoch: boolean;
  /** Rankings are timed. */
  readonly ranking: boolean;
  readonly peer: boolean;
  readonly stock: boolean;
  /** Whether steps on WebGPU are played from a capture. */
  readonly capture: boolean;
  readonly roofline: boolean;
  /** The host's time alone, on a device that does nothing. */
  readonly host: boolean;
  /** Beside it, what a step takes of Chromium's training thread. */
  readonly chromium: boolean;
  /** The device's own time of every kernel of a captured step. */
  readonly kernels: boolean;
  readonly seed: number;
  /** Threads of the WASM backend; null: as many as runs use. */
  readonly threads: number | null;
  /** A model that takes longer is given up, in seconds. */
  readonly timeout: number;
  readonly out: string;
}

export const USAGE = `Usage: npm run bench -- [options]
       npm run bench -- --compare before.json after.json

  --sets a,b        of ${SET_IDS.join(', ')} (tiktok)
  --grow a,b        each of ${AXES.join(', ')} × ${FACTORS.join(', ')}: how time and memory grow (none)
  --set key=value   an option of the models that have it (repeatable)
  --data folder     TikTok's files (../shared/data/tiktok)
  --models a,b      of ${MODEL_IDS.join(', ')} (all)
  --backends a,b    of wasm, webgpu, cpu (wasm); webgpu runs on the processor where there is no graphics adapter
  --steps n         timed steps (10), after --warm-up n (3)
  --no-ranking      steps alone
  --epoch           also measure a whole epoch
  --peer            the same steps in PyTorch, in turns with ours
  --stock           the same steps on stock tfjs kernels, in turns with ours
  --no-capture      on WebGPU, every step as tfjs takes it
  --roofline        each kernel's share of what the device can copy and multiply
  --host            only the host's time of a step on WebGPU, on a device that does nothing, and what declared devices would need
  --chromium        with --host: beside it, what a step takes of the training thread in Chromium
  --kernels         the time of each kernel of a captured step by the device's own clock, the slowest first
  --seed n          of everything drawn (999)
  --threads n       of the WASM backend (as many as a run takes on this machine)
  --timeout n       seconds after which a model is given up (1200)
  --out file        the figures as JSON (bench.json)`;

const BACKENDS: readonly BackendName[] = ['wasm', 'webgpu', 'cpu'];

/** Throws `COMMAND_LINE`. */
export function parseOptions(words: readonly string[]): BenchOptions {
  const values = read(words);
  const list = <T extends string>(
    text: string | undefined,
    choices: readonly T[],
    byDefault: readonly T[],
    name: string,
  ): T[] =>
    text === undefined
      ? [...byDefault]
      : text
          .split(',')
          .map(
            (word) =>
              choices.find((choice) => choice === word) ?? wrong(`${name} takes ${choices.join(', ')}, not “${word}”.`),
          );
  return {
    sets: list(values.sets, SET_IDS, ['tiktok'], '--sets'),
    grow: list(values.grow, AXES, [], '--grow'),
    settings: (values.set ?? []).map((word) =>
      /^\w+=.+$/.test(word) ? word : wrong(`--set takes key=value, not “${word}”.`),
    ),
    data: values.data ?? null,
    models: list(values.models, MODEL_IDS, MODEL_IDS, '--models').filter(isModelId),
    backends: list(values.backends, BACKENDS, ['wasm'], '--backends'),
    steps: whole(values.steps ?? '10', '--steps', 1),
    warmUp: whole(values['warm-up'] ?? '3', '--warm-up', 1),
    epoch: values.epoch ?? false,
    ranking: !values['no-ranking'],
    peer: values.peer ?? false,
    stock: values.stock ?? false,
    capture: !values['no-capture'],
    roofline: values.roofline ?? false,
    host: values.host ?? false,
    chromium: values.chromium ?? false,
    kernels: values.kernels ?? false,
    seed: whole(values.seed ?? '999', '--seed', 0),
    threads: values.threads === undefined ? null : whole(values.threads, '--threads', 1),
    timeout: whole(values.timeout ?? '1200', '--timeout', 1),
    out: values.out ?? 'bench.json',
  };
}

function read(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        sets: { type: 'string' },
        grow: { type: 'string' },
        set: { type: 'string', multiple: true },
        data: { type: 'string' },
        models: { type: 'string' },
        backends: { type: 'string' },
        steps: { type: 'string' },
        'warm-up': { type: 'string' },
        epoch: { type: 'boolean' },
        'no-ranking': { type: 'boolean' },
        peer: { type: 'boolean' },
        stock: { type: 'boolean' },
        'no-capture': { type: 'boolean' },
        roofline: { type: 'boolean' },
        host: { type: 'boolean' },
        chromium: { type: 'boolean' },
        kernels: { type: 'boolean' },
        seed: { type: 'string' },
        threads: { type: 'string' },
        timeout: { type: 'string' },
        out: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return wrong((error instanceof Error ? error.message : String(error)).replace(/\.?$/, '.'));
  }
}

function whole(text: string, name: string, least: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least) wrong(`${name} is a whole number from ${least}, not “${text}”.`);
  return Number(text);
}

function wrong(message: string): never {
  throw new AppError('COMMAND_LINE', message, 'npm run bench -- --help lists the options.');
}
