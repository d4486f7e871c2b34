import { at } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { floats, vectorOf } from '../../engine/tensors';
import type { Pairs } from '../../graphs/behaviour';
import type { Batch, ModelInput } from '../model';

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
