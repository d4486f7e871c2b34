import * as tf from '@tensorflow/tfjs-core';
import type { StepScope } from '../../engine/contract';
import { matrixOf } from '../../engine/tensors';

/** A named place in a step where numbers are dropped, with probability `rate` each. */
export interface DropoutSite {
  readonly step: StepScope;
  readonly site: string;
  readonly rate: number;
}

/**
 * Inverted dropout: a number becomes 0 with probability `rate`, the others are divided by 1 − rate. `[n, d]` → `[n, d]`.
 * `ids [n]` say which rows share a mask; a rate of 0 draws nothing.
 */
export function dropout(x: tf.Tensor2D, ids: tf.Tensor1D, { step, site, rate }: DropoutSite): tf.Tensor2D {
  if (rate === 0) return x;
  const kept = tf.cast(tf.greaterEqual(step.draw(site, ids, x.shape[1]), rate), 'float32');
  return matrixOf(tf.mul(x, tf.mul(kept, 1 / (1 - rate))));
}
