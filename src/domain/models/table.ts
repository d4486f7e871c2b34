import type { DatasetStatistics } from '../dataset';
import type { Observation } from '../observations';

/**
 * One table per model says everything about its options. The form, the command line, links, differences between
 * runs, sweep axes and validation are read off it.
 */
export type OptionValue = number | boolean | string;
export type Config = Readonly<Record<string, OptionValue>>;

export type OptionGroup = 'model' | 'graph' | 'loss' | 'training' | 'evaluation';

/** An option has an effect while another one has one of these values (and an effect itself). */
export interface Condition {
  readonly key: string;
  readonly values: readonly OptionValue[];
}

interface OptionBase {
  readonly key: string;
  readonly label: string;
  readonly help: string;
  readonly group: OptionGroup;
  /** Where the paper (or the reference framework) speaks of it. */
  readonly section?: string;
  /** Whether a sweep may vary it. */
  readonly sweep: boolean;
  /** Without it the option always has an effect. Validation does not look at it. */
  readonly when?: Condition;
}

export interface NumberOption extends OptionBase {
  readonly type: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Values the paper searched, offered as suggestions. */
  readonly suggested?: readonly number[];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Data without which it cannot be chosen. */
  readonly needs?: DataNeed;
}

export interface ChoiceOption extends OptionBase {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly Choice[];
}

export interface BooleanOption extends OptionBase {
  readonly type: 'boolean';
  readonly default: boolean;
}

export type Option = NumberOption | ChoiceOption | BooleanOption;

export interface Citation {
  readonly authors?: string;
  readonly title: string;
  readonly venue: string;
  readonly year: number;
  readonly url?: string;
}

export interface Preset {
  readonly id: string;
  readonly label: string;
  /** Only the values that differ from the defaults. */
  readonly config: Config;
}

/** A row of a model's ablation table. */
export interface Ablation {
  readonly id: string;
  /** As the paper prints it. */
  readonly label: string;
  /** What differs from the full model. */
  readonly config: Config;
  /** Data without which it cannot run. */
  readonly needs?: DataNeed;
}

/** `profiles`: a file of user profile vectors; `textVectors`, `imageVectors`: features of that one modality; `pretrained`: a file of item embeddings; `ratings`. */
export type DataNeed = 'profiles' | 'textVectors' | 'imageVectors' | 'pretrained' | 'ratings';

export interface LossTerm {
  readonly key: string;
  readonly label: string;
}

export const MODEL_IDS = [
  'bpr',
  'lightgcn',
  'vbpr',
  'mgcn',
  'freedom',
  'lattice',
  'gume',
  'egra',
  'mllmrec',
  'magnet',
  'simgr',
] as const;
export type ModelId = (typeof MODEL_IDS)[number];

/** What a recommendation may depend on. */
export interface RecommendationBasis {
  readonly statistics: Pick<DatasetStatistics, 'splits' | 'userDegrees'>;
  /** Whether the dataset brings user profile vectors. */
  readonly profiles: boolean;
}

export interface ModelTable {
  readonly id: ModelId;
  readonly name: string;
  /** One sentence: the idea. */
  readonly summary: string;
  readonly citation: Citation;
  /** Names under which the papers' tables print it. */
  readonly publishedAs: readonly string[];
  /** Least number of item feature matrices. */
  readonly minModalities: number;
  readonly options: readonly Option[];
  readonly presets: readonly Preset[];
  readonly terms: readonly LossTerm[];
  /** Reads encoded item descriptions and user profiles where the dataset brings them. */
  readonly readsVectors?: boolean;
  readonly ablations?: readonly Ablation[];
  readonly observations?: readonly Observation[];
  /** Keys of the observations that a run's page shows first, one below the other. */
  readonly shownFirst?: readonly string[];
  /** What is recommended for a dataset, beside the defaults: where a run starts unless a person says otherwise. */
  readonly recommend?: (dataset: RecommendationBasis) => Config;
}
