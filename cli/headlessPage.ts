/** The page behind `--host chromium`: the app's two workers, driven by the command line instead of by a person. */
import type { DatasetDocument, DemoOptions } from '../src/domain/dataset';
import { AppError, errorFromFault, faultOf } from '../src/domain/errors';
import type { DatasetCommand, DatasetEvent, TrainingCommand, TrainingEvent } from '../src/domain/protocol';
import type { Config, ModelId } from '../src/domain/models/table';
import type { DatasetReading } from '../src/domain/reading';
import { unanswered } from '../workers/dataset/ask';
import { startConfig } from '../src/domain/presets';
import { prerequisiteOf } from '../src/domain/prerequisite';
import { newRun, type Experiment, type RunDocument } from '../src/domain/run';
import { browserDatabase } from '../src/storage/database';
import { readDetails, writeRun, type RunDetails } from '../src/storage/runs';
import { exportStudy, exportWeights } from '../workers/sharing/exportRuns';
import { readTrace, readWeights } from '../src/storage/weights';
import { datasetFacts } from './datasetFacts';

export interface HeadlessRequest {
  /** null: the files of the page's input. */
  readonly demo: DemoOptions | null;
  readonly experiment: Omit<Experiment, 'dataset' | 'config'> & {
    readonly model: ModelId;
    readonly preset: string | null;
    readonly changes: Config;
  };
  readonly traceSteps: number;
  /** Answers to what the import may ask. */
  readonly reading: DatasetReading;
}

declare global {
  interface Window {
    lodestoneReport: (event: string) => Promise<void>;
    lodestoneRun: (request: HeadlessRequest) => Promise<void>;
    lodestoneProve: (request: Pick<Experiment, 'backend' | 'allowSoftware'>) => Promise<void>;
    lodestoneStop: () => void;
    /** A piece of a result as base64; empty past its end. */
    lodestonePiece: (name: string, offset: number, length: number) => string;
  }
}

const database = browserDatabase();
const results = new Map<string, Uint8Array>();
let training: Worker | null = null;

window.lodestoneStop = () => training?.postMessage({ type: 'stop' } satisfies TrainingCommand);

window.lodestoneRun = async (request) => {
  try {
    await runAndHandOver(request);
  } catch (error) {
    await window.lodestoneReport(JSON.stringify({ kind: 'fault', fault: faultOf(error) }));
  }
};

window.lodestoneProve = async ({ backend, allowSoftware }) => {
  const worker = new Worker(new URL('../workers/training.worker.ts', import.meta.url), { type: 'module' });
  const message = await new Promise<object>((resolve) => {
    worker.onerror = (event) => resolve({ kind: 'fault', fault: faultOf(new Error(event.message)) });
    worker.onmessage = ({ data }: MessageEvent<TrainingEvent>) => {
      if (data.type === 'proved') resolve({ kind: 'proof', proof: data.proof });
      else if (data.type === 'fault') resolve({ kind: 'fault', fault: data.fault });
      else void window.lodestoneReport(JSON.stringify({ kind: 'event', event: data }));
    };
    worker.postMessage({ type: 'prove', backend, allowSoftware } satisfies TrainingCommand);
  });
  worker.terminate();
  await window.lodestoneReport(JSON.stringify(message));
};

async function runAndHandOver({
  demo,
  experiment: { preset, changes, ...rest },
  traceSteps,
  reading,
}: HeadlessRequest): Promise<void> {
  const dataset = await importDataset(demo, reading);
  const experiment: Experiment = {
    ...rest,
    config: startConfig(rest.model, preset, changes, dataset),
    dataset: { id: dataset.id, name: dataset.name, fingerprint: dataset.fingerprint },
  };
  const start = async (id: string, wanted: Experiment, steps: number): Promise<RunDocument> => {
    await writeRun(database, newRun(id, `${wanted.model} on ${dataset.name}`, wanted, new Date().toISOString()));
    return train(id, steps);
  };
  const prerequisite = prerequisiteOf(experiment);
  const before = prerequisite && (await start('pretraining', prerequisite, 0));
  const run = before && before.status !== 'finished' ? before : await start('run', experiment, traceSteps);
  await window.lodestoneReport(JSON.stringify({ kind: 'run', run }));
  await handOver(dataset);
}

function importDataset(demo: DemoOptions | null, reading: DatasetReading): Promise<DatasetDocument> {
  const worker = new Worker(new URL('../workers/dataset.worker.ts', import.meta.url), { type: 'module' });
  const send = (command: DatasetCommand): void => worker.postMessage(command);
  return new Promise<DatasetDocument>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<DatasetEvent>) => {
      switch (data.type) {
        case 'checked':
          for (const problem of data.problems)
            void window.lodestoneReport(JSON.stringify({ kind: 'problem', problem }));
          // With an error among the problems this was the worker's last word.
          if (data.problems.some((problem) => problem.severity === 'error')) {
            return reject(
              new AppError(
                'DATA_REJECTED',
                'The dataset has errors.',
                'Nothing was stored. Correct the errors above and run again.',
              ),
            );
          }
          return send({ type: 'accept', id: data.id });
        case 'asks':
          return reject(unanswered(data.questions));
        case 'stored':
          return resolve(data.document);
        case 'fault':
          return reject(errorFromFault(data.fault));
        case 'progress':
          return;
      }
    };
    if (demo) return send({ type: 'demo', id: 'dataset', options: demo });
    const input = document.querySelector('input');
    // Paths within the folder, as in Node: a reading names files by them, and must find them again with either host.
    const files = [...(input?.files ?? [])].map((file) => ({
      path: file.webkitRelativePath.replace(/^[^/]*\//, '') || file.name,
      file,
    }));
    send({ type: 'import', id: 'dataset', files, options: { reading } });
  }).finally(() => worker.terminate());
}

/** After a fault the worker still stores the run and says `ended`; a broken one may not. */
const LAST_WORD_MS = 4000;

function train(runId: string, traceSteps: number): Promise<RunDocument> {
  const worker = new Worker(new URL('../workers/training.worker.ts', import.meta.url), { type: 'module' });
  training = worker;
  return new Promise<RunDocument>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<TrainingEvent>) => {
      if (data.type === 'ended') return resolve(data.run);
      void window.lodestoneReport(JSON.stringify({ kind: 'event', event: data }));
      if (data.type === 'fault') setTimeout(() => reject(errorFromFault(data.fault)), LAST_WORD_MS);
    };
    worker.postMessage({ type: 'start', runId, traceSteps } satisfies TrainingCommand);
  }).finally(() => worker.terminate());
}

/** Describes what is too large for one message, and keeps it to be fetched in pieces. */
async function handOver(dataset: DatasetDocument): Promise<void> {
  const weights = await readWeights(database, 'run');
  const details = await readDetails(database, 'run');
  const trace = await readTrace(database, 'run');
  for (const [name, values] of Object.entries({
    users: weights?.['represent/users'],
    items: weights?.['represent/items'],
    topItems: details?.topItems,
    topScores: details?.topScores,
    trace: trace?.safetensors,
  })) {
    if (values) results.set(name, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  for (const [name, blob] of Object.entries({
    study: exportStudy(database, ['run'], new Date()),
    ...(weights && { weights: exportWeights(database, 'run') }),
  })) {
    results.set(name, new Uint8Array(await (await blob).arrayBuffer()));
  }
  // Ids and names of a large dataset are too long for one message.
  results.set('dataset', new TextEncoder().encode(JSON.stringify(await datasetFacts(database, dataset))));
  const header = { details: details && describe(details), trace: trace?.json ?? null, names: [...results.keys()] };
  await window.lodestoneReport(JSON.stringify({ kind: 'files', header }));
}

const describe = (details: RunDetails): object => ({ users: [...details.perUser.users], cutoff: details.cutoff });

window.lodestonePiece = (name, offset, length) => {
  const bytes = results.get(name)?.subarray(offset, offset + length) ?? new Uint8Array();
  let text = '';
  for (let start = 0; start < bytes.length; start += 4096)
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  return btoa(text);
};
