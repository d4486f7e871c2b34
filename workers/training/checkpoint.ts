import { AppError } from '../../src/domain/errors';
import type { EpochPoint, RunDocument, TermPoint } from '../../src/domain/run';
import { joinArray, joinArrays, mapValues, splitArray, type Entry, type StoredArray } from '../../src/storage/arrays';
import { checked, member } from '../../src/documents/check';
import { checkpointManifest } from '../../src/documents/checkpoint';
import type { Database } from '../../src/storage/database';
import { orInstead } from '../../src/storage/replaced';
import type { SavedParameter } from '../engine/parameters';
import type { SamplerState } from './sampler';
import type { StoppingState } from './stopping';

/** The best epoch's parameter values, by name, and what the model kept besides them. */
export interface BestWeights {
  readonly epoch: number;
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly state: Readonly<Record<string, Float32Array>>;
}

/** What a run continues from. Everything a later step depends on is here. */
export interface Checkpoint {
  readonly version: 2;
  /** Steps done over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly adamSteps: number;
  /** Those of the second loss. */
  readonly secondAdamSteps: number;
  readonly passLoss: number | null;
  readonly sampler: SamplerState;
  readonly stopping: StoppingState;
  readonly epochSums: readonly number[];
  readonly epochObserved: Readonly<Record<string, readonly number[]>>;
  /** What the model itself keeps between steps. */
  readonly model: Readonly<Record<string, Float32Array>>;
  readonly epochTrainSeconds: number;
  readonly epochs: readonly EpochPoint[];
  readonly intervals: readonly TermPoint[];
  readonly best: RunDocument['best'];
  readonly seconds: number;
  readonly parameters: Readonly<Record<string, SavedParameter>>;
  readonly bestWeights: BestWeights | null;
}

interface Manifest {
  readonly version: 2;
  readonly step: number;
  readonly head: Omit<Checkpoint, 'parameters' | 'bestWeights'>;
  readonly parameters: Readonly<
    Record<string, { shape: number[]; values: StoredArray; first: StoredArray; second: StoredArray }>
  >;
  readonly best: {
    readonly epoch: number;
    readonly values: Readonly<Record<string, StoredArray>>;
    readonly state: Readonly<Record<string, StoredArray>>;
  } | null;
}

const VERSION = 2;

const slotKey = (runId: string, slot: number): string => `${runId}/slot${slot}`;

/** Writes into the older of two slots, in one transaction: whatever interrupts it, the newer slot stays whole. */
export async function writeCheckpoint(database: Database, runId: string, checkpoint: Checkpoint): Promise<void> {
  const prefix = slotKey(runId, await olderSlot(database, runId));
  const entries: Entry[] = [];
  const { parameters, bestWeights, ...head } = checkpoint;
  const manifest: Manifest = {
    version: 2,
    step: checkpoint.step,
    head,
    parameters: mapValues(parameters, (saved, name) => ({
      shape: saved.shape,
      values: splitArray(`${prefix}/values/${name}`, saved.values, entries),
      first: splitArray(`${prefix}/first/${name}`, saved.first, entries),
      second: splitArray(`${prefix}/second/${name}`, saved.second, entries),
    })),
    best: bestWeights && {
      epoch: bestWeights.epoch,
      values: mapValues(bestWeights.values, (values, name) => splitArray(`${prefix}/best/${name}`, values, entries)),
      state: mapValues(bestWeights.state, (values, name) => splitArray(`${prefix}/state/${name}`, values, entries)),
    },
  };
  await database.checkpoints.setMany([...entries, [prefix, manifest]]);
}

/** 0 or 1: the slot whose checkpoint is the older one, or that is empty. */
async function olderSlot(database: Database, runId: string): Promise<number> {
  const steps = await Promise.all(
    [0, 1].map(async (slot) => (await orInstead(readManifest(database, runId, slot), null))?.step ?? -1),
  );
  return (steps[0] ?? -1) <= (steps[1] ?? -1) ? 0 : 1;
}

/** Removes the older of two checkpoints, and what is left of one that cannot be read; a single one stays. */
export async function dropOlderCheckpoint(database: Database, runId: string): Promise<void> {
  const prefix = slotKey(runId, await olderSlot(database, runId));
  const keys = await database.checkpoints.keys(prefix);
  if (keys.length > 0) await database.checkpoints.delete(keys);
}

/** The newest whole checkpoint of a run, the older one when the newest cannot be read; null when there is none. */
export async function readCheckpoint(database: Database, runId: string): Promise<Checkpoint | null> {
  const found: Manifest[] = [];
  let failure: unknown = null;
  for (const slot of [0, 1]) {
    try {
      const manifest = await readManifest(database, runId, slot);
      if (manifest) found.push(manifest);
    } catch (error) {
      failure = error;
    }
  }
  for (const manifest of found.sort((a, b) => b.step - a.step)) {
    try {
      return await readSlot(database, manifest);
    } catch (error) {
      failure = error;
    }
  }
  if (failure === null) return null;
  throw new AppError(
    'STORE_BROKEN',
    `The run's checkpoints cannot be read: ${failure instanceof Error ? failure.message : String(failure)}`,
    'Start the run again. This one keeps its curves up to here.',
  );
}

/** Steps done at the newest checkpoint, without reading it; null when there is none. */
export async function newestStep(database: Database, runId: string): Promise<number | null> {
  const found = await Promise.all([0, 1].map((slot) => orInstead(readManifest(database, runId, slot), null)));
  return found.reduce<number | null>(
    (newest, manifest) => (manifest && manifest.step > (newest ?? -1) ? manifest.step : newest),
    null,
  );
}

async function readSlot({ checkpoints }: Database, { head, parameters, best }: Manifest): Promise<Checkpoint> {
  const saved: Record<string, SavedParameter> = {};
  for (const [name, stored] of Object.entries(parameters)) {
    saved[name] = {
      shape: stored.shape,
      values: await joinArray(checkpoints, stored.values),
      first: await joinArray(checkpoints, stored.first),
      second: await joinArray(checkpoints, stored.second),
    };
  }
  return {
    ...head,
    parameters: saved,
    bestWeights: best && {
      epoch: best.epoch,
      values: await joinArrays(checkpoints, best.values),
      state: await joinArrays(checkpoints, best.state),
    },
  };
}

/** Removes both slots: what a run that has ended does not need any more. */
export async function deleteCheckpoint(database: Database, runId: string): Promise<void> {
  const keys = await database.checkpoints.keys(`${runId}/slot`);
  if (keys.length > 0) await database.checkpoints.delete(keys);
}

/** Least time between two checkpoints within epochs, which also never take more than a twentieth of the time. */
const INTERVAL_MS = 15_000;
const SHARE = 20;
/** The same after epochs: a tenth. */
const EPOCH_SHARE = 10;

/** When the next checkpoint is due. */
export class CheckpointClock {
  readonly #fixedIntervalMs: number | null;
  #intervalMs: number;
  /** What the last one took; nothing before the first. */
  #tookMs = 0;
  #last = performance.now();

  /** `fixedIntervalMs` in place of the interval that follows from what checkpoints cost. */
  constructor(fixedIntervalMs: number | null) {
    this.#fixedIntervalMs = fixedIntervalMs;
    this.#intervalMs = fixedIntervalMs ?? INTERVAL_MS;
  }

  get due(): boolean {
    return performance.now() - this.#last >= this.#intervalMs;
  }

  /** The same after an epoch: where checkpoints are quick, each finished epoch is kept. */
  get dueAfterEpoch(): boolean {
    return this.#fixedIntervalMs === null ? performance.now() - this.#last >= EPOCH_SHARE * this.#tookMs : this.due;
  }

  /** Takes in that a checkpoint which was begun at `start` (`performance.now()`) is written. */
  written(start: number): void {
    this.#last = performance.now();
    this.#tookMs = this.#last - start;
    this.#intervalMs = this.#fixedIntervalMs ?? Math.max(INTERVAL_MS, SHARE * this.#tookMs);
  }
}

/** null where the slot is empty, or of a form that no run can go on from any more. Throws `STORE_DAMAGED`. */
async function readManifest(database: Database, runId: string, slot: number): Promise<Manifest | null> {
  const value = await database.checkpoints.get(slotKey(runId, slot));
  if (value === undefined || member(value, 'version') === 1) return null;
  return checked(
    checkpointManifest,
    value,
    'A checkpoint of this run',
    'Start the run again; its curves up to here are kept in this one.',
    VERSION,
  );
}
