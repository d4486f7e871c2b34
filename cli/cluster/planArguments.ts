import { parseArgs } from 'node:util';
import type { BackendChoice } from '../../src/domain/backend';
import { CONTROL_KINDS, type ControlKind } from '../../src/domain/controls';
import { isModelId, MODEL_IDS, modelTable } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import { PAPER_TABLES, type PaperTable, type SettingsFrom } from '../../src/domain/paperTables';
import type { DatasetReading } from '../../src/domain/reading';
import { inWords, oneOf, whole, wrong } from '../arguments';
import { READING_OPTIONS, READING_USAGE, readingOfArguments } from '../readingArguments';

/** What a plan is made of. */
export type Wanted =
  | {
      readonly kind: 'models';
      readonly models: readonly ModelId[];
      readonly preset: string | null;
      readonly ablation: boolean;
      /** Kinds of a control set; none: no such set. */
      readonly controls: readonly ControlKind[];
    }
  | { readonly kind: 'table'; readonly table: PaperTable; readonly part: string | null; readonly from: SettingsFrom }
  /** A plan that is there already: printed and exported again. */
  | { readonly kind: 'file'; readonly path: string };

/** Where a plan is written to as scripts, and for how many workers. */
export interface ExportArguments {
  readonly slurm: string | null;
  readonly kubernetes: string | null;
  readonly xargs: string | null;
  /** null: as many as there are runs, up to 16. */
  readonly workers: number | null;
  /** One graphics card for each worker; else so many cores. */
  readonly gpu: boolean;
  readonly cores: number;
  /** Minutes that a worker may take; null: from the estimate, where there is one. */
  readonly minutes: number | null;
}

export interface PlanArguments {
  readonly data: string;
  readonly reading: DatasetReading;
  readonly wanted: Wanted;
  readonly seeds: readonly number[];
  readonly set: readonly string[];
  readonly epochs: string | undefined;
  /** `key=value,value`, as written. */
  readonly axes: readonly string[];
  readonly backend: BackendChoice;
  readonly allowSoftware: boolean;
  /** null: after what is planned. */
  readonly name: string | null;
  /** null: the plan’s name with `.plan.json`, in this folder. */
  readonly out: string | null;
  readonly estimate: boolean;
  /** Study files whose runs say how long such a run takes. */
  readonly known: readonly string[];
  readonly exports: ExportArguments;
  readonly json: boolean;
}

export const PLAN_USAGE = `Usage: npm run lodestone -- plan --data <folder|demo|demo-signs> --model <id,…> [--axis key=value,…] [--seeds n,…]
       npm run lodestone -- plan --data <folder|demo|demo-signs> --table <${PAPER_TABLES.map(({ id }) => id).join('|')}>
       npm run lodestone -- plan <file.plan.json> --data <folder|demo|demo-signs> [--slurm folder]

Writes a plan: every run of a study in full, each after the pre-training that it needs, and what identifies the dataset. Workers on any
number of machines do it with “work”. Prints its runs and the memory that each is expected to take.

  --model id,…        one model or several
  --preset id         start from one of the model’s presets (default: recommended)
  --set key=value     change an option of the models (repeatable)
  --epochs n          at most this many epochs
  --axis key=value,…  vary an option: all combinations of all axes (repeatable)
  --ablation          the rows of the models’ ablation tables
  --controls kind,…   control sets: the models as they are, and with features ${CONTROL_KINDS.map(({ value }) => value).join(', ')}
  --table id          the rows of a paper’s table that can run on this dataset
  --part name         of the table, the part printed for this dataset (default: the first)
  --settings name     paper (default): as printed; recommended: for this dataset
  --seeds n,…         every run once with each (default: 999)
  --backend name      auto (default), webgpu, wasm or cpu; “work” may choose another
  --software          accept a WebGPU adapter that runs on the processor
  --name name         what the plan is called
  --out file          where it is written (default: <name>.plan.json)
  --no-estimate       do not estimate memory, which takes a moment for each configuration
  --known file        a study (.lodestone.json) whose runs on the same dataset say how long an epoch takes (repeatable)
  --json              print the plan’s table as JSON

Scripts that do the plan:

  --slurm folder      a job array for Slurm
  --kubernetes folder an indexed Job for Kubernetes, and a Containerfile
  --xargs folder      workers side by side on one machine
  --workers n         so many workers (default: one for each run, at most 16)
  --gpu               one graphics card for each worker
  --cores n           or so many cores (default: 4)
  --minutes n         the time limit of a job (default: from --known, else the queue’s own)

How the files of the dataset are read, where more than one reading is possible:

${READING_USAGE}`;

const OPTIONS = {
  data: { type: 'string' },
  model: { type: 'string' },
  preset: { type: 'string' },
  set: { type: 'string', multiple: true },
  epochs: { type: 'string' },
  axis: { type: 'string', multiple: true },
  ablation: { type: 'boolean' },
  controls: { type: 'string' },
  table: { type: 'string' },
  part: { type: 'string' },
  settings: { type: 'string' },
  seeds: { type: 'string' },
  backend: { type: 'string' },
  software: { type: 'boolean' },
  name: { type: 'string' },
  out: { type: 'string' },
  'no-estimate': { type: 'boolean' },
  known: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  slurm: { type: 'string' },
  kubernetes: { type: 'string' },
  xargs: { type: 'string' },
  workers: { type: 'string' },
  gpu: { type: 'boolean' },
  cores: { type: 'string' },
  minutes: { type: 'string' },
  ...READING_OPTIONS,
} as const;

const MOST_SEEDS = 1000;

/** Reads the words after `plan`. Throws `COMMAND_LINE`. */
export function parsePlan(words: readonly string[]): PlanArguments {
  const { values, positionals } = inWords(() =>
    parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true }),
  );
  const number = (text: string | undefined, name: string, max: number): number | null =>
    text === undefined ? null : whole(text, name, max, 1);
  return {
    data: values.data ?? wrong('--data is missing.'),
    reading: readingOfArguments(values),
    wanted: wantedOf(values, positionals),
    seeds: seedsOf(values.seeds ?? '999'),
    set: values.set ?? [],
    epochs: values.epochs,
    axes: values.axis ?? [],
    backend: oneOf(values.backend ?? 'auto', ['auto', 'webgpu', 'wasm', 'cpu'], '--backend'),
    allowSoftware: values.software ?? false,
    name: values.name ?? null,
    out: values.out ?? null,
    estimate: !values['no-estimate'],
    known: values.known ?? [],
    exports: {
      slurm: values.slurm ?? null,
      kubernetes: values.kubernetes ?? null,
      xargs: values.xargs ?? null,
      workers: number(values.workers, '--workers', 1000),
      gpu: values.gpu ?? false,
      cores: number(values.cores, '--cores', 64) ?? 4,
      minutes: number(values.minutes, '--minutes', 60 * 24 * 365),
    },
    json: values.json ?? false,
  };
}

interface What {
  readonly model?: string | undefined;
  readonly preset?: string | undefined;
  readonly ablation?: boolean | undefined;
  readonly controls?: string | undefined;
  readonly table?: string | undefined;
  readonly part?: string | undefined;
  readonly settings?: string | undefined;
}

function wantedOf(what: What, files: readonly string[]): Wanted {
  const { model, preset, ablation = false, table, part, settings } = what;
  const [path, more] = files;
  if (more !== undefined) return wrong(`“${more}” is one file too many.`);
  if ([path, model, table].filter((one) => one !== undefined).length !== 1)
    return wrong('A plan needs --model, --table or the file of a plan, and only one of them.');
  if (path !== undefined) return { kind: 'file', path };
  if (table !== undefined) {
    const ids = PAPER_TABLES.map(({ id }) => id);
    const found = PAPER_TABLES.find(({ id }) => id === table);
    if (!found) return wrong(`There is no table “${table}”; choose one of ${ids.join(', ')}.`);
    return {
      kind: 'table',
      table: found,
      part: part ?? null,
      from: oneOf(settings ?? 'paper', ['paper', 'recommended'], '--settings'),
    };
  }
  const controls = what.controls === undefined ? [] : controlsOf(what.controls);
  return { kind: 'models', models: modelsOf(model ?? ''), preset: preset ?? null, ablation, controls };
}

const controlsOf = (text: string): ControlKind[] =>
  text.split(',').map((kind) =>
    oneOf(
      kind,
      CONTROL_KINDS.map(({ value }) => value),
      '--controls',
    ),
  );

function modelsOf(text: string): ModelId[] {
  const models = text
    .split(',')
    .map((id) => (isModelId(id) ? id : wrong(`There is no model “${id}”; choose from ${MODEL_IDS.join(', ')}.`)));
  const twice = models.find((id, place) => models.indexOf(id) !== place);
  return twice ? wrong(`${modelTable(twice).name} is named twice.`) : models;
}

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((one) => whole(one, '--seeds', 2 ** 32 - 1));
  if (new Set(seeds).size < seeds.length) return wrong(`--seeds names a seed twice: ${text}.`);
  return seeds.length > MOST_SEEDS ? wrong(`--seeds takes at most ${MOST_SEEDS} seeds.`) : seeds;
}
