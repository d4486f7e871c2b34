import { changedOptions, configProblems, defaultConfig } from './models/catalogue';
import type { Config, ModelId } from './models/table';

/** Settings of a model that a person keeps under a name. */
export interface OwnPreset {
  readonly model: ModelId;
  readonly name: string;
  /** What differs from the defaults. */
  readonly changes: Config;
}

/** Those of a model; one that its options no longer allow is left out. */
export const presetsOf = (presets: readonly OwnPreset[], model: ModelId): OwnPreset[] =>
  presets.filter(
    (one) => one.model === model && configProblems(model, { ...defaultConfig(model), ...one.changes }).size === 0,
  );

/** With these settings under this name; one of the same model and name is replaced. */
export const withPreset = (
  presets: readonly OwnPreset[],
  { model, name, config }: { readonly model: ModelId; readonly name: string; readonly config: Config },
): OwnPreset[] => [...withoutPreset(presets, { model, name }), { model, name, changes: changedOptions(model, config) }];

export const withoutPreset = (
  presets: readonly OwnPreset[],
  { model, name }: Pick<OwnPreset, 'model' | 'name'>,
): OwnPreset[] => presets.filter((one) => one.model !== model || one.name !== name);
