import type { EpochPoint, RunDocument, TermPoint } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import type { SavedParameter } from '../engine/kernels/adam';
import type { SamplerState } from './sampler';
import type { StoppingState } from './stopping';

/** The best epoch's parameter values, by name. */
export interface BestWeights {
  readonly epoch: number;
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** What a run continues from. Everything a later step depends on is here. */
export interface Checkpoint {
  readonly version: 1;
  /** Steps done over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly adamSteps: number;
  readonly sampler: SamplerState;
  readonly stopping: StoppingState;
  readonly epochSums: readonly number[];
  readonly epochTrainSeconds: number;
  readonly epochs: readonly EpochPoint[];
  readonly intervals: readonly TermPoint[];
  readonly best: RunDocument['best'];
  readonly seconds: number;
  readonly parameters: Readonly<Record<string, SavedParameter>>;
  readonly bestWeights: BestWeights | null;
}

/** Longest array of one stored value: browsers refuse arrays over 127 MiB. */
const PART_LENGTH = 16 * 2 ** 20;

type Entry = readonly [string, unknown];
interface StoredArray {
  readonly key: string;
  readonly length: number;
}
interface Manifest {
  readonly version: 1;
  readonly step: number;
  readonly head: Omit<Checkpoint, 'parameters' | 'bestWeights'>;
  readonly parameters: Readonly<Record<string, { shape: number[]; values: StoredArray; first: StoredArray; second: StoredArray }>>;
  readonly best: { epoch: number; values: Readonly<Record<string, StoredArray>> } | null;
}

const slotKey = (runId: string, slot: number): string => `${runId}/slot${slot}`;

/** Writes into the older of two slots, in one transaction: whatever interrupts it, the newer slot stays whole. */
export async function writeCheckpoint(database: Database, runId: string, checkpoint: Checkpoint): Promise<void> {
  const steps = await Promise.all([0, 1].map(async (slot) => (await readManifest(database, runId, slot))?.step ?? -1));
  const slot = (steps[0] ?? -1) <= (steps[1] ?? -1) ? 0 : 1;
  const prefix = slotKey(runId, slot);
  const entries: Entry[] = [];
  const { parameters, bestWeights, ...head } = checkpoint;
  const manifest: Manifest = {
    version: 1,
    step: checkpoint.step,
    head,
    parameters: mapValues(parameters, (saved, name) => ({
      shape: saved.shape,
      values: split(`${prefix}/values/${name}`, saved.values, entries),
      first: split(`${prefix}/first/${name}`, saved.first, entries),
      second: split(`${prefix}/second/${name}`, saved.second, entries),
    })),
    best: bestWeights && {
      epoch: bestWeights.epoch,
      values: mapValues(bestWeights.values, (values, name) => split(`${prefix}/best/${name}`, values, entries)),
    },
  };
  await database.checkpoints.setMany([...entries, [prefix, manifest]]);
}

/** The newest whole checkpoint of a run; null when there is none. */
export async function readCheckpoint(database: Database, runId: string): Promise<Checkpoint | null> {
  const manifests = await Promise.all([0, 1].map((slot) => readManifest(database, runId, slot)));
  const newest = manifests.reduce((a, b) => ((b?.step ?? -1) > (a?.step ?? -1) ? b : a), null);
  if (!newest) return null;
  const parameters: Record<string, SavedParameter> = {};
  for (const [name, stored] of Object.entries(newest.parameters)) {
    parameters[name] = {
      shape: stored.shape,
      values: await join(database, stored.values),
      first: await join(database, stored.first),
      second: await join(database, stored.second),
    };
  }
  return { ...newest.head, parameters, bestWeights: newest.best && { epoch: newest.best.epoch, values: await joinAll(database, newest.best.values) } };
}

/** A finished run's weights and final embeddings; its slots are no longer needed and are removed. */
export async function writeWeights(database: Database, runId: string, arrays: Readonly<Record<string, Float32Array>>): Promise<void> {
  const entries: Entry[] = [];
  const stored = mapValues(arrays, (values, name) => split(`${runId}/weights/${name}`, values, entries));
  await database.checkpoints.setMany([...entries, [`${runId}/weights`, stored]]);
  const slots = await database.checkpoints.keys(`${runId}/slot`);
  if (slots.length > 0) await database.checkpoints.delete(slots);
}

export async function readWeights(database: Database, runId: string): Promise<Record<string, Float32Array> | null> {
  const stored = await database.checkpoints.get(`${runId}/weights`);
  return isStoredArrays(stored) ? joinAll(database, stored) : null;
}

async function readManifest(database: Database, runId: string, slot: number): Promise<Manifest | null> {
  const value = await database.checkpoints.get(slotKey(runId, slot));
  return isManifest(value) ? value : null;
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'head' in value;
}

function isStoredArrays(value: unknown): value is Record<string, StoredArray> {
  return typeof value === 'object' && value !== null;
}

function split(key: string, values: Float32Array, entries: Entry[]): StoredArray {
  for (let start = 0, part = 0; start < values.length; start += PART_LENGTH, part++) {
    entries.push([`${key}/${part}`, values.slice(start, start + PART_LENGTH)]);
  }
  return { key, length: values.length };
}

async function join(database: Database, { key, length }: StoredArray): Promise<Float32Array> {
  const values = new Float32Array(length);
  for (let start = 0, part = 0; start < length; start += PART_LENGTH, part++) {
    const stored = await database.checkpoints.get(`${key}/${part}`);
    if (!(stored instanceof Float32Array)) throw new Error(`The checkpoint part ${key}/${part} is missing.`);
    values.set(stored, start);
  }
  return values;
}

async function joinAll(database: Database, stored: Readonly<Record<string, StoredArray>>): Promise<Record<string, Float32Array>> {
  const result: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(stored)) result[name] = await join(database, array);
  return result;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
