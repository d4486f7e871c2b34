import * as tf from '@tensorflow/tfjs-core';

/** A reduction as one over the middle of `[outer, depth, inner]`. */
export interface Reduction {
  readonly view: readonly [outer: number, depth: number, inner: number];
  /** Shape of the result, with reduced axes kept as 1 if asked for. */
  readonly shape: number[];
}

/** Null where the axes do not lie next to each other, or there is nothing to reduce. `axes` as tfjs hands it to a kernel. */
export function reductionOf(
  shape: readonly number[],
  axes: tf.Attribute | undefined,
  keepDims: boolean,
): Reduction | null {
  const given = Array.isArray(axes) ? axes.map(Number) : typeof axes === 'number' ? axes : Array.from(shape.keys());
  const reduced = tf.util.parseAxisParam(given, [...shape]).sort((a, b) => a - b);
  const [first = 0] = reduced;
  const end = first + reduced.length;
  if (reduced.length === 0 || shape.includes(0) || reduced.at(-1) !== end - 1) return null;
  const size = (from: number, to: number): number => tf.util.sizeFromShape(shape.slice(from, to));
  return {
    view: [size(0, first), size(first, end), size(end, shape.length)],
    shape: shape.flatMap((length, axis) => (axis < first || axis >= end ? [length] : keepDims ? [1] : [])),
  };
}
