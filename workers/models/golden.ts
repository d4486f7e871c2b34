import type { Config, ModelId } from '../../src/domain/models/table';

/** Numbers of a model's reference, `golden.json` in its folder: PyTorch in double precision on tiny data. */

export interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What a loss's step makes of its parameters: terms, gradients and values after Adam. */
export interface GoldenTaken {
  readonly terms: Readonly<Record<string, { readonly unweighted: number; readonly weighted: number }>>;
  readonly total: number;
  readonly grad: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, readonly number[]>>;
  /** How far single precision is from double, as a share of each gradient's largest number. */
  readonly float32GradError: Readonly<Record<string, number>>;
  readonly draws?: Readonly<Record<string, Values>>;
}

/** One training step: what goes in, and what comes of it. */
export interface GoldenStep extends GoldenTaken {
  readonly epoch: number;
  readonly stepInEpoch?: number;
  readonly users: readonly number[];
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  readonly lr: number;
  readonly observed?: Readonly<Record<string, readonly number[]>>;
  /** The second loss's step that follows, from the parameters as they are then. */
  readonly second?: GoldenTaken;
}

/** A step of a second loss's pass. */
export interface GoldenPassStep extends GoldenTaken {
  readonly users: readonly number[];
}

/** A second loss's pass before an epoch. */
export interface GoldenPass {
  readonly epoch: number;
  readonly lr: number;
  readonly steps: readonly GoldenPassStep[];
}

export interface GoldenGraph {
  readonly rows: number;
  readonly columns: number;
  readonly entries: readonly (readonly [row: number, column: number, value: number])[];
}

/** What a step needs of a case. */
export interface GoldenCase {
  readonly name: string;
  readonly model: string;
  readonly modalities: readonly string[];
  readonly config: Config;
  readonly inputs?: Readonly<Record<string, Values>>;
  readonly graphs: Readonly<Record<string, GoldenGraph>>;
  readonly init: Readonly<Record<string, Values>>;
  readonly steps: readonly GoldenStep[];
  readonly phases?: readonly GoldenPass[];
}

export interface GoldenDataset {
  readonly users: number;
  readonly items: number;
  readonly train: readonly (readonly [user: number, item: number])[];
  readonly ratings?: readonly number[];
  readonly features: Readonly<Record<string, { readonly columns: number; readonly values: readonly number[] }>>;
}

/** The first step of a model's first case, and the pass before it: what ships with the page. */
export interface FirstStep {
  readonly dataset: GoldenDataset;
  readonly case: GoldenCase;
}

const FILES = import.meta.glob<FirstStep>('./*/golden.json', { query: '?first-step', import: 'default' });

const READERS: ReadonlyMap<ModelId, () => Promise<FirstStep>> = new Map(
  Object.entries(FILES).map(([path, read]) => [path.split('/')[1] ?? '', read]),
);

/** Models that have a reference. */
export const provenModels = (): readonly ModelId[] => [...READERS.keys()];

/** Throws where the model has no reference, or its file cannot be loaded. */
export function firstStepOf(model: ModelId): Promise<FirstStep> {
  const read = READERS.get(model);
  if (!read) throw new Error(`There is no reference of ${model}.`);
  return read();
}
