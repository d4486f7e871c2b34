import { at } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { Finding } from '../../../src/domain/observations';
import type { StepScope } from '../../engine/contract';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { floats, scalarOf, vectorOf } from '../../engine/tensors';
import type { Pairs } from '../../graphs/behaviour';
import type { Batch, ModelInput } from '../model';
import { batchMean, type Scores } from './losses';

/** By training pair: 1 where its rating is greater than `threshold`, else 0; 1 throughout without ratings. */
export const signsAbove = ({ train, ratings }: Pick<ModelInput, 'train' | 'ratings'>, threshold: number): Uint8Array =>
  Uint8Array.from(train.users, (_, pair) => (!ratings || at(ratings, pair) > threshold ? 1 : 0));

/** The training pairs of one sign, in their order. */
export function pairsOfSign({ users, items }: Pairs, signs: Uint8Array, sign: 0 | 1): Pairs {
  const rows = Array.from(signs.keys()).filter((row) => signs[row] === sign);
  return {
    users: Int32Array.from(rows, (row) => at(users, row)),
    items: Int32Array.from(rows, (row) => at(items, row)),
  };
}

/** 1 for the batch's liked rows, `[B]`. `signs [train]` lies on the device. */
export const signsOfBatch = (signs: tf.Tensor1D, batch: Batch): tf.Tensor1D => vectorOf(tf.gather(signs, batch.pairs));

/** Kept on the device until disposed. */
export const deviceSigns = (signs: Uint8Array): tf.Tensor1D => tf.keep(floats(Float32Array.from(signs)));

/** Observes the mean scores of the batch's liked, disliked and drawn items, as `<key>/liked` and so on; without ratings none is disliked. */
export function observeScores(
  step: StepScope,
  batch: Batch,
  key: string,
  { positives, negatives }: Scores,
  liked: tf.Tensor1D,
  rated: boolean,
): void {
  const mean = (chosen: tf.Tensor): tf.Scalar => {
    const counted = vectorOf(tf.mul(chosen, batch.mask));
    return scalarOf(tf.div(weightedSum(positives, counted), tf.maximum(tf.sum(counted), 1)));
  };
  step.observe(`${key}/liked`, mean(liked));
  if (rated) step.observe(`${key}/disliked`, mean(tf.sub(1, liked)));
  step.observe(`${key}/drawn`, batchMean(vectorOf(tf.mean(negatives, 1)), batch));
}

/** How many interactions a threshold takes for liked and disliked, and the share of the trained users that dislike nothing. */
export function signsFinding({ users }: Pairs, signs: Uint8Array): Finding {
  const disliked = signs.reduce((sum, sign) => sum + (1 - sign), 0);
  const disliking = new Set(users.filter((_, pair) => signs[pair] === 0));
  return {
    kind: 'numbers',
    key: 'signs',
    title: 'Interactions by sign',
    rows: [
      { label: 'liked', value: signs.length - disliked },
      { label: 'disliked', value: disliked },
      { label: 'disliked share of the interactions', value: disliked / Math.max(1, signs.length), unit: 'share' },
      {
        label: 'users without a disliked item',
        value: 1 - disliking.size / Math.max(1, new Set(users).size),
        unit: 'share',
      },
    ],
  };
}
