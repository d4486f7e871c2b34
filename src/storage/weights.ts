import type { WeightsOf } from '../domain/run';
import { joinArray, joinArrays, mapValues, splitArray, type Entry, type StoredArray } from './arrays';
import type { Database } from './database';

/** The first steps of a run, for replay elsewhere. */
export interface Trace {
  readonly safetensors: Uint8Array<ArrayBuffer>;
  readonly json: string;
}

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A finished run's weights: of its best epoch with the final embeddings, or of its last one. */
export async function writeWeights(
  database: Database,
  runId: string,
  arrays: Readonly<Record<string, Float32Array>>,
  shapes: Shapes = {},
  of: WeightsOf = 'best',
): Promise<void> {
  const entries: Entry[] = [];
  const stored = mapValues(arrays, (values, name) => ({
    ...splitArray(`${weightsKey(runId, of)}/${name}`, values, entries),
    shape: shapes[name] ?? [values.length],
  }));
  await database.checkpoints.setMany([...entries, [weightsKey(runId, of), stored]]);
}

/**
 * Parameters by name, of the best epoch also `represent/users` and `represent/items`; null while a run has not finished, and of the
 * last epoch where it was the best or is not kept.
 */
export async function readWeights(
  database: Database,
  runId: string,
  of: WeightsOf = 'best',
): Promise<Record<string, Float32Array> | null> {
  const stored = await database.checkpoints.get(weightsKey(runId, of));
  return isStoredArrays(stored) ? joinArrays(database.checkpoints, stored) : null;
}

/** By name; one number for an array whose shape was not kept. Empty where there are no weights. */
export async function readShapes(database: Database, runId: string, of: WeightsOf): Promise<Shapes> {
  const stored = await database.checkpoints.get(weightsKey(runId, of));
  return isStoredArrays(stored) ? mapValues(stored, ({ length, shape }) => shape ?? [length]) : {};
}

/** What ranks the users or items of a finished run, `[users | items, …]`; null while it has not finished. */
export async function readRepresentation(
  database: Database,
  runId: string,
  of: 'users' | 'items',
): Promise<Float32Array | null> {
  const stored = await database.checkpoints.get(weightsKey(runId, 'best'));
  const array = isStoredArrays(stored) ? stored[`represent/${of}`] : undefined;
  return array ? joinArray(database.checkpoints, array) : null;
}

const weightsKey = (runId: string, of: WeightsOf): string => `${runId}/${of === 'best' ? 'weights' : 'latest'}`;

export const writeTrace = (database: Database, runId: string, trace: Trace): Promise<void> =>
  database.checkpoints.set(`${runId}/trace`, trace);

export async function readTrace(database: Database, runId: string): Promise<Trace | null> {
  const stored = await database.checkpoints.get(`${runId}/trace`);
  return isTrace(stored) ? stored : null;
}

function isStoredArrays(value: unknown): value is Record<string, StoredArray & { readonly shape?: readonly number[] }> {
  return typeof value === 'object' && value !== null;
}

function isTrace(value: unknown): value is Trace {
  return typeof value === 'object' && value !== null && 'json' in value && 'safetensors' in value;
}
