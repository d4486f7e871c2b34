import type { TrainingCommand, TrainingEvent } from '../domain/protocol';
import { watchThread } from './threadWatch';

/** A training worker as the page sees it. */
export interface TrainingPort {
  send(command: TrainingCommand): void;
  /** Ends the thread at once; its device memory goes with it. */
  terminate(): void;
}

export interface TrainingListener {
  onEvent(event: TrainingEvent): void;
  /** The thread failed outside the protocol: it did not load, threw, or sent what cannot be read. */
  onDeath(reason: string): void;
}

export type OpenTrainingWorker = (listener: TrainingListener) => TrainingPort;

/** Starts a training worker of its own: tensors' buffers are never given back within one, so each run gets a fresh one. */
export const openTrainingWorker: OpenTrainingWorker = (listener) => {
  const worker = new Worker(new URL('../../workers/training.worker.ts', import.meta.url), {
    type: 'module',
    name: 'training',
  });
  const unwatch = watchThread(
    worker,
    (reason) => listener.onDeath(reason),
    // Plain http has none.
    'locks' in navigator ? navigator.locks : null,
  );
  worker.onmessage = ({ data }: MessageEvent<TrainingEvent>) => listener.onEvent(data);
  worker.onerror = (event) => {
    event.preventDefault();
    listener.onDeath(event.message || 'its code did not load');
  };
  worker.onmessageerror = () => listener.onDeath('it sent an unreadable message');
  return {
    send: (command) => worker.postMessage(command),
    terminate: () => {
      unwatch();
      worker.terminate();
    },
  };
};
