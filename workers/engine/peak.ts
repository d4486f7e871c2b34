import * as tf from '@tensorflow/tfjs-core';

/** Bytes in tensors at their highest since the last `reset`, intermediate values of a step included. */
export interface PeakMeter {
  readonly bytes: number;
  reset(): void;
}

let meter: PeakMeter | null = null;

/** tfjs tells how much is held now; a peak inside a step shows only where tensors are made. */
export function peakMeter(): PeakMeter {
  if (meter) return meter;
  const engine = tf.engine();
  const track = engine.trackTensor.bind(engine);
  let peak = 0;
  engine.trackTensor = (tensor, backend) => {
    track(tensor, backend);
    if (engine.state.numBytes > peak) peak = engine.state.numBytes;
  };
  meter = {
    get bytes() {
      return peak;
    },
    reset: () => {
      peak = engine.state.numBytes;
    },
  };
  return meter;
}
