import { turn } from '../../src/domain/turn';

/** What a person asked of a run, looked at between steps. */
export class RunControl {
  #paused = false;
  #stop = false;
  #untilEpochEnd = false;
  #leaving = false;
  /** A checkpoint is wanted at once: the page may be gone in a moment. */
  saveRequested = false;
  #wake: (() => void) | null = null;
  #giveUp: (() => void) | null = null;
  /** How often it was told to stop. */
  stops = 0;

  get stopRequested(): boolean {
    return this.#stop;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    this.#untilEpochEnd = false;
  }

  resume(): void {
    this.#paused = false;
    this.#untilEpochEnd = false;
    this.#wakeUp();
  }

  /** Goes on, and pauses at the end of the epoch. */
  stepEpoch(): void {
    this.#paused = false;
    this.#untilEpochEnd = true;
    this.#wakeUp();
  }

  stop(): void {
    this.#stop = true;
    this.stops += 1;
    this.#wakeUp();
    this.#giveUp?.();
  }

  /** Whether the run is to be left where it is, to be taken up elsewhere: it stops with its next checkpoint, which is due at once. */
  get leaving(): boolean {
    return this.#leaving;
  }

  leave(): void {
    this.#leaving = true;
    this.resume();
  }

  epochEnded(): void {
    if (this.#untilEpochEnd) this.pause();
  }

  /** Lets queued messages in, then waits as long as the run is paused. Milliseconds spent paused. */
  async gate(onPause: () => Promise<void>): Promise<number> {
    await turn();
    if (!this.#paused || this.#stop) return 0;
    const pausedAt = performance.now();
    await onPause();
    while (this.#paused && !this.#stop) await new Promise<void>((resolve) => (this.#wake = resolve));
    return performance.now() - pausedAt;
  }

  /** Waits so many milliseconds, or until it is told to stop. */
  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#giveUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#giveUp = null;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
