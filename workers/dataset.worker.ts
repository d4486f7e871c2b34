import { AppError, faultOf } from '../src/domain/errors';
import type { DatasetCommand, DatasetEvent } from '../src/domain/protocol';
import { browserDatabase } from '../src/storage/database';
import { generateDemo } from './dataset/demo';
import { importDataset } from './dataset/import';

/** An import under way: how to stop it, and who waits for the answer to `checked`. */
interface Running {
  readonly controller: AbortController;
  answer: ((accepted: boolean | { readonly name: string }) => void) | null;
}

const database = browserDatabase();
const running = new Map<string, Running>();
const send = (event: DatasetEvent): void => self.postMessage(event);

self.onmessage = ({ data }: MessageEvent<DatasetCommand>) => {
  switch (data.type) {
    case 'import':
      void runImport(data);
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

/** A `checked` with an error among its problems is the last event of its import: it says all that a fault would. */
async function runImport(command: Extract<DatasetCommand, { type: 'import' }>): Promise<void> {
  const { id } = command;
  const state: Running = { controller: new AbortController(), answer: null };
  let refused = false;
  if (running.size > 0) {
    const busy = new AppError(
      'DATA_REJECTED',
      'Another import is running.',
      'Wait for it or cancel it, then drop the files again.',
    );
    return send({ type: 'fault', id, fault: busy.toFault() });
  }
  running.set(id, state);
  try {
    const document = await importDataset(database, command, {
      signal: state.controller.signal,
      progress: (progress) => send({ type: 'progress', id, ...progress }),
      confirm: (problems, statistics, features) => {
        refused = problems.some(({ severity }) => severity === 'error');
        send({ type: 'checked', id, problems, statistics, features });
        return refused ? Promise.resolve(false) : new Promise((resolve) => (state.answer = resolve));
      },
    });
    send({ type: 'stored', id, document });
  } catch (error) {
    if (!refused) send({ type: 'fault', id, fault: faultOf(error) });
  } finally {
    running.delete(id);
  }
}
