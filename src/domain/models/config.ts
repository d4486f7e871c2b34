import { AppError } from '../errors';
import type { Config, ConfigOf, ModelTable, Option, OptionsConfig, OptionValue } from './table';
import type { negativeOptions, stoppingOptions, trainingWithoutNegatives } from './options/training';

/** What is checked of a table's configurations. */
export type Configurable = Pick<ModelTable, 'name' | 'options'>;

/** Why `value` is not acceptable for `option`, in words for the person who typed it; null when it is. */
export function optionProblem(option: Option, value: OptionValue | undefined): string | null {
  switch (option.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : `${option.label} must be on or off.`;
    case 'choice':
      return option.choices.some((choice) => choice.value === value)
        ? null
        : `${option.label} must be one of: ${option.choices.map((choice) => choice.value).join(', ')}.`;
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${option.label} must be a number.`;
      if (option.type === 'integer' && !Number.isInteger(value)) return `${option.label} must be a whole number.`;
      if (value < option.min || value > option.max)
        return `${option.label} must be between ${option.min} and ${option.max}.`;
      if (option.multipleOf !== undefined && value % option.multipleOf !== 0)
        return `${option.label} must be a multiple of ${option.multipleOf}.`;
      return null;
  }
}

/** All problems of a configuration by option key; unknown keys are problems too. */
export function problemsOf({ name, options }: Configurable, config: Config): Map<string, string> {
  const problems = new Map<string, string>();
  const known = new Set<string>();
  for (const option of options) {
    known.add(option.key);
    const problem = optionProblem(option, Object.hasOwn(config, option.key) ? config[option.key] : undefined);
    if (problem) problems.set(option.key, problem);
  }
  for (const key of Object.keys(config)) {
    if (!known.has(key)) problems.set(key, `${name} has no option “${key}”.`);
  }
  return problems;
}

/** `config`, once every option is known to be there with a value it can take. Throws `CONFIG_INVALID` naming the first problem. */
export function checkedConfig<T extends Configurable>(table: T, config: Config): ConfigOf<T> {
  if (isConfigOf(table, config)) return config;
  const [first] = problemsOf(table, config);
  throw invalid(first?.[0] ?? '', first?.[1] ?? `This is no configuration of ${table.name}.`);
}

/** True only after every option of the table was looked up and its value checked, and no other key found. */
function isConfigOf<T extends Configurable>(table: T, config: Config): config is Config & ConfigOf<T> {
  return problemsOf(table, config).size === 0;
}

export const invalid = (option: string, problem: string): AppError =>
  new AppError('CONFIG_INVALID', problem, `Correct “${option}” and try again.`, { option });

/** The options that the trainer and the evaluator read, whatever the model. */
export type ProtocolConfig = OptionsConfig<ReturnType<typeof trainingWithoutNegatives>>;

/** Those of them that evaluations read. */
export type EvaluationConfig = OptionsConfig<ReturnType<typeof stoppingOptions>>;

/** How negatives are drawn, where a model draws them. */
export type NegativesConfig = OptionsConfig<ReturnType<typeof negativeOptions>>;

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
    throw new AppError('CONFIG_INVALID', problem, `The value given for “${option.key}” was “${text}”.`, {
      option: option.key,
    });
  return value;
}
