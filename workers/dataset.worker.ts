import { AppError, faultOf } from '../src/domain/errors';
import type { DatasetCommand, DatasetEvent } from '../src/domain/protocol';
import type { DatasetReading } from '../src/domain/reading';
import { browserDatabase } from '../src/storage/database';
import { generateDemo } from './dataset/demo';
import { importDataset } from './dataset/import';
import { untilAnswered } from './dataset/ask';

/** An import under way: how to stop it, and who waits for the answer to `checked`. */
interface Running {
  readonly controller: AbortController;
  answer: ((accepted: boolean | { readonly name: string }) => void) | null;
  /** Who waits for the answer to `asks`. */
  reading: ((reading: DatasetReading) => void) | null;
  /** Settles when nothing of the import is left to do. */
  ended: Promise<void>;
}

type ImportCommand = Extract<DatasetCommand, { type: 'import' }>;

const database = browserDatabase();
const running = new Map<string, Running>();
const send = (event: DatasetEvent): void => self.postMessage(event);

self.onmessage = ({ data }: MessageEvent<DatasetCommand>) => {
  switch (data.type) {
    case 'import':
      void begin(data);
      break;
    case 'answer':
      running.get(data.id)?.reading?.(data.reading);
      break;
    case 'demo':
      generateDemo(database, data.id, data.options).then(
        (document) => send({ type: 'stored', id: data.id, document }),
        (error: unknown) => send({ type: 'fault', id: data.id, fault: faultOf(error) }),
      );
      break;
    case 'accept':
      running.get(data.id)?.answer?.(data.name === undefined ? true : { name: data.name });
      break;
    case 'cancel':
      running.get(data.id)?.controller.abort();
      running.get(data.id)?.answer?.(false);
      break;
  }
};

/** One import at a time; one that was cancelled is waited for. */
async function begin(command: ImportCommand): Promise<void> {
  const { id } = command;
  const ending = [...running.values()].filter(({ controller }) => controller.signal.aborted);
  if (ending.length < running.size) {
    const busy = new AppError(
      'DATA_REJECTED',
      'Another import is running.',
      'Wait for it or cancel it, then drop the files again.',
    );
    return send({ type: 'fault', id, fault: busy.toFault() });
  }
  const controller = new AbortController();
  const state: Running = { controller, answer: null, reading: null, ended: Promise.resolve() };
  state.ended = Promise.all(ending.map(({ ended }) => ended))
    .then(() => runImport(command, state))
    .finally(() => running.delete(id));
  running.set(id, state);
}

/** A `checked` with an error among its problems is the last event of its import: it says all that a fault would. */
async function runImport(command: ImportCommand, state: Running): Promise<void> {
  const { id } = command;
  let refused = false;
  try {
    const document = await importDataset(database, command, {
      signal: state.controller.signal,
      progress: (progress) => send({ type: 'progress', id, ...progress }),
      ask: (questions) =>
        untilAnswered(state.controller.signal, (answer) => {
          state.reading = answer;
          send({ type: 'asks', id, questions });
        }),
      confirm: (problems, statistics, features, taken) => {
        refused = problems.some(({ severity }) => severity === 'error');
        send({ type: 'checked', id, problems, statistics, features, taken });
        return refused ? Promise.resolve(false) : new Promise((resolve) => (state.answer = resolve));
      },
    });
    send({ type: 'stored', id, document });
  } catch (error) {
    if (!refused) send({ type: 'fault', id, fault: faultOf(error) });
  }
}
