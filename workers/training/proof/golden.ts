import { AppError } from '../../../src/domain/errors';
import { rowsOf } from '../../../src/domain/models/batchRows';
import { completeConfig, isModelId } from '../../../src/domain/models/catalogue';
import type { Config } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { heldRows } from '../../engine/rowSource';
import { rowsOfDraws } from '../../engine/drawnRows';
import type { RowIndex } from '../../engine/rows';
import { matrix } from '../../engine/tensors';
import type { StepScope } from '../../engine/contract';
import { csrFromEntries } from '../../graphs/csr';
import type { GoldenCase, GoldenDataset, GoldenGraph, GoldenPassStep, GoldenStep, Values } from '../../models/golden';
import type { BuildContext, FeatureMatrix, ModelInput, NamedGraph } from '../../models/model';
import { stream } from '../../numbers/rng';
import type { HostBatch } from '../batch';

/** Another program's numbers, as what our model and trainer are handed. */

/** The reference counts least coverage in steps, the option in epochs. Throws `MODEL_UNKNOWN`. */
function configOf({ model, config }: GoldenCase, dataset: GoldenDataset): Config {
  if (!isModelId(model))
    throw new AppError('MODEL_UNKNOWN', `This version of Lodestone has no model “${model}”.`, 'Reload the page.');
  const { minCoverageSteps, ...rest } = config;
  const steps = Math.ceil(dataset.train.length / batchSizeOf(config));
  return completeConfig(model, {
    ...rest,
    ...(typeof minCoverageSteps === 'number' && { minCoverageEpochs: minCoverageSteps / steps }),
  });
}

function batchSizeOf({ batchSize }: Config): number {
  if (typeof batchSize !== 'number') throw new Error('The reference’s batch has no size.');
  return batchSize;
}

/** What a model is built from in a case of the reference. */
export function contextOf(wanted: GoldenCase, dataset: GoldenDataset): BuildContext {
  const { users, items, train, ratings, features } = dataset;
  const vectors = (name: string): FeatureMatrix | null => {
    const given = wanted.inputs?.[name];
    const [rows = 0, columns = 0] = given?.shape ?? [];
    return given ? { key: name, ...heldRows(Float32Array.from(given.values), rows, columns) } : null;
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
      const feature = features[key];
      if (!feature) throw new Error(`The reference’s data has no ${key}.`);
      return { key, ...heldRows(Float32Array.from(feature.values), items, feature.columns) };
    }),
    itemVectors: vectors('itemVectors'),
    userVectors: vectors('userVectors'),
    attributes: Object.keys(wanted.inputs ?? {})
      .filter((name) => name.startsWith('attributes/'))
      .sort()
      .flatMap((name) => vectors(name) ?? []),
    preferredPairs: wanted.inputs?.['pairs'] ? Int32Array.from(wanted.inputs['pairs'].values) : null,
    pretrained: vectors('pretrained'),
  };
  return { input, config: configOf(wanted, dataset), random: (name) => stream(1, name), progress: async () => {} };
}

/** The reference's batch, padded to the rows that the configuration allows for. */
export function hostBatchOf(step: GoldenStep, wanted: GoldenCase, dataset: GoldenDataset): HostBatch {
  const { train } = dataset;
  const size = batchSizeOf(wanted.config) + rowsOf(configOf(wanted, dataset)).added;
  const ratio = Math.max(1, step.negatives.length / step.users.length);
  const pad = (rows: readonly number[], length = size): Int32Array =>
    Int32Array.from({ length }, (_, place) => rows[place] ?? 0);
  const pairs = step.users.map((user, row) => train.findIndex(([u, i]) => u === user && i === step.positives[row]));
  return {
    count: step.users.length,
    pairs: pad(pairs),
    users: pad(step.users),
    positives: pad(step.positives),
    negatives: pad(step.negatives, ratio * size),
  };
}

/** A batch of the reference's pass over all users. */
export function passBatchOf({ users }: GoldenPassStep, { config }: GoldenCase): HostBatch {
  const padded = new Int32Array(batchSizeOf(config));
  padded.set(users);
  const none = new Int32Array(0);
  return { count: users.length, pairs: none, users: padded, positives: none, negatives: none };
}

/** Gives the reference's draws, and keeps what the model observes. */
export class GoldenScope implements StepScope {
  readonly epoch: number;
  readonly first: boolean;
  readonly observed: { keys: readonly string[]; values: tf.Tensor }[] = [];
  readonly distributions = new Map<string, tf.Tensor1D>();
  readonly #draws: Readonly<Record<string, Values>>;

  constructor(step: Pick<GoldenStep, 'epoch' | 'stepInEpoch' | 'draws'>, place: number) {
    this.epoch = step.epoch;
    this.first = (step.stepInEpoch ?? place) === 0;
    this.#draws = step.draws ?? {};
  }

  draw(site: string, ids: tf.Tensor1D, width: number): tf.Tensor2D {
    // The reference's sites of an epoch have it behind them.
    const given = this.#draws[site] ?? this.#draws[`${site}@epoch${this.epoch}`];
    if (given?.shape[1] !== width) throw new Error(`The reference draws nothing of width ${width} at ${site}.`);
    const [rows = 0] = given.shape;
    // Drawn for all at once: a row belongs to the id of its place.
    if (rows > ids.size) return tf.gather(matrix(Float32Array.from(given.values), rows, width), ids);
    const values = new Float32Array(ids.size * width).fill(0.5);
    values.set(given.values);
    return matrix(values, ids.size, width);
  }

  drawRows(site: string, n: number, count: number, rows: number): RowIndex {
    const given = this.#draws[site];
    if (given?.values.length !== n * count)
      throw new Error(`The reference draws no ${count} rows for ${n} at ${site}.`);
    return rowsOfDraws(given.values, rows);
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

export const graphOf = (name: string, { rows, columns, entries }: GoldenGraph): NamedGraph => ({
  name,
  meaning: '',
  matrix: csrFromEntries(
    rows,
    columns,
    Int32Array.from(entries, ([r]) => r),
    Int32Array.from(entries, ([, c]) => c),
    Float32Array.from(entries, ([, , v]) => v),
  ),
});
