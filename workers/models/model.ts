import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../../src/domain/models/table';
import type { Parameter } from '../engine/kernels/adam';
import type { Random } from '../engine/rng';
import type { RowIndex } from '../engine/rows';
import type { Pairs } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';

/** Item features of one modality, `[items, columns]`, row `i` belongs to item `i`. */
export interface FeatureMatrix {
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** What a model is built from: the training split alone. */
export interface ModelInput {
  readonly users: number;
  readonly items: number;
  readonly train: Pairs;
  /** In ascending order of their keys. */
  readonly features: readonly FeatureMatrix[];
}

export interface BuildContext {
  readonly input: ModelInput;
  readonly config: Config;
  /** A named stream of the run's seed. */
  readonly random: (name: string) => Random;
  /** Says what is being prepared; awaiting it lets commands through. */
  readonly progress: (text: string, fraction: number | null) => Promise<void>;
}

/** One step's rows on the device. Shapes are the same in every step: a short batch is padded. */
export interface Batch {
  /** B, the configured size. */
  readonly size: number;
  /** b ≤ B, the real rows. */
  readonly count: number;
  readonly negativesPerPositive: number;
  readonly users: RowIndex;
  readonly positives: RowIndex;
  /** `[B·ρ]` */
  readonly negatives: RowIndex;
  /** `[B]`: 1/b for real rows, 0 for padding. */
  readonly weights: tf.Tensor1D;
  /** `[B]` and `[B·ρ]`: 1 for real rows, 0 for padding. */
  readonly mask: tf.Tensor1D;
  readonly negativeMask: tf.Tensor1D;
  /** `[1, B]`: 0 for real rows, −1e9 for padding; added to logits over the batch. */
  readonly columnMask: tf.Tensor2D;
}

/** A term of the loss; the loss is Σ weight · value. */
export interface LossTermValue {
  readonly key: string;
  readonly weight: number;
  readonly value: tf.Scalar;
}

/** What ranking needs: score(u, i) = ⟨users[u], items[i]⟩. */
export interface Representation {
  /** `[U, d]` */
  readonly users: tf.Tensor2D;
  /** `[I, d]` */
  readonly items: tf.Tensor2D;
}

/** A graph as it is multiplied, for the audit trace. */
export interface NamedGraph {
  readonly name: string;
  readonly meaning: string;
  readonly matrix: Csr;
}

/** A model on a device. Sampling, Adam, evaluation, stopping and checkpoints are the trainer's. */
export interface Model {
  readonly parameters: readonly Parameter[];
  readonly graphs: readonly NamedGraph[];
  /** Graphs drawn anew for an epoch, from the epoch's own stream: a run that resumes in it draws the same. */
  epochGraphs?(epoch: number): NamedGraph[];
  /** Takes graphs of `epochGraphs` into use. */
  useEpochGraphs?(graphs: readonly NamedGraph[]): void;
  /** Called inside a tidy and a gradient scope. */
  loss(batch: Batch): LossTermValue[];
  /** Called inside a tidy. */
  represent(): Representation;
  dispose(): void;
}

/** Sizes a memory estimate is made from. */
export interface ModelSizes {
  readonly users: number;
  readonly items: number;
  readonly trainPairs: number;
  readonly featureColumns: readonly number[];
}

/** Bytes a model will take, by kind; `step` is the peak of intermediate values and gradients in one step. */
export interface ModelBytes {
  readonly parameters: number;
  readonly graphs: number;
  readonly constants: number;
  readonly step: number;
  /** The largest single buffer: a device may bind less at once than it holds. */
  readonly largest: number;
}

export interface ModelKind {
  build(context: BuildContext): Promise<Model>;
  bytes(sizes: ModelSizes, config: Config): ModelBytes;
}
