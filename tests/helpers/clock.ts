import type { RunDocument } from '../../src/domain/run';

/** The document without what depends on the clock or on the size of a heap. */
export function withoutClock(run: RunDocument): unknown {
  const { seconds: _seconds, memory: _memory, device: _device, steps: _steps, ...rest } = run;
  return { ...rest, epochs: run.epochs.map(({ trainSeconds: _train, evaluateSeconds: _evaluate, ...point }) => point) };
}
