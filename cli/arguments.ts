import { parseArgs } from 'node:util';
import { DEFAULT_DEMO, type DemoOptions } from '../src/domain/dataset';
import { AppError } from '../src/domain/errors';
import { completeConfig, isModelId, MODEL_IDS, modelTable } from '../src/domain/models/catalogue';
import { parseOption } from '../src/domain/models/config';
import type { Config, ModelId, OptionValue } from '../src/domain/models/table';
import type { BackendChoice } from '../src/domain/backend';
import type { DatasetReading } from '../src/domain/reading';
import { READING_OPTIONS, READING_USAGE, readingOfArguments } from './readingArguments';

export interface RunArguments {
  /** A folder, or a built-in dataset: `demo`, `demo-signs`. */
  readonly dataset: string;
  readonly model: ModelId;
  /** null: what is recommended for the dataset. */
  readonly preset: string | null;
  /** What differs from the preset. */
  readonly changes: Config;
  readonly seed: number;
  readonly backend: BackendChoice;
  readonly allowSoftware: boolean;
  readonly host: 'chromium' | 'node';
  /** Threads of the WASM backend in Node; null: as many as this machine has to spare. */
  readonly threads: number | null;
  readonly trace: number;
  readonly out: string;
  readonly json: boolean;
  /** Answers to what the import may ask. */
  readonly reading: DatasetReading;
}

export const USAGE = `Usage: npm run lodestone -- device|plan|work|status|gather --help
       npm run lodestone -- run --dataset <folder|demo|demo-signs> --model <${MODEL_IDS.join('|')}> --out <folder>

  --preset id         start from one of the model's presets, such as paper-baby (default: recommended)
  --set key=value     change an option of the model (repeatable)
  --seed n            seed for everything random (default: 999)
  --epochs n          at most this many epochs
  --backend name      webgpu, wasm or cpu (default: the fastest that works)
  --software          accept a WebGPU adapter that runs on the processor
  --host name         chromium (default): the page's workers; node: the same modules in Node
  --threads n         threads of the WASM backend, with --host node (default: all cores but one; both if there are two)
  --trace n           record the first n steps so that another program can replay them
  --json              report progress as JSON lines

How the files of the dataset are read, where more than one reading is possible:

${READING_USAGE}

Files written to the folder:
  run.json                 the run document: configuration, curves, result
  embeddings.safetensors   users and items at the best epoch
  recommendations.csv      the best 50 items of each test user, by their original ids and by index
  users.csv                index, original id and name of each user: row i of the embeddings is index i
  items.csv                the same of each item
  reading.json             how the files of the dataset were read; --reading takes it
  run.lodestone.json       the run as the page imports it
  weights.safetensors      its weights, imported with it
  trace.safetensors        with --trace: graphs, parameters, batches and gradients
  trace.json               with --trace: what they mean, and each step's loss terms

Exit codes: 0 finished, 1 the run failed, 2 wrong arguments, 3 the dataset was refused, 4 no such device or it failed, 130 interrupted.`;

/** Reads the words after `run`. Throws `COMMAND_LINE` or `CONFIG_INVALID`. */
export function parseRun(words: readonly string[]): RunArguments {
  const values = parse(words);
  const dataset = values.dataset ?? wrong('--dataset is missing.');
  const out = values.out ?? wrong('--out is missing.');
  const model = values.model ?? wrong('--model is missing.');
  if (!isModelId(model)) return wrong(`There is no model “${model}”; choose one of ${MODEL_IDS.join(', ')}.`);
  const changes = changesOf(model, values);
  return {
    dataset,
    model,
    preset: values.preset ?? null,
    changes,
    seed: whole(values.seed ?? '999', '--seed', 2 ** 32 - 1),
    backend: oneOf(values.backend ?? 'auto', ['auto', 'webgpu', 'wasm', 'cpu'], '--backend'),
    allowSoftware: values.software ?? false,
    host: oneOf(values.host ?? 'chromium', ['chromium', 'node'], '--host'),
    threads: values.threads === undefined ? null : whole(values.threads, '--threads', 64, 1),
    trace: whole(values.trace ?? '0', '--trace', 1000),
    out,
    json: values.json ?? false,
    reading: readingOfArguments(values),
  };
}

/** What `--set` and `--epochs` change of a model's options. Throws `COMMAND_LINE` or `CONFIG_INVALID`. */
export function changesOf(
  model: ModelId,
  { set = [], epochs }: { readonly set?: readonly string[] | undefined; readonly epochs?: string | undefined },
): Config {
  const changes: Record<string, OptionValue> = {};
  for (const setting of [...set, ...(epochs === undefined ? [] : [`epochs=${epochs}`])]) {
    const [key = '', ...rest] = setting.split('=');
    const option = modelTable(model).options.find((candidate) => candidate.key === key);
    if (!option) return wrong(`${modelTable(model).name} has no option “${key}”.`);
    changes[key] = parseOption(option, rest.join('='));
  }
  completeConfig(model, changes);
  return changes;
}

function parse(words: readonly string[]) {
  return inWords(
    () =>
      parseArgs({
        args: [...words],
        options: {
          dataset: { type: 'string' },
          model: { type: 'string' },
          preset: { type: 'string' },
          set: { type: 'string', multiple: true },
          seed: { type: 'string' },
          epochs: { type: 'string' },
          backend: { type: 'string' },
          software: { type: 'boolean' },
          host: { type: 'string' },
          threads: { type: 'string' },
          trace: { type: 'string' },
          out: { type: 'string' },
          json: { type: 'boolean' },
          ...READING_OPTIONS,
        },
      }).values,
  );
}

/** What Node says of words that it cannot parse is not always a sentence. */
export function inWords<T>(parsing: () => T): T {
  try {
    return parsing();
  } catch (error) {
    return wrong((error instanceof Error ? error.message : String(error)).replace(/\.?$/, '.'));
  }
}

/** Throws `COMMAND_LINE` for a word that is no whole number within the bounds. */
export function whole(text: string, name: string, max: number, min = 0): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max || value < min)
    wrong(`${name} must be a whole number from ${min} to ${max}, not “${text}”.`);
  return value;
}

/** Throws `COMMAND_LINE` for a word that is none of the choices. */
export function oneOf<T extends string>(text: string, choices: readonly T[], name: string): T {
  return (
    choices.find((choice) => choice === text) ?? wrong(`${name} must be one of ${choices.join(', ')}, not “${text}”.`)
  );
}

/** Throws `COMMAND_LINE`. */
export function wrong(message: string): never {
  throw new AppError('COMMAND_LINE', message, 'npm run lodestone -- --help lists the options.');
}

/** The built-in dataset that a name stands for; null for a folder. */
export const demoOf = (dataset: string): DemoOptions | null =>
  dataset === 'demo'
    ? DEFAULT_DEMO
    : dataset === 'demo-signs'
      ? { ...DEFAULT_DEMO, variant: 'looksAndSemantics' }
      : null;
