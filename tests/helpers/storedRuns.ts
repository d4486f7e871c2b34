import { METRIC_KEYS, type Metrics } from '../../src/domain/metrics';
import { defaultConfig } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import { newRun, type EpochPoint, type RunDocument } from '../../src/domain/run';
import type { Database, Table, TableName } from '../../src/storage/database';
import { TABLE_NAMES } from '../../src/storage/database';
import type { RunDetails } from '../../src/storage/runs';

export const metricsOf = (value: number): Metrics =>
  Object.fromEntries(METRIC_KEYS.map((key) => [key, value])) as Metrics;

const epochOf = (epoch: number): EpochPoint => ({
  epoch,
  step: (epoch + 1) * 10,
  learningRate: 1e-3,
  terms: { bpr: 1 / (epoch + 1), regulariser: 0.01 },
  total: NaN,
  valid: metricsOf(0.25),
  observed: { routing: [0.5, 0.25, 0.25] },
  trainSeconds: 1,
  evaluateSeconds: 0.5,
});

/** A finished run with so many epochs, each with routing and an interval. */
export function finishedRun(id: string, epochs: number, model: ModelId = 'lightgcn'): RunDocument {
  const dataset = { id: 'd', name: 'Demo', fingerprint: 'f'.repeat(64) };
  return {
    ...newRun(
      id,
      `Run ${id}`,
      { model, config: defaultConfig(model), seed: 1, dataset, backend: 'auto', allowSoftware: false },
      '2026-01-01T00:00:00.000Z',
    ),
    status: 'finished',
    stepsPerEpoch: 10,
    epochs: Array.from({ length: epochs }, (_, epoch) => epochOf(epoch)),
    intervals: Array.from({ length: epochs }, (_, epoch) => ({
      step: epoch * 10 + 10,
      epoch,
      terms: { bpr: 1 },
      total: 1,
    })),
    best: { epoch: 0, valid: metricsOf(0.25) },
    result: { bestEpoch: 0, valid: metricsOf(0.25), test: metricsOf(0.2) },
    notes: 'noted',
    seconds: 12,
  };
}

export const details: RunDetails = {
  perUser: {
    users: Int32Array.of(3, 7),
    values: Object.fromEntries(
      METRIC_KEYS.map((key) => [key, Float32Array.of(0.5, 1)]),
    ) as RunDetails['perUser']['values'],
  },
  topItems: Int32Array.of(1, 2, 3, -1),
  topScores: Float32Array.of(0.5, 0.25, 0.125, -Infinity),
  cutoff: 2,
};

/** Everything that is stored. */
export async function contentOf(database: Database): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of TABLE_NAMES)
    for (const key of await database[table].keys()) all[`${table} ${key}`] = await database[table].get(key);
  return all;
}

/** The database with one of its tables replaced. */
export const withTable = (database: Database, name: TableName, change: (table: Table) => Partial<Table>): Database => ({
  ...database,
  [name]: { ...database[name], ...change(database[name]) },
});
