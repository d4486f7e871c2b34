import { AppError } from '../../src/domain/errors';
import type { Projection, ProjectionRequest } from '../../src/domain/projection';
import type { RunDocument, WeightsOf } from '../../src/domain/run';
import { finalVectors, rowsOf, type Rows } from '../../src/domain/vectors';
import type { Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { readRun } from '../../src/storage/runs';
import { readFloats } from '../engine/backends';
import { readRepresentation } from '../engine/representation';
import type { Model } from '../models/model';
import { refuseOtherContent } from '../training/input';
import type { Phase } from './nearestRows';
import { storedWeights, type OpenedRun } from './openRun';

export interface EntityVectors extends Pick<Projection, 'epoch' | 'step'> {
  readonly users: Rows;
  readonly items: Rows;
}

/** The best epoch of a run that has ended, otherwise its newest checkpoint. */
export const weightsOf = ({ result }: Pick<RunDocument, 'result'>): WeightsOf => (result ? 'best' : 'latest');

/** Builds a run's model with these weights. */
export type OpenModel = (runId: string) => Promise<OpenedRun>;

/**
 * The vectors of a run's users and items. What is stored is read as it is; only a run without stored representations, or a model
 * without embedding tables, is built again. Throws `RUN_NO_WEIGHTS`, `DATA_NOT_FOUND` and `PROJECTION_NO_VECTORS`.
 */
export async function readVectors(
  database: Database,
  { runId, vectors }: Pick<ProjectionRequest, 'runId' | 'vectors'>,
  openModel: OpenModel,
  phase: Phase,
): Promise<EntityVectors> {
  const run = await readRun(database, runId);
  await phase('reading the weights', null);
  const dataset = await readDataset(database, run.experiment.dataset.id);
  refuseOtherContent(run.experiment.dataset, dataset);
  const { statistics } = dataset;
  const [usersKey, itemsKey] =
    vectors === 'final'
      ? (['represent/users', 'represent/items'] as const)
      : (['userEmbedding', 'itemEmbedding'] as const);
  const weights = await storedWeights(database, run, weightsOf(run), [usersKey, itemsKey]);
  const [users, items] = [weights.values[usersKey], weights.values[itemsKey]];
  const ranked = (values: Float32Array, rows: number): Rows =>
    vectors === 'final' ? finalVectors(values, rows, run.experiment, dataset) : rowsOf(values, rows);
  const { epoch, step } = weights;
  if (users && items)
    return { users: ranked(users, statistics.users), items: ranked(items, statistics.items), epoch, step };
  const opened = await openModel(runId);
  const found =
    vectors === 'final' ? await readRepresentation(() => opened.model.represent()) : await initialVectors(opened.model);
  return {
    users: ranked(found.users, statistics.users),
    items: ranked(found.items, statistics.items),
    epoch: opened.epoch,
    step: opened.step,
  };
}

/** MLLMRec has no tables: it starts from encoded descriptions and profiles, or from profiles that it trains. */
async function initialVectors({ inputs, parameters }: Model): Promise<{ users: Float32Array; items: Float32Array }> {
  const given = (name: string): Promise<Float32Array> | undefined =>
    inputs?.find((input) => input.name === name)?.read();
  const trained = parameters.find(({ name }) => name === 'userProfiles');
  const users = trained ? await readFloats(trained.tensor) : await given('userVectors');
  const items = await given('itemVectors');
  if (users && items) return { users, items };
  throw new AppError(
    'PROJECTION_NO_VECTORS',
    'This model has no input embeddings of users and items.',
    'Choose the final representation.',
  );
}
