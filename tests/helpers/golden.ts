import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { completeConfig, isModelId } from '../../src/domain/models/catalogue';
import type { Config, OptionValue } from '../../src/domain/models/table';
import { stream } from '../../workers/numbers/rng';
import { heldRows } from '../../workers/engine/rowSource';
import { matrix } from '../../workers/engine/tensors';
import { csrFromEntries, type Csr } from '../../workers/graphs/csr';
import type { StepScope } from '../../workers/engine/contract';
import type { BuildContext, FeatureMatrix, ModelInput, NamedGraph } from '../../workers/models/model';
import type { HostBatch } from '../../workers/training/batch';

interface Values {
  shape: number[];
  values: number[];
}

export interface GoldenStep {
  epoch: number;
  stepInEpoch?: number;
  users: number[];
  positives: number[];
  negatives: number[];
  lr: number;
  terms: Record<string, { unweighted: number; weighted: number }>;
  total: number;
  grad: Record<string, number[]>;
  after: Record<string, number[]>;
  float32GradError: Record<string, number>;
  observed?: Record<string, number[]>;
  draws?: Record<string, Values>;
}

export interface GoldenGraph {
  rows: number;
  columns: number;
  entries: [number, number, number][];
}

export interface GoldenCase {
  name: string;
  model: string;
  modalities: string[];
  config: Config;
  inputs?: Record<string, Values>;
  graphs: Record<string, GoldenGraph>;
  init: Record<string, Values>;
  steps: GoldenStep[];
  scores: number[];
  facts?: Record<string, unknown>;
  triplets?: number[][];
  validation?: [number, number][];
  routing?: Record<string, unknown>;
}

export interface GoldenDataset {
  users: number;
  items: number;
  train: [number, number][];
  ratings?: number[];
  features: Record<string, { columns: number; values: number[] }>;
}

export interface Golden {
  dataset: GoldenDataset;
  cases: GoldenCase[];
}

const MODELS = new URL('../../workers/models/', import.meta.url);

/** The golden sets of every model that has a `golden.json`, in the order of their folders' names. */
export function readGolden(): Golden[] {
  return readdirSync(MODELS)
    .sort()
    .map((folder) => new URL(`${folder}/golden.json`, MODELS))
    .filter((file) => existsSync(file))
    .flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as { sets: Golden[] }).sets);
}

/** The reference counts least coverage in steps, the option in epochs. */
function configOf({ model, config, modalities }: GoldenCase, dataset: GoldenDataset): Config {
  if (!isModelId(model)) throw new Error(`unknown model ${model}`);
  const { minCoverageSteps, ...rest } = config as Record<string, OptionValue>;
  const steps = Math.ceil(dataset.train.length / (config['batchSize'] as number));
  expect(modalities.length).toBeGreaterThanOrEqual(0);
  return completeConfig(model, {
    ...rest,
    ...(typeof minCoverageSteps === 'number' && { minCoverageEpochs: minCoverageSteps / steps }),
  });
}

export function contextOf(wanted: GoldenCase, dataset: GoldenDataset): BuildContext {
  const { users, items, train, ratings, features } = dataset;
  const vectors = (name: string): FeatureMatrix | null => {
    const given = wanted.inputs?.[name];
    return given ? { key: name, ...heldRows(Float32Array.from(given.values), given.shape[0]!, given.shape[1]!) } : null;
  };
  const input: ModelInput = {
    users,
    items,
    train: { users: Int32Array.from(train, ([u]) => u), items: Int32Array.from(train, ([, i]) => i) },
    ratings: ratings ? Float32Array.from(ratings) : null,
    // A backbone without features of its own reads all of them for an enhancer.
    features: (wanted.config['edgeEnhancer'] === '+G' && wanted.modalities.length === 0
      ? Object.keys(features).sort()
      : wanted.modalities
    ).map((key) => {
      const feature = features[key]!;
      return { key, ...heldRows(Float32Array.from(feature.values), items, feature.columns) };
    }),
    itemVectors: vectors('itemVectors'),
    userVectors: vectors('userVectors'),
    pretrained: vectors('pretrained'),
  };
  return { input, config: configOf(wanted, dataset), random: (name) => stream(1, name), progress: async () => {} };
}

/** The reference's batch, padded to the configured size. */
export function hostBatchOf(step: GoldenStep, wanted: GoldenCase, { train }: GoldenDataset): HostBatch {
  const size = wanted.config['batchSize'] as number;
  const pad = (rows: number[]): Int32Array => Int32Array.from({ length: size }, (_, place) => rows[place] ?? 0);
  const pairs = step.users.map((user, row) => train.findIndex(([u, i]) => u === user && i === step.positives[row]));
  return {
    count: step.users.length,
    pairs: pad(pairs),
    users: pad(step.users),
    positives: pad(step.positives),
    negatives: pad(step.negatives),
  };
}

/** Gives the reference's draws, and keeps what the model observes. */
export class GoldenScope implements StepScope {
  readonly epoch: number;
  readonly first: boolean;
  readonly observed: { keys: readonly string[]; values: tf.Tensor }[] = [];
  readonly distributions = new Map<string, tf.Tensor1D>();
  readonly #draws: Record<string, Values>;

  constructor(step: GoldenStep, place: number) {
    this.epoch = step.epoch;
    this.first = (step.stepInEpoch ?? place) === 0;
    this.#draws = step.draws ?? {};
  }

  draw(site: string, ids: tf.Tensor1D, width: number): tf.Tensor2D {
    const given = this.#draws[site];
    if (!given) throw new Error(`The reference draws nothing at ${site}.`);
    expect(given.shape[1]).toBe(width);
    const values = new Float32Array(ids.size * width).fill(0.5);
    values.set(given.values);
    return matrix(values, ids.size, width);
  }

  observe(key: string, value: tf.Scalar): void {
    this.observed.push({ keys: [key], values: value });
  }

  observeAll(keys: readonly string[], values: tf.Tensor1D): void {
    this.observed.push({ keys, values });
  }

  distribution(key: string, values: () => tf.Tensor1D): void {
    this.distributions.set(key, tf.keep(tf.clone(tf.tidy(values))));
  }
}

export function graphOf(name: string, { rows, columns, entries }: GoldenGraph): NamedGraph {
  return {
    name,
    meaning: '',
    matrix: csrFromEntries(
      rows,
      columns,
      Int32Array.from(entries, ([r]) => r),
      Int32Array.from(entries, ([, c]) => c),
      Float32Array.from(entries, ([, , v]) => v),
    ),
  };
}

const GRAPH = 1e-5;
/** Rounding of a float32 cosine, which is all there is of a similarity near 0. */
const COSINE = 1.2e-7;

/** Edge for edge, values to 1e-5 relative; in a learned graph a cosine of float32 features is only good to its rounding. */
export function expectGraph({ name, matrix: got }: NamedGraph, expected: GoldenGraph | undefined): void {
  expect(expected, `golden graph ${name}`).toBeDefined();
  if (!expected) return;
  const entries = entriesOf(got);
  const sorted = [...expected.entries].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  expect(
    entries.map(([r, c]) => [r, c]),
    name,
  ).toEqual(sorted.map(([r, c]) => [r, c]));
  entries.forEach(([, , value], place) => {
    const reference = sorted[place]![2];
    expect(Math.abs(value - reference), name).toBeLessThanOrEqual(
      Math.max(GRAPH * Math.abs(reference), name.startsWith('learned') ? COSINE : 0),
    );
  });
}

export function entriesOf(matrix: Csr): [number, number, number][] {
  const entries: [number, number, number][] = [];
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.pointers[row]!; k < matrix.pointers[row + 1]!; k++)
      entries.push([row, matrix.indices[k]!, matrix.values[k]!]);
  }
  return entries;
}
