import * as tf from '@tensorflow/tfjs-core';
import type { StepScope } from '../../engine/contract';
import { isWebGPU } from '../../engine/backends';
import { dropped, maskOf } from '../../engine/kernels/dropoutMask';
import { matrixOf } from '../../engine/tensors';

/** A named place in a step where numbers are dropped, with probability `rate` each. */
export interface DropoutSite {
  readonly step: StepScope;
  readonly site: string;
  readonly rate: number;
}

/** What each number is multiplied by, `[n, columns]`: 0 with probability `rate`, else 1/(1 − rate); null for a rate of 0, which draws nothing. */
export function dropoutMask(ids: tf.Tensor1D, columns: number, { step, site, rate }: DropoutSite): tf.Tensor2D | null {
  if (rate === 0) return null;
  return maskOf(step.draw(site, ids, columns), rate);
}

/** Inverted dropout, `[n, d]` → `[n, d]`. `ids [n]` say which rows share a mask. On WASM a product with the mask is compiled; on WebGPU it would be a kernel more. */
export function dropout(x: tf.Tensor2D, ids: tf.Tensor1D, site: DropoutSite): tf.Tensor2D {
  if (site.rate > 0 && isWebGPU(tf.backend())) return dropped(x, site.step.draw(site.site, ids, x.shape[1]), site.rate);
  const mask = dropoutMask(ids, x.shape[1], site);
  return mask ? matrixOf(tf.mul(x, mask)) : x;
}
