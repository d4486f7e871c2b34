import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU, submitRecorded } from './backends';

/**
 * Keeps the host at most one step ahead of the device: without it, a slow device would be handed a long queue and a
 * pause would be answered only when the queue is empty. Nothing is read back.
 */
export function stepSync(): () => Promise<void> {
  let previous: Promise<unknown> = Promise.resolve();
  return async () => {
    const backend: unknown = tf.backend();
    if (!isWebGPU(backend)) return;
    submitRecorded(backend);
    const done = backend.device.queue.onSubmittedWorkDone();
    await previous;
    previous = done;
  };
}
