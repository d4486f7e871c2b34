import { testHost } from '#test-host';
import { expect } from 'vitest';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { RunDocument } from '../../src/domain/run';
import { memoryDatabase, TABLE_NAMES, type Database } from '../../src/storage/database';
import { readWeights } from '../../src/storage/weights';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { casesOf } from './cases';
import { smallStudy } from './dataset';
import { openTestDevice, type BACKENDS } from './device';

export type Backend = (typeof BACKENDS)[number];
type OnEvent = (event: TrainingEvent, control: RunControl) => void;

export interface Stored {
  readonly database: Database;
  readonly run: RunDocument;
}

export interface Watched {
  readonly run: RunDocument;
  readonly weights: Record<string, Float32Array> | null;
}

const known = new Map<Backend, Promise<boolean>>();

/** Whether there is a device for a backend; looked up once. */
export function available(backend: Backend): Promise<boolean> {
  const answer =
    known.get(backend) ??
    openTestDevice(backend).then((device) => {
      device?.close();
      return device !== null;
    });
  known.set(backend, answer);
  return answer;
}

/** Small enough for a WebGPU adapter that runs on the processor; every model with its own graphs, draws and stages in use. */
export const tinyStudy = (model: ModelId, changes: Config, backend: Backend): Promise<Stored> =>
  smallStudy(model, { embeddingSize: 8, batchSize: 128, ...casesOf(model).small, ...changes }, backend, {
    users: 48,
    items: 40,
  });

/** Runs or resumes a stored run, whatever its end. `checkpointIntervalMs` 0: a checkpoint after every reporting interval. */
export async function executed(
  { database, run }: Stored,
  backend: Backend,
  onEvent: OnEvent = () => undefined,
  checkpointIntervalMs?: number,
): Promise<RunDocument> {
  const control = new RunControl();
  return executeRun(run.id, {
    database,
    deviceHost: await testHost(backend === 'webgpu'),
    control,
    emit: (event) => onEvent(event, control),
    traceSteps: 0,
    ...(checkpointIntervalMs !== undefined && { checkpointIntervalMs }),
  });
}

/** A run that must end well, and what it learned. */
export async function execute(stored: Stored, backend: Backend, onEvent?: OnEvent): Promise<Watched> {
  const run = await executed(stored, backend, onEvent);
  expect(run.fault).toBeNull();
  return { run, weights: await readWeights(stored.database, stored.run.id) };
}

/** A copy of the database as it is now: what a closed tab leaves behind. */
export async function copyOf(database: Database): Promise<Database> {
  const copy = memoryDatabase();
  for (const name of TABLE_NAMES) {
    for (const key of await database[name].keys()) await copy[name].set(key, await database[name].get(key));
  }
  return copy;
}

/** What is stored of a run whose tab is closed after the first reporting interval at or after `step`, with a checkpoint there. */
export async function closedAtStep(stored: Stored, backend: Backend, step: number): Promise<Database> {
  return new Promise((resolve) => {
    let control: RunControl | null = null;
    let left: Promise<Database> | null = null;
    void executed(
      stored,
      backend,
      (event, own) => {
        control = own;
        if (event.type === 'intervals' && (event.points.at(-1)?.step ?? 0) >= step) own.pause();
        if (event.type !== 'status' || event.status !== 'paused' || left) return;
        // The copy is made while the run stands; then it is stopped, so that its device is free for the next one.
        left = copyOf(stored.database);
        void left.then(() => control?.stop());
      },
      0,
    ).then(() => {
      if (left) resolve(left);
    });
  });
}
