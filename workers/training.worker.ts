/** The training worker: one run, or one probe, then it is ended. */
import { AppError, faultOf } from '../src/domain/errors';
import { completeConfig } from '../src/domain/models/catalogue';
import type { TrainingCommand, TrainingEvent } from '../src/domain/protocol';
import { browserDatabase } from '../src/storage/database';
import { readDataset } from '../src/storage/datasets';
import { browserHost } from './engine/browserHost';
import { openDevice } from './engine/device';
import { RunControl } from './training/control';
import { runMemory } from './training/estimate';
import { probePace } from './training/pace';
import { proveDevice } from './training/proof/prove';
import { executeRun } from './training/run';

const database = browserDatabase();
const control = new RunControl();
let busy = false;
const ALIVE_EVERY_MS = 1000;

const emit = (event: TrainingEvent): void => self.postMessage(event);

async function handle(command: TrainingCommand): Promise<void> {
  switch (command.type) {
    case 'start':
      await exclusively(async () => {
        await executeRun(command.runId, {
          database,
          deviceHost: browserHost(),
          control,
          emit,
          traceSteps: command.traceSteps ?? 0,
          ...(command.untilEpoch !== undefined && { untilEpoch: command.untilEpoch }),
        });
      });
      return;
    case 'watch':
      setInterval(() => emit({ type: 'alive' }), ALIVE_EVERY_MS);
      if ('locks' in navigator)
        void navigator.locks.request(command.lock, () => {
          emit({ type: 'watched' });
          return new Promise(() => undefined);
        });
      return;
    case 'pause':
      return control.pause();
    case 'resume':
      return control.resume();
    case 'stepEpoch':
      return control.stepEpoch();
    case 'stop':
      return control.stop();
    case 'save':
      control.saveRequested = true;
      return;
    case 'probe':
      await exclusively(async () => {
        const device = await openDevice(browserHost(), {
          backend: command.backend,
          allowSoftware: command.allowSoftware,
        });
        emit({ type: 'device', device: device.report });
        device.close();
      });
      return;
    case 'prove':
      await exclusively(async () => {
        const { backend, allowSoftware } = command;
        const proof = await proveDevice(
          browserHost(),
          { backend, allowSoftware },
          { speed: true, progress: (text, fraction) => emit({ type: 'phase', text, fraction }) },
        );
        emit({ type: 'proved', proof });
      });
      return;
    case 'pace':
      await exclusively(async () => {
        const seconds = await probePace(database, browserHost(), command.experiment, (text) =>
          emit({ type: 'phase', text, fraction: null }),
        );
        emit({ type: 'paced', seconds });
      });
      return;
    case 'estimate': {
      const dataset = await readDataset(database, command.datasetId);
      const config = completeConfig(command.model, command.config);
      emit({ type: 'estimated', estimate: (await runMemory(dataset, command.model, config)).estimate });
      return;
    }
  }
}

async function exclusively(work: () => Promise<void>): Promise<void> {
  if (busy) throw new AppError('RUN_BUSY', 'This worker is already busy.', 'Wait until it has finished.');
  busy = true;
  try {
    await work();
  } finally {
    busy = false;
  }
}

self.onmessage = (message: MessageEvent<TrainingCommand>): void => {
  handle(message.data).catch((error: unknown) => emit({ type: 'fault', fault: faultOf(error) }));
};
