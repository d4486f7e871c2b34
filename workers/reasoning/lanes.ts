import { AppError } from '../../src/domain/errors';

/** Codes where another try may help. */
const PASSING: readonly string[] = [
  'SERVER_UNREACHABLE',
  'SERVER_TIMEOUT',
  'SERVER_BUSY',
  'SERVER_FAILED',
  'SERVER_ANSWER',
];
/** Codes that every further question would meet too. */
const GENERAL: readonly string[] = [
  'SERVER_UNREACHABLE',
  'SERVER_BUSY',
  'SERVER_REFUSED',
  'MODEL_ABSENT',
  'ENCODER_ABSENT',
  'ENCODER_FILES',
  'ENCODER_MODEL',
  'ENCODER_OUTPUT',
  'ENCODER_MEMORY',
  'GPU_UNAVAILABLE',
  'CONFIG_INVALID',
  'STORE_QUOTA',
  'STORE_UNAVAILABLE',
  'STORE_BROKEN',
];
const TRIES = 6;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 300_000;
/** So many refusals one after the other are the server's matter and not that of single images. */
const REFUSALS_IN_A_ROW = 10;

/** Time, to be replaced in tests. */
export interface Clock {
  now(): number;
  /** Returns early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  jitter(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    }),
  jitter: () => Math.random(),
};

export interface LaneHooks<Task> {
  /** Asks, and stores the answer. */
  readonly work: (task: Task) => Promise<void>;
  /** The task was refused for good; the others go on. */
  readonly failed: (task: Task, error: AppError) => void;
  /** Aborted: takes no further task and cuts waiting short; what is under way ends. */
  readonly pause: AbortSignal;
  readonly clock: Clock;
}

/**
 * Does the tasks, `lanes` at once, each tried again after failures that pass: after 1, 2, 4, … s with up to a quarter more, or after
 * what the server asks for, during which all lanes rest. Throws the first failure that concerns the server and not one task.
 */
export async function inLanes<Task>(
  tasks: readonly Task[],
  lanes: number,
  { work, failed, pause, clock }: LaneHooks<Task>,
): Promise<void> {
  let next = 0;
  let restUntil = 0;
  let inARow = 0;
  let ending: unknown = null;
  const stopped = new AbortController();
  const either = AbortSignal.any([pause, stopped.signal]);

  const attempt = async (task: Task): Promise<void> => {
    for (let tries = 1; ; tries++) {
      while (clock.now() < restUntil && !either.aborted) await clock.sleep(restUntil - clock.now(), either);
      if (either.aborted) return;
      try {
        await work(task);
        inARow = 0;
        return;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const wait = PASSING.includes(error.code) && tries < TRIES ? waitFor(error, tries, clock) : null;
        if (wait === null) {
          if (GENERAL.includes(error.code) || ++inARow >= REFUSALS_IN_A_ROW) throw error;
          return failed(task, error);
        }
        if (error.code === 'SERVER_BUSY') restUntil = Math.max(restUntil, clock.now() + wait);
        else await clock.sleep(wait, either);
      }
    }
  };
  const lane = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined && !either.aborted; task = tasks[next++]) {
      try {
        await attempt(task);
      } catch (error) {
        ending ??= error;
        stopped.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(lanes, tasks.length)) }, lane));
  if (ending !== null) throw ending;
}

function waitFor(error: AppError, tries: number, clock: Clock): number {
  const asked = error.context['retryAfterMs'];
  if (typeof asked === 'number') return Math.min(asked, LONGEST_WAIT_MS);
  return FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + clock.jitter() / 4);
}
