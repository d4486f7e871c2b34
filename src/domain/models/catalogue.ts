import { AppError } from '../errors';
import { bpr } from './bpr';
import { egra } from './egra';
import { freedom } from './freedom';
import { gume } from './gume';
import { lattice } from './lattice';
import { lightgcn } from './lightgcn';
import { magnet } from './magnet';
import { mgcn } from './mgcn';
import { mllmrec } from './mllmrec';
import { simgr } from './simgr';
import { vbpr } from './vbpr';
import { MODEL_IDS, type Config, type ModelId, type ModelTable, type Option, type OptionValue } from './table';

const TABLES: Readonly<Record<ModelId, ModelTable>> = {
  bpr,
  lightgcn,
  vbpr,
  mgcn,
  freedom,
  lattice,
  gume,
  egra,
  mllmrec,
  magnet,
  simgr,
};

export const MODEL_TABLES: readonly ModelTable[] = MODEL_IDS.map((id) => TABLES[id]);

export const modelTable = (id: ModelId): ModelTable => TABLES[id];

/** Whether a run reads the dataset's item features. */
export function readsFeatures(id: ModelId, config: Config): boolean {
  return TABLES[id].minModalities > 0 || TABLES[id].readsVectors === true || config['edgeEnhancer'] === '+G';
}

export function isModelId(value: string): value is ModelId {
  return MODEL_IDS.some((id) => id === value);
}

export function defaultConfig(id: ModelId): Config {
  return Object.fromEntries(TABLES[id].options.map((option) => [option.key, option.default]));
}

/** Why `value` is not acceptable for `option`, in words for the person who typed it; null when it is. */
export function optionProblem(option: Option, value: OptionValue | undefined): string | null {
  switch (option.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : `${option.label} is either on or off.`;
    case 'choice':
      return option.choices.some((choice) => choice.value === value)
        ? null
        : `${option.label} is one of: ${option.choices.map((choice) => choice.value).join(', ')}.`;
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${option.label} is a number.`;
      if (option.type === 'integer' && !Number.isInteger(value)) return `${option.label} is a whole number.`;
      if (value < option.min || value > option.max)
        return `${option.label} lies between ${option.min} and ${option.max}.`;
      if (option.key === 'embeddingSize' && value % 4 !== 0) return `${option.label} is a multiple of 4.`;
      return null;
  }
}

/** All problems of a configuration by option key; unknown keys are problems too. */
export function configProblems(id: ModelId, config: Config): Map<string, string> {
  const problems = new Map<string, string>();
  const known = new Set<string>();
  for (const option of TABLES[id].options) {
    known.add(option.key);
    const problem = optionProblem(option, Object.hasOwn(config, option.key) ? config[option.key] : undefined);
    if (problem) problems.set(option.key, problem);
  }
  for (const key of Object.keys(config)) {
    if (!known.has(key)) problems.set(key, `${TABLES[id].name} has no option “${key}”.`);
  }
  return problems;
}

/** Defaults overlaid with `changes`; throws `CONFIG_INVALID` naming the first problem. */
export function completeConfig(id: ModelId, changes: Config): Config {
  const config = { ...defaultConfig(id), ...changes };
  const [first] = configProblems(id, config);
  if (first) {
    throw new AppError('CONFIG_INVALID', first[1], `Correct “${first[0]}” and try again.`, { option: first[0] });
  }
  return config;
}

/** The options whose value is not the default. */
export function changedOptions(id: ModelId, config: Config): Config {
  return Object.fromEntries(
    TABLES[id].options.flatMap((option) => {
      const value = config[option.key];
      return value !== undefined && value !== option.default ? [[option.key, value]] : [];
    }),
  );
}

/** Reads `text` as a value of `option` (command line, links). Throws `CONFIG_INVALID`. */
export function parseOption(option: Option, text: string): OptionValue {
  const value =
    option.type === 'boolean'
      ? text === 'true' || (text === 'false' ? false : text)
      : option.type === 'choice'
        ? text
        : text.trim() === ''
          ? text
          : Number(text);
  const problem = optionProblem(option, value);
  if (problem)
    throw new AppError('CONFIG_INVALID', problem, `“${text}” was given for “${option.key}”.`, { option: option.key });
  return value;
}

/** Why an option has no effect in this configuration: the option that decides it. null when it has one. */
export function idleBecause(id: ModelId, option: Option, config: Config): Option | null {
  const { when } = option;
  if (!when) return null;
  const decides = TABLES[id].options.find(({ key }) => key === when.key);
  if (!decides) return null;
  const value = config[when.key];
  if (value === undefined || !when.values.includes(value)) return decides;
  return idleBecause(id, decides, config);
}

/** Typed reads for code that has a validated configuration. */
export function numberOption(config: Config, key: string): number {
  const value = config[key];
  if (typeof value !== 'number')
    throw new AppError('CONFIG_INVALID', `Option “${key}” is missing.`, 'Open the experiment form and save it again.', {
      option: key,
    });
  return value;
}

export function booleanOption(config: Config, key: string): boolean {
  return config[key] === true;
}

export function choiceOption(config: Config, key: string): string {
  const value = config[key];
  if (typeof value !== 'string')
    throw new AppError('CONFIG_INVALID', `Option “${key}” is missing.`, 'Open the experiment form and save it again.', {
      option: key,
    });
  return value;
}
