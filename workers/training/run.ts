import { type RunHost } from './host';
import { faultOf, type Fault } from '../../src/domain/errors';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { RunDocument } from '../../src/domain/run';
import { readDataset, readLabels } from '../../src/storage/datasets';
import { readRun } from '../../src/storage/runs';
import { writeTrace } from '../../src/storage/weights';
import { openDevice, type Device } from '../engine/device';
import { newRanker } from '../engine/ranking';
import { stream } from '../numbers/rng';
import { modelKind } from '../models/registry';
import { deleteCheckpoint } from './checkpoint';
import { refuseTooLarge, runMemory, type RunMemory } from './estimate';
import { readTrainingData, refuseOtherContent } from './input';
import { MAX_CUTOFF } from './metrics';
import { RunRecord, StoppedEarly } from './record';
import { newBatches } from './batches';
import { TrainingSession } from './session';
import { TraceRecorder } from './trace';

/**
 * Runs (or goes on with) a stored run to its end and returns its final document, which is stored. A failure is part of
 * the document (`status: 'failed'`, `fault`), not an exception: the last good checkpoint is kept for resuming.
 */
export async function executeRun(runId: string, host: RunHost): Promise<RunDocument> {
  const { database, emit } = host;
  const record = new RunRecord(await readRun(database, runId), host);
  let device: Device | null = null;
  try {
    await record.setStatus('preparing');
    const { backend, allowSoftware } = record.run.experiment;
    const memory = await estimate(record, host);
    await record.phase('opening the device', null);
    device = await openDevice(host.deviceHost, { backend, allowSoftware });
    record.update({ device: device.report, fault: null });
    emit({ type: 'device', device: device.report });
    refuseTooLarge(device.report, memory);
    await train(record, device, host);
  } catch (error) {
    if (error instanceof StoppedEarly) {
      record.update({ status: record.epochs.length > 0 ? 'interrupted' : 'stopped' });
    } else {
      const fault = causeOf(error, device);
      record.update({ status: 'failed', fault });
      emit({ type: 'fault', fault });
    }
  } finally {
    device?.close();
  }
  const run = await store(record, host);
  emit({ type: 'ended', run });
  return run;
}

/** Stores a run's end. Where that fails, the checkpoint stays, and so does what was stored before. */
async function store(record: RunRecord, { database, emit }: RunHost): Promise<RunDocument> {
  const run = record.document();
  try {
    await record.writeEnd(run);
    // Last: a tab that is closed before this line finds its checkpoint again.
    if (run.status !== 'failed' && run.result) await deleteCheckpoint(database, run.id);
    return run;
  } catch (error) {
    const fault = run.fault ?? faultOf(error);
    emit({ type: 'fault', fault });
    return { ...run, status: 'failed', fault };
  }
}

/** What a lost device breaks first is seldom what names it: its own fault goes before the error it led to. */
function causeOf(error: unknown, device: Device | null): Fault {
  try {
    device?.check();
  } catch (fault) {
    return faultOf(fault);
  }
  return faultOf(error);
}

/** Before the device is open: the dry runs have a backend of their own. */
async function estimate(record: RunRecord, { database, emit }: RunHost): Promise<RunMemory> {
  const { model, config, dataset: wanted } = record.run.experiment;
  await record.phase('estimating the memory', null);
  const dataset = await readDataset(database, wanted.id);
  refuseOtherContent(wanted, dataset);
  const memory = await runMemory(dataset, model, completeConfig(model, config));
  record.update({ estimate: memory.estimate });
  emit({ type: 'estimated', estimate: memory.estimate });
  return memory;
}

const STATUS_AFTER = { done: 'finished', stopped: 'stopped', left: 'interrupted' } as const;

/** From a run's dataset to its result. */
async function train(record: RunRecord, device: Device, host: RunHost): Promise<void> {
  const { experiment } = record.run;
  const config = completeConfig(experiment.model, experiment.config);
  const phase = (text: string, fraction: number | null): Promise<void> => record.phase(text, fraction);
  const data = await readTrainingData(host.database, { ...experiment, config }, phase);

  const sampler = newBatches(experiment.model, config, data, experiment.seed);
  const model = await modelKind(experiment.model).build({
    input: data.input,
    config,
    random: (name) => stream(experiment.seed, name),
    progress: phase,
  });
  const ranker = newRanker(data.trained, MAX_CUTOFF);
  const trace = host.traceSteps > 0 ? new TraceRecorder(host.traceSteps) : null;
  await trace?.begin(experiment.model, data, model);
  record.update({ stepsPerEpoch: sampler.stepsPerEpoch, ...(model.findings && { findings: model.findings }) });
  if (model.findings) host.emit({ type: 'findings', findings: model.findings });

  const session = new TrainingSession({ record, device, host, config, data, model, ranker, sampler, trace });
  await session.restore();
  await record.setStatus('running');
  const outcome = await session.run();
  if (trace && outcome !== 'left')
    await writeTrace(
      host.database,
      record.run.id,
      trace.finish(experiment, data, model, await readLabels(host.database, experiment.dataset.id)),
    );
  if (outcome !== 'left') await session.finish();
  record.update({ status: STATUS_AFTER[outcome] });
  session.dispose();
  ranker.dispose();
  model.dispose();
}
