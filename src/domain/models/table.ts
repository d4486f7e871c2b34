import type { DatasetDocument, DatasetStatistics } from '../dataset';
import type { Observation } from '../observations';
import type { Expert, Family } from '../routing';
import type { MmrecModel } from './mmrec';

/**
 * One table per model says everything about its options. The form, the command line, links, differences between
 * runs, sweep axes and validation are read off it, and so is the type of the configuration that its code receives.
 */
export type OptionValue = number | boolean | string;
export type Config = Readonly<Record<string, OptionValue>>;

export type OptionGroup = 'model' | 'graph' | 'loss' | 'training' | 'evaluation' | 'control';

/** An option has an effect while another one has one of these values, or none of these (and an effect itself). */
export type Condition =
  | { readonly key: string; readonly values: readonly OptionValue[] }
  | { readonly key: string; readonly except: readonly OptionValue[] };

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
  readonly multipleOf?: number;
  /** Values the paper searched, offered as suggestions. */
  readonly suggested?: readonly number[];
  /** A width of layers so large that the dry runs of a memory plan take a small one in its place. */
  readonly wide?: true;
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
  /** The catalogue adds every model that can pre-train, by its id, and takes the usual one as the default. */
  readonly adds?: 'pretrainingModels';
}

export interface BooleanOption extends OptionBase {
  readonly type: 'boolean';
  readonly default: boolean;
}

export type Option = NumberOption | ChoiceOption | BooleanOption;

type ValueOf<O extends Option> = O extends BooleanOption
  ? boolean
  : O extends ChoiceOption
    ? O extends { readonly adds: string }
      ? string
      : O['choices'][number]['value']
    : number;

/** The configuration that a list of options allows: a misspelt key does not compile. */
export type OptionsConfig<O extends readonly Option[]> = { readonly [One in O[number] as One['key']]: ValueOf<One> };

export type ConfigOf<T extends { readonly options: readonly Option[] }> = OptionsConfig<T['options']>;

export interface Citation {
  readonly authors?: string;
  readonly title: string;
  readonly venue: string;
  readonly year: number;
  readonly url?: string;
}

export interface Preset<C = Config> {
  readonly id: string;
  readonly label: string;
  /** Only the values that differ from the defaults. */
  readonly config: Changes<C>;
}

/** Some options of a configuration. */
export type Changes<C> = C extends Config ? (string extends keyof C ? Config : Partial<C>) : never;

/** A row of a model's ablation table. */
export interface Ablation<C = Config> {
  readonly id: string;
  /** As the paper prints it. */
  readonly label: string;
  /** The name in the paper's tables, where it is another than the label. */
  readonly printedAs?: string;
  /** What differs from the full model. */
  readonly config: Changes<C>;
  /** Data without which it cannot run. */
  readonly needs?: DataNeed;
  /** What else differs once a run of the full model has finished, which took so many steps. */
  readonly afterReference?: {
    readonly changes: (steps: number) => Changes<C>;
    /** What the row says then, and what it says before. */
    readonly note: string;
    readonly noteBefore: string;
  };
}

/**
 * `features`: item features of any modality; `profiles`: a file of user profile vectors; `attributes`: files of encoded item attributes;
 * `preferredPairs`: a file of two items for each user, preferred and refused; `textVectors`, `imageVectors`: features of that one modality; `pretrained`: a file of item embeddings; `ratings`.
 */
export type DataNeed =
  'features' | 'profiles' | 'attributes' | 'preferredPairs' | 'textVectors' | 'imageVectors' | 'pretrained' | 'ratings';

/** What is odd about a model, or where its paper and its code differ: a reader of its numbers should know it. */
export interface Oddity {
  /** One or two sentences. */
  readonly text: string;
  /** The configurations that it is true of; absent: all. */
  readonly when?: Condition;
  /** The key of an observation that shows it. */
  readonly seen?: string;
}

export interface LossTerm {
  readonly key: string;
  readonly label: string;
}

/** The name of a model's folder. `isModelId` tells whether there is such a model. */
export type ModelId = string;

/** What a recommendation may depend on. */
export interface RecommendationBasis {
  readonly statistics: Pick<DatasetStatistics, 'splits' | 'userDegrees'>;
  /** Whether the dataset brings user profile vectors. */
  readonly profiles: boolean;
}

/** What a caution may depend on. */
export type CautionBasis = Pick<DatasetDocument, 'name' | 'features' | 'statistics'>;

/** The experts a configuration routes to, the groups of vectors they weigh, and the families they belong to. */
export interface RouterShape {
  readonly experts: readonly Expert[];
  readonly groups: readonly string[];
  readonly families: readonly Family[];
}

/** When the regulariser of a router turns from coverage to confidence. */
export type StageRule =
  | { readonly kind: 'entropy'; readonly window: number }
  | { readonly kind: 'fixed' | 'coverageOnly' | 'confidenceOnly' };

/** How a model sends each user–item pair to experts. */
export interface Routing<C = Config> {
  /** Whether this configuration routes at all. */
  active(config: C): boolean;
  /** null for a configuration without a router. */
  shape(config: C, groups: readonly string[]): RouterShape | null;
  stages(config: C): StageRule;
}

export interface ModelTable<C = Config> {
  readonly id: ModelId;
  readonly name: string;
  /** One sentence: the idea. */
  readonly summary: string;
  readonly citation: Citation;
  /** Names under which the papers' tables print it; of those that mean other settings, an ablation has the name too. */
  readonly publishedAs: readonly string[];
  /** Least number of item feature matrices. */
  readonly minModalities: number;
  readonly options: readonly Option[];
  readonly presets: readonly Preset<C>[];
  readonly terms: readonly LossTerm[];
  /** Reads encoded item descriptions and user profiles where the dataset brings them. */
  readonly readsVectors?: boolean;
  /** Learns from ratings where the dataset has any. */
  readonly readsRatings?: boolean;
  /** Reads what a language model made besides features: user profiles, item attributes, and pairs of items that enter its batches. */
  readonly readsTexts?: boolean;
  readonly ablations?: readonly Ablation<C>[];
  /** Rows of a control set that only this model has: something it relies on, made meaningless. */
  readonly controls?: readonly Pick<Ablation<C>, 'id' | 'label' | 'config'>[];
  readonly observations?: readonly Observation[];
  readonly oddities?: readonly Oddity[];
  /** Keys of the observations that a run's page shows first, one below the other. */
  readonly shownFirst?: readonly string[];
  /** `none` for a loss that draws no negatives; by default a row has as many as the option says. */
  readonly negatives?: 'none';
  /** Whether its item embeddings can be another model's pre-trained ones; the `usual` one is the default source. */
  readonly pretrains?: 'usual' | 'possible';
  /**
   * It is computed from the training interactions, in closed form or by sweeps, and not trained by steps: a reference that any trained model should
   * beat. The one for `always` stands beside every result.
   */
  readonly computed?: 'reference' | 'always';
  /** The experiment form opens with this model. */
  readonly formStart?: true;
  readonly routing?: Routing<C>;
  /**
   * Leading columns of the ranked rows that are places in one space; what follows (a router's logits) is not.
   * Without it all of them are.
   */
  vectorColumns?(config: C, modalities: readonly string[]): number;
  /** The model under MMRec's names; null where MMRec has none. */
  readonly mmrec: MmrecModel<C> | null;
  /** What a person should know before a run starts on a dataset; not an obstacle. */
  cautions?(config: C, dataset: CautionBasis): readonly string[];
  /** What is recommended for a dataset, beside the defaults: where a run starts unless a person says otherwise. */
  recommend?(dataset: RecommendationBasis): Changes<C>;
}

/** A table whose options keep their literal types, so that `ConfigOf<typeof table>` is exact. */
export function defineTable<const O extends readonly Option[]>(
  table: Omit<ModelTable<OptionsConfig<O>>, 'options'> & { readonly options: O },
): Omit<ModelTable<OptionsConfig<O>>, 'options'> & { readonly options: O } {
  return table;
}
