import { watchBuffers } from './ledger';

/** Bytes in buffers at their highest since the last `reset`, intermediate values of a step included. */
export interface PeakMeter {
  readonly bytes: number;
  reset(): void;
}

let meter: PeakMeter | null = null;

/** tfjs tells how much is held now; a peak inside a step shows only where buffers are made. */
export function peakMeter(): PeakMeter {
  if (meter) return meter;
  const held = new Map<object, number>();
  let now = 0;
  let peak = 0;
  watchBuffers({
    made: (buffer, _shape, bytes) => {
      held.set(buffer, bytes);
      now += bytes;
      peak = Math.max(peak, now);
    },
    freed: (buffer) => {
      now -= held.get(buffer) ?? 0;
      held.delete(buffer);
    },
  });
  meter = {
    get bytes() {
      return peak;
    },
    reset: () => {
      peak = now;
    },
  };
  return meter;
}
