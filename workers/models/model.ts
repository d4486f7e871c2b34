import type * as tf from '@tensorflow/tfjs-core';
import type { RankingPart } from '../../src/domain/knockouts';
import type { Finding, Observations } from '../../src/domain/observations';
import { typedConfig } from '../../src/domain/models/catalogue';
import type { Configurable } from '../../src/domain/models/config';
import type { Config, ConfigOf, ModelId } from '../../src/domain/models/table';
import type { Parameter } from '../engine/parameters';
import type { Representation, StepScope } from '../engine/contract';
import type { Random } from '../numbers/rng';
import type { LossTerms, WeightedTerm } from '../engine/step';
import type { RowIndex } from '../engine/rows';
import type { RowSource } from '../engine/rowSource';
import type { Pairs } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';

/**
 * Item features of one modality, `[items, columns]`, row `i` belongs to item `i`. They are read where they are stored, block by
 * block, and lie on the device alone.
 */
export interface FeatureMatrix extends RowSource {
  readonly key: string;
}

/** The name under which a modality's table of raw features is known, trained or frozen. */
export const featureName = (key: string): string => `features/${key}`;

/** What a model is built from: the training split alone. */
export interface ModelInput {
  readonly users: number;
  readonly items: number;
  readonly train: Pairs;
  /** Ratings of the training pairs, in their order; null where the dataset has none or all are equal. */
  readonly ratings: Float32Array | null;
  /** In ascending order of their keys. */
  readonly features: readonly FeatureMatrix[];
  /** Encoded item descriptions `[I, d_t]` and user profiles `[U, d_t]`, where the dataset brings them and the model reads them. */
  readonly itemVectors: FeatureMatrix | null;
  readonly userVectors: FeatureMatrix | null;
  /** Encoded attributes of items, `[I, d_t]` each, where the dataset brings them and the model reads them. */
  readonly attributes?: readonly FeatureMatrix[];
  /** `[U, 2]` by rows: the item that a user prefers and one that it refuses, as a language model chose; −1 twice for users without. */
  readonly preferredPairs?: Int32Array | null;
  /** Who made these texts, in sentences; null where the dataset does not know. */
  readonly textOrigin?: string | null;
  /** Item embeddings of another model or of a file, `[I, ·]`; null where the configuration asks for none. */
  readonly pretrained: FeatureMatrix | null;
}

export interface BuildContext<C = Config> {
  readonly input: ModelInput;
  readonly config: C;
  /** A named stream of the run's seed. */
  readonly random: (name: string) => Random;
  /** Says what is being prepared; awaiting it lets commands through. */
  readonly progress: (text: string, fraction: number | null) => Promise<void>;
}

/** One step's rows on the device. Shapes are the same in every step: a short batch is padded. */
export interface Batch {
  /** B, the configured size. */
  readonly size: number;
  /** b ≤ B, the real rows: a number on the host, for what is looked at now and then. A step whose loss reads it is not captured. */
  readonly count: number;
  /** b on the device. */
  readonly rows: tf.Scalar;
  /** ρ; 0 for a model that draws none, whose loss must not read `negatives` or `negativeMask`. */
  readonly negativesPerPositive: number;
  /** `[B]` int32: which training interaction each row is. */
  readonly pairs: tf.Tensor1D;
  readonly users: RowIndex;
  readonly positives: RowIndex;
  /** `[B·ρ]` */
  readonly negatives: RowIndex;
  /** `[B]`: 1/b for real rows, 0 for padding. */
  readonly weights: tf.Tensor1D;
  /** `[B]` and `[B·ρ]`: 1 for real rows, 0 for padding. */
  readonly mask: tf.Tensor1D;
  readonly negativeMask: tf.Tensor1D;
  /** The batch's users, and the items of its positives, each once. */
  readonly distinctUsers: DistinctRows;
  readonly distinctItems: DistinctRows;
  /** `[B + B·ρ]`: the items of its positives, and then those of its negatives that are none of them, each once. */
  readonly distinctBoth: DistinctRows;
}

/** Entities of a batch, each at the first row in which it occurs. */
export interface DistinctRows {
  /** n, on the host as the batch's. */
  readonly count: number;
  /** `[B]`: 1/n at first occurrences, 0 elsewhere. */
  readonly weights: tf.Tensor1D;
  /** `[B]`: 1 at first occurrences, 0 elsewhere. */
  readonly mask: tf.Tensor1D;
}

/** A term of the loss; the loss is Σ weight · value. A weight on the device carries no gradient. */
export type LossTermValue = WeightedTerm;

/**
 * A second loss. It moves parameters that the first one never moves, by an Adam of its own with the same rates and decay; all else is constant
 * in it, and its parameters are constant in the first. Its value is a curve of its own: the table's term `second` names it.
 */
export interface SecondLoss {
  /** Some of the model's parameters. */
  readonly parameters: readonly Parameter[];
  /**
   * With it, it is taken before each epoch, in a pass over all users in an order of their own: its batches have `users`, `weights`, `mask` and `rows` alone, and
   * a site of draws is the epoch's. Without it, it is taken after each step, on the step's batch and with the parameters just moved.
   */
  readonly pass?: true;
  /** Called inside a tidy and a gradient scope. */
  loss(batch: Batch, step: StepScope): LossTerms;
}

/** A graph as it is multiplied, for the audit trace. */
export interface NamedGraph {
  readonly name: string;
  readonly meaning: string;
  readonly matrix: Csr;
}

/** A matrix that is neither a file of the dataset nor a parameter, for the audit trace. */
export interface NamedInput {
  readonly name: string;
  readonly meaning: string;
  readonly shape: readonly number[];
  /** Read, or computed again, when it is asked for. */
  read(): Promise<Float32Array>;
  /** Puts another program's numbers in its place, where the model has drawn them itself. */
  replace?(values: Float32Array): void;
}

/** Where a router sends pairs. */
export interface RoutedProbabilities {
  /** π `[pairs, E]` by rows. */
  readonly probabilities: Float32Array;
  /** Each expert's shares of the groups as they stand, `[E, groups]` by rows. */
  readonly groupShares: Float32Array;
}

/** Routing of pairs, by rows `[pairs, E]`. */
export interface PairRouting {
  /** π */
  readonly probabilities: Float32Array;
  /** π̃, 0 for experts that were not selected. */
  readonly shares: Float32Array;
  /** What each expert adds to ŷ. */
  readonly contributions: Float32Array;
}

/** ŷ of a pair in parts: `own`, what does not come from the history, and what each training item of the user adds, in ascending order of items. */
export interface HistoryShares {
  readonly own: number;
  readonly items: Float32Array;
}

/** A model on a device. Sampling, Adam, evaluation, stopping and checkpoints are the trainer's. */
export interface Model {
  /** Everything that is trained, by either loss. */
  readonly parameters: readonly Parameter[];
  readonly second?: SecondLoss;
  readonly graphs: readonly NamedGraph[];
  readonly inputs?: readonly NamedInput[];
  /** What its graphs and thresholds did to the data, known before the first step. */
  readonly findings?: readonly Finding[];
  /** Parameters for which an epoch's first step tells how much of the gradient each term makes. */
  readonly gradientShares?: readonly Parameter[];
  /**
   * Graphs made anew for an epoch, after a second loss's pass. A run that resumes in it gets the same, from the epoch's own stream, from draws of its beginning, `step`, or from
   * `state`.
   */
  epochGraphs?(epoch: number, step: Pick<StepScope, 'draw'>): Promise<NamedGraph[]>;
  /** Takes graphs of `epochGraphs` into use. */
  useEpochGraphs?(graphs: readonly NamedGraph[]): void;
  /** Called inside a tidy and a gradient scope. */
  loss(batch: Batch, step: StepScope): LossTerms;
  /**
   * Takes an epoch of a model that is computed and not trained by steps: a sweep, or nothing where `build` has done all. Gives the terms of its loss as
   * they then are. `between` is awaited now and then, and ends the work where it gives false; the result is then null.
   */
  fit?(epoch: number, between: () => Promise<boolean>): Promise<Readonly<Record<string, number>> | null>;
  /** Called before `represent` when parameters have changed. */
  prepareRanking?(): Promise<void>;
  /** Called inside a tidy. */
  represent(): Representation;
  /** Numbers of an epoch, taken from pairs (the validation positives) once it has ended. */
  observePairs?(pairs: Pairs): Promise<Observations>;
  /** π of given pairs. */
  routePairs?(pairs: Pairs): Promise<RoutedProbabilities>;
  /** How given pairs are routed, on request. */
  explainPairs?(pairs: Pairs): Promise<PairRouting>;
  /** Of a model whose score is linear in the user's training items. */
  historyShares?(user: number, item: number): Promise<HistoryShares>;
  /** What ranking can do without, and how it ranks then. `represent` as the model's own. */
  readonly knockouts?: { readonly parts: readonly RankingPart[]; represent(without: RankingPart): Representation };
  /** What going on, or ranking, needs besides parameters and streams. It is kept with the best epoch's parameters too. */
  state?(): Promise<Record<string, Float32Array>>;
  /** Takes back what `state` gave; whatever is missing stays as it is. */
  restoreState?(state: Readonly<Record<string, Float32Array>>): void;
  dispose(): void;
}

/** Those of a model's parameters that its first loss moves. */
export const firstParameters = ({ parameters, second }: Pick<Model, 'parameters' | 'second'>): readonly Parameter[] =>
  second ? parameters.filter((parameter) => !second.parameters.includes(parameter)) : parameters;

/** What a model keeps besides its parameters; empty for one that keeps nothing. */
export const stateOf = async (model: Pick<Model, 'state'>): Promise<Record<string, Float32Array>> =>
  (await model.state?.()) ?? {};

/** What a model that is computed has to say; the rest is that of a model without steps. */
export type ComputedParts = Pick<Model, 'represent' | 'dispose'> &
  Partial<Pick<Model, 'fit' | 'graphs' | 'state' | 'restoreState' | 'findings' | 'historyShares'>>;

/** A model without parameters, batches or steps. */
export const computedModel = (parts: ComputedParts): Model => ({
  parameters: [],
  graphs: [],
  loss: () => {
    throw new Error('A model that is computed takes no steps.');
  },
  fit: async () => ({}),
  ...parts,
});

/** What the bytes of a computed model depend on. `train`: training interactions; `columns`: of all item features. */
export interface ComputedSizes {
  readonly users: number;
  readonly items: number;
  readonly train: number;
  readonly columns: number;
}

/** Bytes of a computed model: of its matrices and of what else stays on the device, of what is made there or on the host on the way, and of its largest buffer. */
export interface ComputedMemory {
  readonly graphs: number;
  readonly constants: number;
  readonly preparing?: number;
  readonly made: number;
  readonly largest: number;
}

/** A model as the trainer finds it: whoever calls `build` needs to know no option of it. */
export interface ModelKind {
  readonly id: ModelId;
  /** Throws `CONFIG_INVALID` where the configuration is not complete, and what the model itself throws. */
  build(context: BuildContext): Promise<Model>;
  /** Of one that is computed. Throws `CONFIG_INVALID` as `build`. */
  memory?(sizes: ComputedSizes, config: Config): ComputedMemory;
}

/** Joins a table and what builds it: `build` receives the configuration with the type that the table gives it. */
export function defineModel<T extends Configurable & { readonly id: ModelId }>(
  table: T,
  build: (context: BuildContext<ConfigOf<T>>) => Promise<Model>,
  memory?: (sizes: ComputedSizes, config: ConfigOf<T>) => ComputedMemory,
): ModelKind {
  return {
    id: table.id,
    build: (context) => build({ ...context, config: typedConfig(table, context.config) }),
    ...(memory && { memory: (sizes, config) => memory(sizes, typedConfig(table, config)) }),
  };
}
