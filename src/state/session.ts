import type { Fault } from '../domain/errors';
import type { TrainingCommand, TrainingEvent } from '../domain/protocol';
import type { RunDocument } from '../domain/run';
import type { OpenTrainingWorker, TrainingPort } from './trainingWorker';

/** How a worker's life ended: with the stored document, with a failure, or because the page ended it. */
export type SessionEnd =
  | { readonly kind: 'ended'; readonly run: RunDocument }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'killed' };

export interface Session {
  readonly end: Promise<SessionEnd>;
  send(command: TrainingCommand): void;
  /** Ends the worker now; the last checkpoint stays. */
  kill(): void;
}

/** After a fault the worker still stores the run and says `ended`; a broken one may not. */
const LAST_WORD_MS = 4000;

/** One worker for one run, from `start` to its end, or to the end of that epoch. */
export function startSession(
  runId: string,
  open: OpenTrainingWorker,
  onEvent: (event: TrainingEvent) => void,
  untilEpoch: number | null = null,
): Session {
  let settle: (end: SessionEnd) => void = () => undefined;
  const end = new Promise<SessionEnd>((resolve) => (settle = resolve));
  let fault: Fault | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let port: TrainingPort | null = null;

  const finish = (result: SessionEnd): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    port?.terminate();
    settle(result);
  };

  port = open({
    onEvent: (event) => {
      if (over) return;
      onEvent(event);
      if (event.type === 'ended')
        finish(fault && event.run.fault === null ? { kind: 'failed', fault } : { kind: 'ended', run: event.run });
      if (event.type === 'fault') {
        fault = event.fault;
        timer ??= setTimeout(() => finish({ kind: 'failed', fault: event.fault }), LAST_WORD_MS);
      }
    },
    onDeath: (reason) => finish({ kind: 'failed', fault: fault ?? deathFault(reason) }),
  });
  port.send({ type: 'start', runId, ...(untilEpoch !== null && { untilEpoch }) });

  return {
    end,
    send: (command) => {
      if (!over) port?.send(command);
    },
    kill: () => finish({ kind: 'killed' }),
  };
}

function deathFault(reason: string): Fault {
  return {
    code: 'WORKER_FAILED',
    message: `The training worker stopped: ${reason}.`,
    hint: 'Resume the run; it continues from its last checkpoint. If it stops again, reload the page.',
    context: {},
  };
}
