import { joinArrays, mapValues, splitArray, type Entry, type StoredArray } from './arrays';
import type { Database } from './database';

/** The first steps of a run, for replay elsewhere. */
export interface Trace {
  readonly safetensors: Uint8Array<ArrayBuffer>;
  readonly json: string;
}

/** A finished run's weights and final embeddings. */
export async function writeWeights(database: Database, runId: string, arrays: Readonly<Record<string, Float32Array>>): Promise<void> {
  const entries: Entry[] = [];
  const stored = mapValues(arrays, (values, name) => splitArray(`${runId}/weights/${name}`, values, entries));
  await database.checkpoints.setMany([...entries, [`${runId}/weights`, stored]]);
}

/** Parameters of the best epoch by name, and `represent/users`, `represent/items`; null while a run has not finished. */
export async function readWeights(database: Database, runId: string): Promise<Record<string, Float32Array> | null> {
  const stored = await database.checkpoints.get(`${runId}/weights`);
  return isStoredArrays(stored) ? joinArrays(database.checkpoints, stored) : null;
}

export const writeTrace = (database: Database, runId: string, trace: Trace): Promise<void> =>
  database.checkpoints.set(`${runId}/trace`, trace);

export async function readTrace(database: Database, runId: string): Promise<Trace | null> {
  const stored = await database.checkpoints.get(`${runId}/trace`);
  return isTrace(stored) ? stored : null;
}

function isStoredArrays(value: unknown): value is Record<string, StoredArray> {
  return typeof value === 'object' && value !== null;
}

function isTrace(value: unknown): value is Trace {
  return typeof value === 'object' && value !== null && 'json' in value && 'safetensors' in value;
}
