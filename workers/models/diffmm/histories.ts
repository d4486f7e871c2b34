import * as tf from '@tensorflow/tfjs-core';
import type { StepScope } from '../../engine/contract';
import { historyRows } from '../../engine/kernels/historyRows';
import { noisyRows } from '../../engine/kernels/noisyRows';
import { integers, matrixOf } from '../../engine/tensors';
import { interactionMatrix } from '../../graphs/behaviour';
import { dropout } from '../layers/dropout';
import type { ModelInput } from '../model';

/** Rows of R, filled out for those that are looked at alone. */
export interface Histories {
  /** Of users `ids [n]`, `[n, I]`. */
  rows(ids: tf.Tensor1D): tf.Tensor2D;
  dispose(): void;
}

export function histories({ train, users, items }: Pick<ModelInput, 'train' | 'users' | 'items'>): Histories {
  const { pointers, indices } = interactionMatrix(train, users, items);
  const [rows, columns] = [tf.keep(integers(pointers)), tf.keep(integers(indices))];
  return {
    rows: (ids) => historyRows({ pointers: rows, columns }, ids, items),
    dispose: () => tf.dispose([rows, columns]),
  };
}

const DROPOUT = 0.5;

/** `√ᾱ x₀ + √(1 − ᾱ) ε`, `[n, I]`; `shares [n, 2]` are the two factors, and `site` is where ε is drawn. */
export const noisyStart = (
  start: tf.Tensor2D,
  ids: tf.Tensor1D,
  {
    step,
    site,
    shares,
  }: { readonly step: Pick<StepScope, 'draw'>; readonly site: string; readonly shares: tf.Tensor2D },
): tf.Tensor2D => noisyRows(start, step.draw(site, ids, 2 * start.shape[1]), shares);

/** The same after dropout, as a denoiser is trained on it; draws and what lies between are freed. */
export const noisyInput = (
  start: tf.Tensor2D,
  ids: tf.Tensor1D,
  { key, step, shares }: { readonly key: string; readonly step: StepScope; readonly shares: tf.Tensor2D },
): tf.Tensor2D =>
  matrixOf(
    tf.tidy(() => {
      const noisy = noisyStart(start, ids, { step, site: `diffusion/noise/${key}`, shares });
      return dropout(noisy, ids, { step, site: `diffusion/dropout/${key}`, rate: DROPOUT });
    }),
  );
