import type { TrainingEvent } from '../../src/domain/protocol';
import type { EpochPoint, MemoryUse } from '../../src/domain/run';

const LEAST_MS = 100;
const EPOCHS_FOR_ETA = 20;

/** Progress events, at most ten a second, with rates and the time left. */
export class ProgressReporter {
  readonly #emit: (event: TrainingEvent) => void;
  readonly #maxEpochs: number;
  readonly #stepsPerEpoch: number;
  readonly #epochSeconds: number[] = [];
  #lastEmit = 0;
  #rateStart: { at: number; steps: number } | null = null;
  #steps = 0;

  constructor(emit: (event: TrainingEvent) => void, maxEpochs: number, stepsPerEpoch: number) {
    this.#emit = emit;
    this.#maxEpochs = maxEpochs;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  step(epoch: number, stepInEpoch: number, sinceBest: number, memory: MemoryUse): void {
    const now = performance.now();
    // The first step compiles and uploads; the rate starts after it.
    this.#rateStart ??= { at: now, steps: this.#steps + 1 };
    this.#steps += 1;
    if (now - this.#lastEmit < LEAST_MS) return;
    this.#lastEmit = now;
    this.#report(epoch, stepInEpoch, sinceBest, memory, now);
  }

  epoch(point: EpochPoint, sinceBest: number, memory: MemoryUse): void {
    this.#epochSeconds.push(point.trainSeconds + point.evaluateSeconds);
    // Evaluation is no step: a new rate after it.
    const now = performance.now();
    this.#report(point.epoch, this.#stepsPerEpoch, sinceBest, memory, now);
    this.#lastEmit = now;
    this.#rateStart = null;
  }

  #report(epoch: number, stepInEpoch: number, sinceBest: number, memory: MemoryUse, now: number): void {
    const start = this.#rateStart;
    const done = start ? this.#steps - start.steps : 0;
    const stepsPerSecond = start && done > 0 ? (1000 * done) / (now - start.at) : null;
    const epochSeconds = median(this.#epochSeconds.slice(-EPOCHS_FOR_ETA));
    const left = this.#maxEpochs - epoch - stepInEpoch / this.#stepsPerEpoch;
    this.#emit({
      type: 'progress',
      epoch,
      stepInEpoch,
      stepsPerEpoch: this.#stepsPerEpoch,
      stepsPerSecond,
      epochSeconds,
      etaSeconds: epochSeconds === null ? null : left * epochSeconds,
      sinceBest,
      memory,
    });
  }
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
