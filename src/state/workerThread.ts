import { AppError, errorFromFault, type Fault } from '../domain/errors';

/** What is being done for the question in hand; `fraction` in [0, 1] or null. */
export interface Phase {
  readonly text: string;
  readonly fraction: number | null;
}

export interface AskOptions {
  /** Aborting ends the worker, and with it the computation. */
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: Phase) => void;
}

interface AnyEvent {
  readonly type: string;
}

const isPhase = (event: AnyEvent): event is AnyEvent & Phase => event.type === 'phase';
const isFault = (event: AnyEvent): event is AnyEvent & { readonly fault: Fault } => event.type === 'fault';

/** A worker that answers one question after the other, and keeps what it has read until it is ended. */
export class WorkerThread<Command, Event extends AnyEvent> {
  readonly #open: () => Worker;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => Worker) {
    this.#open = open;
  }

  /** `pick` takes the answer out of the event that holds it. Throws the worker's fault, or `AbortError`. */
  ask<T>(command: Command, pick: (event: Event) => T | undefined, options: AskOptions = {}): Promise<T> {
    const answer = this.#last.catch(() => undefined).then(() => this.#ask(command, pick, options));
    this.#last = answer;
    return answer;
  }

  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #ask<T>(command: Command, pick: (event: Event) => T | undefined, { signal, onPhase }: AskOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      const worker = (this.#worker ??= this.#open());
      const settle = (work: () => void): void => {
        worker.onmessage = null;
        worker.onerror = null;
        signal?.removeEventListener('abort', cancel);
        work();
      };
      const cancel = (): void =>
        settle(() => {
          this.end();
          reject(aborted());
        });
      worker.onmessage = ({ data }: MessageEvent<Event>) => {
        if (isPhase(data)) return onPhase?.(data);
        if (isFault(data)) return settle(() => reject(errorFromFault(data.fault)));
        const value = pick(data);
        settle(() => (value === undefined ? reject(failed('it answered another request')) : resolve(value)));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        settle(() => {
          this.end();
          reject(failed(event.message || 'its code did not load'));
        });
      };
      signal?.addEventListener('abort', cancel);
      worker.postMessage(command);
    });
  }
}

const aborted = (): DOMException => new DOMException('The answer is no longer needed.', 'AbortError');

const failed = (why: string): AppError =>
  new AppError(
    'WORKER_FAILED',
    `A worker of the page failed: ${why}.`,
    'Reload the page and open this view again. Nothing was changed.',
  );

/** Asks a thread that lives for this question. */
export async function askOnce<Command, Event extends AnyEvent, T>(
  thread: WorkerThread<Command, Event>,
  command: Command,
  pick: (event: Event) => T | undefined,
  options: AskOptions = {},
): Promise<T> {
  try {
    return await thread.ask(command, pick, options);
  } finally {
    thread.end();
  }
}
