import { startConfig } from '../src/domain/presets';
import { prerequisiteOf } from '../src/domain/prerequisite';
import { newRun, type Experiment, type RunDocument } from '../src/domain/run';
import { memoryDatabase, type Database } from '../src/storage/database';
import { readDetails, writeRun } from '../src/storage/runs';
import { exportStudy, exportWeights } from '../workers/sharing/exportRuns';
import { readTrace, readWeights } from '../src/storage/weights';
import { RunControl } from '../workers/training/control';
import { executeRun } from '../workers/training/run';
import type { RunArguments } from './arguments';
import { nodeHost } from './nodeHost';
import { datasetFacts } from './datasetFacts';
import { loadDataset } from './loadDataset';
import type { DatasetFacts, RunFiles } from './output';
import type { Reporter } from './reporter';

/** The whole way in this process: the modules of the page's workers over a database in memory. */
export async function runInNode(
  request: RunArguments,
  report: Reporter,
  onStop: (stop: () => void) => void,
): Promise<{ run: RunDocument; files: RunFiles }> {
  const database = memoryDatabase();
  const dataset = await loadDataset(database, 'dataset', request.dataset, { reading: request.reading }, report);
  const { statistics } = dataset;
  const facts = await datasetFacts(database, dataset);
  report.say(
    `${dataset.name}: ${statistics.users} users × ${statistics.items} items, ${statistics.interactions} interactions`,
  );

  const experiment: Experiment = {
    model: request.model,
    config: startConfig(request.model, request.preset, request.changes, dataset),
    seed: request.seed,
    dataset: { id: dataset.id, name: dataset.name, fingerprint: dataset.fingerprint },
    backend: request.backend,
    allowSoftware: request.allowSoftware,
  };
  const control = new RunControl();
  onStop(() => control.stop());
  const deviceHost = await nodeHost(
    request.backend === 'auto' || request.backend === 'webgpu',
    request.allowSoftware,
    request.threads ?? undefined,
  );
  const execute = async (id: string, wanted: Experiment, traceSteps: number): Promise<RunDocument> => {
    await writeRun(database, newRun(id, `${wanted.model} on ${dataset.name}`, wanted, new Date().toISOString()));
    return executeRun(id, { database, deviceHost, control, emit: (event) => report.event(event), traceSteps });
  };
  const prerequisite = prerequisiteOf(experiment);
  if (prerequisite) {
    report.say(`pre-training: ${prerequisite.model}`);
    const ended = await execute('pretraining', prerequisite, 0);
    if (ended.status !== 'finished')
      return {
        run: ended,
        files: { dataset: facts, embeddings: null, lists: null, study: null, weights: null, trace: null },
      };
    report.say(`pre-training done; now ${experiment.model}`);
  }
  const run = await execute('run', experiment, request.trace);
  return { run, files: await filesOfRun(database, run, facts) };
}

/** What a run has left in the database, as files hold it. */
export async function filesOfRun(database: Database, run: RunDocument, facts: DatasetFacts): Promise<RunFiles> {
  const weights = await readWeights(database, run.id);
  const users = weights?.['represent/users'];
  const items = weights?.['represent/items'];
  const details = await readDetails(database, run.id);
  return {
    dataset: facts,
    embeddings: users && items ? { users, items, userCount: facts.users, itemCount: facts.items } : null,
    lists: details && {
      users: details.perUser.users,
      topItems: details.topItems,
      topScores: details.topScores,
      cutoff: details.cutoff,
    },
    study: await bytesOf(exportStudy(database, [run.id], new Date())),
    weights: weights && (await bytesOf(exportWeights(database, run.id))),
    trace: await readTrace(database, run.id),
  };
}

const bytesOf = async (blob: Promise<Blob>): Promise<Uint8Array> => new Uint8Array(await (await blob).arrayBuffer());
