import type { WeightsOf } from '../domain/run';
import { checked } from '../documents/check';
import { storedTrace, storedWeights } from '../documents/weights';
import { joinArray, joinArrays, mapValues, splitArray, type Entry } from './arrays';
import type { Database } from './database';

/** The first steps of a run, for replay elsewhere. */
export interface Trace {
  readonly safetensors: Uint8Array<ArrayBuffer>;
  readonly json: string;
}

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Before the names of what a model kept besides its parameters. */
const STATE = 'state/';

type Arrays = Readonly<Record<string, Float32Array>>;

/** Parameters and state under names that tell them apart. */
export const weightArrays = ({ values, state }: { readonly values: Arrays; readonly state: Arrays }): Arrays => ({
  ...values,
  ...Object.fromEntries(Object.entries(state).map(([name, array]) => [STATE + name, array])),
});

/** The opposite of `weightArrays`; weights that were stored without state have an empty one. */
export function byKind(arrays: Arrays): { readonly values: Arrays; readonly state: Arrays } {
  const values: Record<string, Float32Array> = {};
  const state: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(arrays)) {
    if (name.startsWith(STATE)) state[name.slice(STATE.length)] = array;
    else values[name] = array;
  }
  return { values, state };
}

/** A finished run's weights: of its best epoch with the final embeddings, or of its last one. */
export async function writeWeights(
  database: Database,
  runId: string,
  arrays: Arrays,
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
 * Parameters by name and `state/…`, of the best epoch also `represent/users` and `represent/items`; null while a run has not finished, and of the
 * last epoch where it was the best or is not kept. `wanted`: only those of these names that there are. Throws `STORE_DAMAGED`.
 */
export async function readWeights(
  database: Database,
  runId: string,
  of: WeightsOf = 'best',
  wanted: readonly string[] | null = null,
): Promise<Record<string, Float32Array> | null> {
  const stored = await readManifest(database, runId, of);
  if (!stored) return null;
  const named = Object.entries(stored).filter(([name]) => wanted?.includes(name) ?? true);
  return joinArrays(database.checkpoints, Object.fromEntries(named));
}

/** By name; one number for an array whose shape was not kept. Empty where there are no weights. */
export async function readShapes(database: Database, runId: string, of: WeightsOf): Promise<Shapes> {
  return mapValues((await readManifest(database, runId, of)) ?? {}, ({ length, shape }) => shape ?? [length]);
}

/** What ranks the users or items of a finished run, `[users | items, …]`; null while it has not finished. */
export async function readRepresentation(
  database: Database,
  runId: string,
  of: 'users' | 'items',
): Promise<Float32Array | null> {
  const array = (await readManifest(database, runId, 'best'))?.[`represent/${of}`];
  return array ? joinArray(database.checkpoints, array) : null;
}

const weightsKey = (runId: string, of: WeightsOf): string => `${runId}/${of === 'best' ? 'weights' : 'latest'}`;

export const writeTrace = (database: Database, runId: string, trace: Trace): Promise<void> =>
  database.checkpoints.set(`${runId}/trace`, trace);

/** null where none was recorded. Throws `STORE_DAMAGED`. */
export async function readTrace(database: Database, runId: string): Promise<Trace | null> {
  const stored = await database.checkpoints.get(`${runId}/trace`);
  return stored === undefined ? null : checked(storedTrace, stored, 'The trace of this run', RUN_AGAIN);
}

/** Where the weights lie; null where there are none. */
async function readManifest({ checkpoints }: Database, runId: string, of: WeightsOf) {
  const stored = await checkpoints.get(weightsKey(runId, of));
  return stored === undefined ? null : checked(storedWeights, stored, 'The weights of this run', RUN_AGAIN);
}

const RUN_AGAIN = 'Its curves and results can still be read. Run the experiment again to have it.';
