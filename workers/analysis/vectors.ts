import { AppError } from '../../src/domain/errors';
import { completeConfig, numberOption } from '../../src/domain/models/catalogue';
import type { Projection, ProjectionRequest } from '../../src/domain/projection';
import { expertsOf, routingGroups } from '../../src/domain/routing';
import type { RunDocument, WeightsOf } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { readRun } from '../../src/storage/runs';
import { readFloats } from '../engine/backends';
import { readRepresentation } from '../engine/representation';
import type { Model } from '../models/model';
import { modalitiesOf, refuseOtherContent } from '../training/input';
import type { Phase } from './nearestRows';
import { storedWeights, type OpenedRun } from './openRun';

/** Rows by entity. */
export interface Rows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface EntityVectors extends Pick<Projection, 'epoch' | 'step'> {
  readonly users: Rows;
  readonly items: Rows;
}

/** Of a run that has ended its best epoch, of one that trains its newest checkpoint. */
export const weightsOf = ({ result }: Pick<RunDocument, 'result'>): WeightsOf => (result ? 'best' : 'latest');

/** Builds a run's model with these weights. */
export type OpenModel = (runId: string) => Promise<OpenedRun>;

/**
 * The vectors of a run's users and items. What is stored is read as it is; only a run without stored representations, or a model
 * without embedding tables, is built again. Throws `RUN_NO_WEIGHTS`, `DATA_NOT_FOUND` and `PROJECTION_NO_VECTORS`.
 */
export async function readVectors(database: Database, { runId, vectors }: Pick<ProjectionRequest, 'runId' | 'vectors'>, openModel: OpenModel, phase: Phase): Promise<EntityVectors> {
  const run = await readRun(database, runId);
  await phase('reading the weights', null);
  const dataset = await readDataset(database, run.experiment.dataset.id);
  refuseOtherContent(run.experiment.dataset, dataset);
  const { statistics } = dataset;
  const weights = await storedWeights(database, run, weightsOf(run));
  const [usersKey, itemsKey] = vectors === 'final' ? ['represent/users', 'represent/items'] : ['userEmbedding', 'itemEmbedding'];
  const [users, items] = [weights.values[usersKey ?? ''], weights.values[itemsKey ?? '']];
  const ranked = (values: Float32Array, rows: number): Rows => (vectors === 'final' ? withoutRouter(values, rows, run, modalitiesOf(dataset).map(({ key }) => key)) : rowsOf(values, rows));
  const { epoch, step } = weights;
  if (users && items) return { users: ranked(users, statistics.users), items: ranked(items, statistics.items), epoch, step };
  const opened = await openModel(runId);
  const found = vectors === 'final' ? await readRepresentation(() => opened.model.represent()) : await initialVectors(opened.model);
  return { users: ranked(found.users, statistics.users), items: ranked(found.items, statistics.items), epoch: opened.epoch, step: opened.step };
}

const rowsOf = (values: Float32Array, rows: number): Rows => ({ values, rows, columns: values.length / rows });

/** MLLMRec has no tables: it starts from encoded descriptions and profiles, or from profiles that it trains. */
async function initialVectors({ inputs, parameters }: Model): Promise<{ users: Float32Array; items: Float32Array }> {
  const given = (name: string): Float32Array | undefined => inputs?.find((input) => input.name === name)?.values;
  const trained = parameters.find(({ name }) => name === 'userProfiles');
  const users = trained ? await readFloats(trained.tensor) : given('userVectors');
  const items = given('itemVectors');
  if (users && items) return { users, items };
  throw new AppError('PROJECTION_NO_VECTORS', 'This run has no vectors of users and items before its model acts on them.', 'Choose the final representation.');
}

/** What MAGNET ranks with ends in the router's parts, which are logits and no place in the experts' space: they are left out. */
function withoutRouter(values: Float32Array, rows: number, { experiment }: RunDocument, modalities: readonly string[]): Rows {
  const { model } = experiment;
  const all = rowsOf(values, rows);
  if (model !== 'magnet') return all;
  const config = completeConfig(model, experiment.config);
  const columns = expertsOf(config, routingGroups(modalities)).length * numberOption(config, 'embeddingSize');
  const kept = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) kept.set(values.subarray(row * all.columns, row * all.columns + columns), row * columns);
  return { values: kept, rows, columns };
}
