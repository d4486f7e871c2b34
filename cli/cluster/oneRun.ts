import { openAsBlob } from 'node:fs';
import { link, mkdtemp, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFromFault, type ErrorCode, type Fault } from '../../src/domain/errors';
import { newId } from '../../src/domain/ids';
import { plannedDocument, type Plan, type PlannedRun } from '../../src/domain/plan';
import { summarise, type RunDocument } from '../../src/domain/run';
import { RESULT, STUDY, WEIGHTS } from '../../src/domain/studyFolder';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { readDataset } from '../../src/storage/datasets';
import { writeRun } from '../../src/storage/runs';
import type { DeviceHost } from '../../workers/engine/device';
import { importFiles } from '../../workers/sharing/importFiles';
import type { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { datasetFacts } from '../datasetFacts';
import { writeRunFiles } from '../output';
import type { Reporter } from '../reporter';
import { filesOfRun } from '../runInNode';
import { codeOf, createOnce, makeFolder, namesIn, placeFolder, writeWhole } from './files';
import { checkpointFolder, runFolder, writeFailure, writeSummary } from './folder';
import type { Lease } from './lease';
import type { Pack } from './pack';
import { progressWriter } from './progress';
import { packTable, SlotTable } from './tables';
import type { WorkArguments } from './workArguments';

/** A run that this worker has, and all it needs. */
export interface Task {
  readonly plan: Plan;
  readonly run: PlannedRun;
  readonly lease: Lease;
  readonly dataset: Pack;
  readonly deviceHost: DeviceHost;
  readonly control: RunControl;
  readonly request: WorkArguments;
  readonly report: Reporter;
}

/** `left`: told to stop, with a checkpoint. `lost`: another worker has it now. */
export type Ended = 'finished' | 'failed' | 'left' | 'lost';

/** Milliseconds until a folder that could not be written is tried again. */
const AGAIN_MS = 2000;

/** Does a run from its start or its last checkpoint to its result in the study’s folder. Throws what is wrong with this machine and not with the run. */
export async function doRun(task: Task): Promise<Ended> {
  const { plan, run, lease, request, control, deviceHost, report } = task;
  const folder = runFolder(request.out, run.id);
  lease.onLost(() => control.leave());
  const checkpoints = await inherited(folder, lease);
  const database: Database = {
    ...memoryDatabase(),
    datasets: packTable(task.dataset, 'datasets'),
    features: packTable(task.dataset, 'features'),
    checkpoints,
  };
  try {
    for (const id of run.after) await takeResult(database, runFolder(request.out, id));
    await writeRun(database, plannedDocument(plan, { ...run, experiment: asAsked(task) }));
    const progress = await progressWriter(folder, run);
    const ended = await executeRun(run.id, {
      database,
      deviceHost,
      control,
      emit: (event) => {
        report.event(event);
        progress(event);
      },
      traceSteps: 0,
      roomMs: AGAIN_MS,
      ...(request.checkpoint !== null && { checkpointIntervalMs: request.checkpoint * 1000 }),
    });
    if (await lost(lease)) return 'lost';
    if (ended.status === 'finished') return await publish(task, database, ended);
    if (ended.fault) return await failed(folder, ended.fault);
    return 'left';
  } finally {
    await checkpoints.close();
  }
}

const asAsked = ({ run: { experiment }, request: { backend, allowSoftware } }: Task): PlannedRun['experiment'] => ({
  ...experiment,
  ...(backend !== null && { backend }),
  allowSoftware: experiment.allowSoftware || allowSoftware,
});

/** Whether another has the run. While the folder cannot be read, nobody is known to have it. */
const lost = (lease: Lease): Promise<boolean> => lease.isLost().catch(() => false);

/** This holder’s checkpoints, which begin with the newest whole ones of the holders before. They are other names of the same files, and cost nothing. */
async function inherited(folder: string, lease: Lease): Promise<SlotTable> {
  const own = checkpointFolder(folder, lease.number);
  await makeFolder(own);
  const once = untilDone(() => createOnce(join(folder, `advanced.${lease.number}`), ''));
  for (let number = lease.number - 1; number > 0; number--) {
    const before = checkpointFolder(folder, number);
    for (const slot of await namesIn(before))
      if (/^slot\d$/.test(slot)) await linked(join(before, slot), join(own, slot));
    const table = await SlotTable.open(memoryDatabase().checkpoints, own, once);
    if (table.some) return table;
    await table.close();
  }
  return SlotTable.open(memoryDatabase().checkpoints, own, once);
}

/** The holder before may still be alive, and replace its slots meanwhile. */
async function linked(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  }
}

/** Says once that this holder got somewhere. Where that cannot be written, the next checkpoint tries again. */
function untilDone(work: () => Promise<unknown>): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work().catch(() => (done = false));
  };
}

/** Puts a finished run of the study into the database, weights included. */
async function takeResult(database: Database, folder: string): Promise<void> {
  const files = await Promise.all(
    [STUDY, WEIGHTS].map(async (path) => ({ path, file: await openAsBlob(join(folder, RESULT, path)) })),
  );
  const { refused } = await importFiles(database, files, newId, new Date(), () => undefined);
  const [first] = refused;
  if (first) throw errorFromFault(first.fault);
}

/** Puts the result in place, as a whole. While the folder cannot be written it tries again, until it is told to stop. */
async function publish(task: Task, database: Database, run: RunDocument): Promise<Ended> {
  const { lease, request, control, report } = task;
  const folder = runFolder(request.out, run.id);
  for (let told = false; ;) {
    try {
      if (await lease.isLost()) return 'lost';
      const placed = await place(folder, (draft) => writeResult(draft, database, run, request.everything));
      if (!placed) return 'lost';
      await tidy(folder).catch(() => undefined);
      return 'finished';
    } catch (error) {
      if (codeOf(error) === '') throw error;
      if (!told) report.say(`${folder} cannot be written (${codeOf(error)}); the result waits.`);
      told = true;
      if (control.leaving) return 'left';
      await sleep(AGAIN_MS);
    }
  }
}

/** False where another has placed its result before. What is left half takes no room until the next try: the disk may be full. */
async function place(folder: string, write: (draft: string) => Promise<void>): Promise<boolean> {
  const draft = await mkdtemp(join(folder, '.result.'));
  try {
    await write(draft);
    return await placeFolder(draft, join(folder, RESULT));
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeResult(draft: string, database: Database, run: RunDocument, everything: boolean): Promise<void> {
  const facts = await datasetFacts(database, await readDataset(database, run.experiment.dataset.id));
  const files = await filesOfRun(database, run, facts);
  if (everything) await writeRunFiles(draft, run, files);
  if (files.study) await writeWhole(join(draft, STUDY), files.study);
  if (files.weights) await writeWhole(join(draft, WEIGHTS), files.weights);
  await writeSummary(draft, summarise(run));
}

/** What a finished run does not need any more. */
async function tidy(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (/^(checkpoint\.\d+|progress\.json|\..+)$/.test(name))
      await rm(join(folder, name), { recursive: true, force: true });
}

/** These say something of the machine, and nothing of the run. */
const OF_THE_MACHINE: readonly ErrorCode[] = [
  'BACKEND_UNAVAILABLE',
  'GPU_UNAVAILABLE',
  'GPU_LOST',
  'GPU_SELF_TEST',
  'STORE_QUOTA',
  'STORE_DAMAGED',
  'DATA_NOT_FOUND',
  'DATA_UNREADABLE',
  'FILE_UNREADABLE',
];

async function failed(folder: string, fault: Fault): Promise<Ended> {
  if (OF_THE_MACHINE.includes(fault.code)) throw errorFromFault(fault);
  await writeFailure(folder, { ...fault, host: hostname(), at: new Date().toISOString() });
  return 'failed';
}
