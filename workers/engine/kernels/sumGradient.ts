import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import { isWebGPU } from '../backends';
import { reductionOf } from './reduction';

let replaced = false;

/**
 * tfjs's gradient of a sum writes a table of ones on the host and uploads it, in every step. On WebGPU the slope is repeated on the device instead; its bits
 * are the same.
 */
export function registerSumGradient(): void {
  const stock = tf.getGradient('Sum');
  if (replaced || !stock) return;
  replaced = true;
  tf.unregisterGradient('Sum');
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const { shape } = required(saved[0]);
      const kept = reductionOf(shape, attrs['axis'], true)?.shape;
      if (!isWebGPU(tf.backend()) || !(dy instanceof tf.Tensor) || !kept) return stock.gradFunc(dy, saved, attrs);
      return { x: () => tf.broadcastTo(tf.reshape(dy, kept), shape) };
    },
  });
}
