import * as tf from '@tensorflow/tfjs-core';
import { vectorOf } from '../../engine/tensors';
import type { Batch } from '../model';

/**
 * Of the batch's positives and then its negatives, `[B + B·ρ]`: each item counts at the first place where it stands. `weights` are 1 over the
 * number of items there and 0 elsewhere; they carry no gradient.
 */
export function distinctOfBoth({ positives, negatives, negativeMask, distinctItems }: Batch): {
  readonly weights: tf.Tensor1D;
} {
  const items = negatives.indices;
  const next = tf.add(items, tf.scalar(1, 'int32'));
  const unliked = tf.equal(
    tf.gather(positives.places.rowPointers, next),
    tf.gather(positives.places.rowPointers, items),
  );
  const firstPlaces = tf.gather(
    negatives.places.columnIndices,
    vectorOf(tf.gather(negatives.places.rowPointers, items)),
  );
  const first = tf.equal(firstPlaces, tf.range(0, negatives.length, 1, 'int32'));
  const counted = tf.mul(negativeMask, tf.cast(tf.logicalAnd(unliked, first), 'float32'));
  const mask = tf.concat([distinctItems.mask, vectorOf(counted)], 0);
  return { weights: vectorOf(tf.div(mask, tf.sum(mask))) };
}
