import { AppError } from '../errors';
import {
  checkedConfig,
  problemsOf,
  type Configurable,
  type EvaluationConfig,
  type NegativesConfig,
  type ProtocolConfig,
} from './config';
import { controlOptions } from './options/controls';
import { negativeOptions, stoppingOptions, trainingWithoutNegatives } from './options/training';
import type { Condition, Config, ConfigOf, ModelId, ModelTable, Option } from './table';

/** Every folder of `workers/models` that holds a table is a model. */
const FOLDERS = import.meta.glob<{ readonly table: ModelTable }>('../../../workers/models/*/table.ts', { eager: true });

/** Oldest first, then by name. */
const DEFINED: readonly ModelTable[] = Object.values(FOLDERS)
  .map(({ table }) => table)
  .sort((a, b) => a.citation.year - b.citation.year || a.name.localeCompare(b.name));

const ALL: readonly ModelTable[] = DEFINED.map((table) => ({
  ...table,
  options: [...table.options.map(resolved), ...(table.minModalities > 0 || table.readsRatings ? controlOptions : [])],
}));

/** Models that are trained by steps. */
export const MODEL_TABLES: readonly ModelTable[] = ALL.filter(({ computed }) => computed === undefined);
export const MODEL_IDS: readonly ModelId[] = MODEL_TABLES.map(({ id }) => id);

/** References, which are computed: the one that stands beside every result first. */
export const REFERENCE_TABLES: readonly ModelTable[] = ALL.filter(({ computed }) => computed !== undefined).sort(
  (a, b) => Number(b.computed === 'always') - Number(a.computed === 'always'),
);
export const REFERENCE_IDS: readonly ModelId[] = REFERENCE_TABLES.map(({ id }) => id);

const BY_ID: ReadonlyMap<string, ModelTable> = new Map(ALL.map((table) => [table.id, table]));

/** An option with the choices that are models. */
function resolved(option: Option): Option {
  if (option.type !== 'choice' || option.adds === undefined) return option;
  const sources = DEFINED.filter(({ pretrains }) => pretrains !== undefined).sort(
    (a, b) => Number(b.pretrains === 'usual') - Number(a.pretrains === 'usual'),
  );
  const models = sources.map(({ id, name }, place) => ({
    value: id,
    label: place === 0 ? `${name}, as a separate run` : name,
  }));
  return { ...option, default: models[0]?.value ?? option.default, choices: [...models, ...option.choices] };
}

export const isModelId = (value: string): value is ModelId => BY_ID.has(value);

/** Throws `MODEL_UNKNOWN` where this version has no such model. */
export function modelTable(id: ModelId): ModelTable {
  const table = BY_ID.get(id);
  if (table) return table;
  throw new AppError(
    'MODEL_UNKNOWN',
    `This version of Lodestone has no model “${id}”.`,
    'Open it with the version that wrote it, or choose another model.',
    { model: id },
  );
}

/** The model that the experiment form opens with. */
export const FORM_START: ModelId = (MODEL_TABLES.find(({ formStart }) => formStart) ?? MODEL_TABLES[0])?.id ?? '';

/** Whether a run reads the dataset's item features: always, or by one of its choices. */
export function readsFeatures(id: ModelId, config: Config): boolean {
  const { minModalities, readsVectors, options } = modelTable(id);
  if (minModalities > 0 || readsVectors === true) return true;
  return options.some(
    (option) =>
      option.type === 'choice' &&
      idleBecause(id, option, config) === null &&
      option.choices.find(({ value }) => value === config[option.key])?.needs === 'features',
  );
}

export function defaultConfig(id: ModelId): Config {
  return Object.fromEntries(modelTable(id).options.map((option) => [option.key, option.default]));
}

/** All problems of a configuration by option key; unknown keys are problems too. */
export const configProblems = (id: ModelId, config: Config): Map<string, string> => problemsOf(modelTable(id), config);

/** Defaults overlaid with `changes`; throws `CONFIG_INVALID` naming the first problem. */
export const completeConfig = (id: ModelId, changes: Config): Config =>
  checkedConfig(modelTable(id), { ...defaultConfig(id), ...changes });

/** The options whose value is not the default. */
export function changedOptions(id: ModelId, config: Config): Config {
  return Object.fromEntries(
    modelTable(id).options.flatMap((option) => {
      const value = config[option.key];
      return value !== undefined && value !== option.default ? [[option.key, value]] : [];
    }),
  );
}

/** Why an option has no effect in this configuration: the option that decides it. null when it has one. */
export function idleBecause(id: ModelId, option: Option, config: Config): Option | null {
  const { when } = option;
  if (!when) return null;
  const decides = modelTable(id).options.find(({ key }) => key === when.key);
  if (!decides) return null;
  const value = config[when.key];
  if (value === undefined || !holds(when, value)) return decides;
  return idleBecause(id, decides, config);
}

/** What is odd about a model in this configuration, with the title of what shows it. */
export function odditiesOf(
  id: ModelId,
  config: Config,
): readonly { readonly text: string; readonly seen: string | null }[] {
  const { oddities = [], observations = [] } = modelTable(id);
  return oddities
    .filter(({ when }) => !when || holds(when, config[when.key] ?? ''))
    .map(({ text, seen }) => ({ text, seen: observations.find(({ key }) => key === seen)?.title ?? null }));
}

const holds = (condition: Condition, value: Config[string]): boolean =>
  'values' in condition ? condition.values.includes(value) : !condition.except.includes(value);

/**
 * A complete configuration with the type that a model's own table gives it. The values are checked against the catalogue,
 * whose choices include the models that can pre-train. Throws `CONFIG_INVALID`.
 */
export const typedConfig = <T extends Configurable & { readonly id: ModelId }>(table: T, config: Config): ConfigOf<T> =>
  checkedConfig<T>({ ...table, options: modelTable(table.id).options }, config);

const PROTOCOL = { name: 'This run', options: trainingWithoutNegatives({}) };
const NEGATIVES = { name: 'This run', options: negativeOptions({}) };

/** Whether a model is computed at once, without epochs or a loss. */
export const isComputedAtOnce = (model: ModelId): boolean => {
  const { computed, terms } = modelTable(model);
  return computed !== undefined && terms.length === 0;
};

/** Whether users and items are ranked by vectors, which a projection can show and a file can hold. */
export const rankedByVectors = ({ model, config }: { readonly model: ModelId; readonly config: Config }): boolean =>
  modelTable(model).vectorColumns?.(config, []) !== 0;

const EVALUATION = { name: 'This run', options: stoppingOptions({}) };

/** How often, by what and how long a run is evaluated; a reference without such options is computed and evaluated once. Throws `CONFIG_INVALID`. */
export const evaluationOf = (config: Config): EvaluationConfig =>
  checkedConfig(EVALUATION, { ...ONCE, ...only(config, EVALUATION.options) });

const ONCE: Config = {
  epochs: 1,
  patience: 0,
  stopMetric: 'recall@20',
  relevant: 'all',
  roundForStopping: 'off',
  evaluateEvery: 1,
};

/** What a complete configuration says of training and evaluation. Throws `CONFIG_INVALID`. */
export const protocolOf = (config: Config): ProtocolConfig => checkedConfig(PROTOCOL, only(config, PROTOCOL.options));

/** How a complete configuration draws negatives; null for a model that draws none. Throws `CONFIG_INVALID`. */
export const negativesOf = (id: ModelId, config: Config): NegativesConfig | null =>
  modelTable(id).negatives === 'none' ? null : checkedConfig(NEGATIVES, only(config, NEGATIVES.options));

const only = (config: Config, options: readonly Option[]): Config =>
  Object.fromEntries(Object.entries(config).filter(([key]) => options.some((option) => option.key === key)));
