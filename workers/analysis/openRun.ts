import { AppError } from '../../src/domain/errors';
import { completeConfig, isComputedAtOnce } from '../../src/domain/models/catalogue';
import type { RunDocument, WeightsOf } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { readRun } from '../../src/storage/runs';
import { byKind, readWeights } from '../../src/storage/weights';
import { overwrite } from '../engine/parameters';
import { stream } from '../numbers/rng';
import type { Model, ModelInput } from '../models/model';
import { modelKind } from '../models/registry';
import { readCheckpoint } from '../training/checkpoint';
import { readTrainingData, type TrainingData } from '../training/input';

/** A stored run's model, as it stood after an epoch. */
export interface OpenedRun {
  readonly run: RunDocument;
  readonly data: TrainingData;
  readonly model: Model;
  readonly weights: Pick<StoredWeights, 'values' | 'state'>;
  /** 0-based. */
  readonly epoch: number;
  /** Steps of the checkpoint it comes from; null for a run that has ended. */
  readonly step: number | null;
}

/**
 * Builds a run's model again, on the device that is open, with the weights that are stored: of a finished run, or of the
 * checkpoint of one that is still training. Throws `RUN_NO_WEIGHTS` before its first checkpoint, and what reading its data throws.
 */
export async function openRun(
  database: Database,
  runId: string,
  of: WeightsOf,
  phase: (text: string, fraction: number | null) => Promise<void>,
): Promise<OpenedRun> {
  const run = await readRun(database, runId);
  const { experiment } = run;
  const config = completeConfig(experiment.model, experiment.config);
  await phase('reading the weights', null);
  const weights = await storedWeights(database, run, of);
  const data = await readTrainingData(database, { ...experiment, config }, phase);
  const model = await builtAround(run, data.input, weights, phase);
  return { run, data, model, weights, epoch: weights.epoch, step: weights.step };
}

/** A run's model around its weights, for this input. Throws `RUN_NO_WEIGHTS` where some are missing. */
export async function builtAround(
  run: RunDocument,
  input: ModelInput,
  weights: Pick<StoredWeights, 'values' | 'state'>,
  phase: (text: string, fraction: number | null) => Promise<void>,
): Promise<Model> {
  const { model: id, config, seed } = run.experiment;
  const model = await modelKind(id).build({
    input,
    config: completeConfig(id, config),
    random: (name) => stream(seed, name),
    progress: phase,
  });
  for (const parameter of model.parameters) {
    const values = weights.values[parameter.name];
    if (!values) throw noWeights(run);
    overwrite(parameter, values);
  }
  model.restoreState?.(weights.state);
  await model.prepareRanking?.();
  return model;
}

/** Parameters by name, as they stood after an epoch. */
export interface StoredWeights {
  /** 0-based. */
  readonly epoch: number;
  /** Steps of the checkpoint they come from; null for those of a run that has ended. */
  readonly step: number | null;
  readonly values: Readonly<Record<string, Float32Array>>;
  /** What the model kept besides them; empty where nothing was. */
  readonly state: Readonly<Record<string, Float32Array>>;
}

/** All, or of a run that has ended only those of the names that are wanted. Throws `RUN_NO_WEIGHTS` before the first checkpoint. */
export async function storedWeights(
  database: Database,
  run: RunDocument,
  of: WeightsOf,
  wanted: readonly string[] | null = null,
): Promise<StoredWeights> {
  if (run.result) {
    const last = of === 'latest' ? await readWeights(database, run.id, 'latest', wanted) : null;
    if (last) return { epoch: run.epochs.length - 1, step: null, ...byKind(last) };
    const values = await readWeights(database, run.id, 'best', wanted);
    if (values) return { epoch: run.result.bestEpoch, step: null, ...byKind(values) };
    // Such a model is its build.
    if (isComputedAtOnce(run.experiment.model))
      return { epoch: run.result.bestEpoch, step: null, values: {}, state: {} };
  }
  const checkpoint = await readCheckpoint(database, run.id);
  if (!checkpoint) throw noWeights(run);
  if (of === 'best' && checkpoint.bestWeights) return { ...checkpoint.bestWeights, step: checkpoint.step };
  const values = Object.fromEntries(Object.entries(checkpoint.parameters).map(([name, saved]) => [name, saved.values]));
  // A checkpoint may lie within an epoch: then it is that epoch's.
  return {
    epoch: Math.max(0, Math.ceil(checkpoint.step / Math.max(1, run.stepsPerEpoch)) - 1),
    step: checkpoint.step,
    values,
    state: checkpoint.model,
  };
}

const noWeights = (run: RunDocument): AppError => (run.origin ? weightsNotInFile(run, run.origin.file) : notYet(run));

const weightsNotInFile = ({ name }: RunDocument, file: string): AppError =>
  new AppError(
    'RUN_NO_WEIGHTS',
    `${name} was opened from ${file}, which holds no weights.`,
    'Ask for its weights (.safetensors, saved beside the file) and drop both on the Runs page, or run it here.',
  );

const notYet = (run: RunDocument): AppError =>
  new AppError(
    'RUN_NO_WEIGHTS',
    `${run.name} has no stored weights yet.`,
    'A run stores weights with its first checkpoint, about 15 seconds after the start, and when it ends. Open this view again then.',
  );
