import { entry } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';

/** What `tf.slice` takes of a tensor along the one axis where it does not take all. */
export interface Piece {
  readonly axis: number;
  readonly first: number;
  readonly size: number;
}

const numbersOf = (given: tf.Attribute | undefined): number[] =>
  Array.isArray(given) ? given.map(Number) : [Number(given)];

/** Null where several axes are cut, or nothing is left. Throws as tfjs does where it lies outside. */
export function pieceOf(x: tf.TensorInfo, attrs: tf.NamedAttrMap): Piece | null {
  if (x.shape.length === 0 || x.shape.includes(0)) return null;
  const [begin = [], size = []] = tf.slice_util.parseSliceParams(
    x,
    numbersOf(attrs['begin']),
    attrs['size'] === undefined ? undefined : numbersOf(attrs['size']),
  );
  const axes = [...x.shape.keys()].filter((axis) => size[axis] !== x.shape[axis]);
  if (axes.length > 1 || size.includes(0)) return null;
  tf.slice_util.assertParamsValid(x, begin, size);
  const [axis = 0] = axes;
  return { axis, first: entry(begin, axis), size: entry(size, axis) };
}
