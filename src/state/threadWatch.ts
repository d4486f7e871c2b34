import { newId } from '../domain/ids';
import type { TrainingCommand, TrainingEvent } from '../domain/protocol';

/** A thread that has shown how long its steps are may be silent so many times longer, and half a minute at least. */
const LONGER = 3;
const LEAST_SILENCE_MS = 30_000;
/** While a run is prepared: so long, and a second more for each megabyte that it will hold, since graphs of large datasets are made in long steps. */
const PREPARING_SILENCE_MS = 60_000;
const PREPARING_MS_PER_BYTE = 1000 / 2 ** 20;
const LOOK_EVERY_MS = 2000;
const HEARD_BEFORE = 10;

type Thread = Pick<Worker, 'postMessage' | 'addEventListener'>;

/**
 * Calls `onDeath`, with why, when a training thread has ended without an error event, or turns in a circle. A thread holds a lock as long as
 * it lives: when the page gets the lock, the thread is gone. While it lives it says so every second, between two steps. Returns what ends the
 * watch. Without locks only silence is noticed.
 */
export function watchThread(worker: Thread, onDeath: (reason: string) => void, locks: LockManager | null): () => void {
  const ending = new AbortController();
  const lock = `lodestone-thread-${newId()}`;
  const silence = new Silence();
  worker.addEventListener('message', ({ data }: MessageEvent<TrainingEvent>) => {
    silence.heard(performance.now(), data);
    if (data.type !== 'watched') return;
    locks?.request(lock, { signal: ending.signal }, () => onDeath('it ended without a word')).catch(() => undefined);
  });
  const looking = setInterval(() => {
    if (silence.isTooLong(performance.now())) onDeath('it has not answered for too long');
  }, LOOK_EVERY_MS);
  worker.postMessage({ type: 'watch', lock } satisfies TrainingCommand);
  return () => {
    clearInterval(looking);
    ending.abort();
  };
}

/** How long a thread has been silent, measured by the longest silence of its training until now. */
class Silence {
  #last = performance.now();
  #longest = 0;
  #times = 0;
  #looked: number | null = null;
  #preparing = true;
  #bytes = 0;

  heard(now: number, event: TrainingEvent): void {
    if (!this.#preparing) this.#longest = Math.max(this.#longest, now - this.#last);
    if (event.type === 'status') this.#preparing = event.status === 'preparing';
    if (event.type === 'estimated') this.#bytes = event.estimate.total;
    this.#last = now;
    this.#times += 1;
  }

  isTooLong(now: number): boolean {
    const late = this.#looked !== null && now - this.#looked > 3 * LOOK_EVERY_MS;
    this.#looked = now;
    // The page itself was stopped: nothing could be heard.
    if (late) this.#last = now;
    if (this.#preparing) return now - this.#last > PREPARING_SILENCE_MS + PREPARING_MS_PER_BYTE * this.#bytes;
    return this.#times >= HEARD_BEFORE && now - this.#last > Math.max(LEAST_SILENCE_MS, LONGER * this.#longest);
  }
}
