import { turn } from '../../src/domain/turn';

/** What a person asked of a run, looked at between steps. */
export class RunControl {
  #paused = false;
  #stop = false;
  #untilEpochEnd = false;
  #wake: (() => void) | null = null;

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
    this.#wakeUp();
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

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
