import { newId } from '../domain/ids';
import type { TrainingCommand, TrainingEvent } from '../domain/protocol';

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
  const unwatch = watch(worker, () => listener.onDeath('it ended without a word'));
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

/**
 * A thread can be gone without an error event. It holds a lock as long as it lives, however long a step takes it: when the page gets the
 * lock, the thread is gone. Returns what ends the watch. Without locks (plain http) nobody watches.
 */
function watch(worker: Worker, onDeath: () => void): () => void {
  const ending = new AbortController();
  if (!('locks' in navigator)) return () => undefined;
  const lock = `lodestone-thread-${newId()}`;
  worker.postMessage({ type: 'watch', lock } satisfies TrainingCommand);
  worker.addEventListener('message', ({ data }: MessageEvent<TrainingEvent>) => {
    if (data.type !== 'watched') return;
    navigator.locks.request(lock, { signal: ending.signal }, onDeath).catch(() => undefined);
  });
  return () => ending.abort();
}
