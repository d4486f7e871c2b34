import * as tf from '@tensorflow/tfjs-core';

/** A product of matrices, or of as many pairs of matrices. */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly shape: number[];
  readonly turnedA: boolean;
  readonly turnedB: boolean;
}

/** Null for what only the backend multiplies: other types, nothing at all, and batches of which one side is repeated. */
export function productOf(a: tf.TensorInfo, b: tf.TensorInfo, attrs: tf.NamedAttrMap): Product | null {
  const [turnedA, turnedB] = [attrs['transposeA'] === true, attrs['transposeB'] === true];
  const [p = 0, q = 0] = a.shape.slice(-2);
  const [m, k] = turnedA ? [q, p] : [p, q];
  const n = b.shape.at(turnedB ? -2 : -1) ?? 0;
  const outer = a.shape.slice(0, -2);
  const batch = tf.util.sizeFromShape(outer);
  if (
    a.dtype !== 'float32' ||
    b.dtype !== 'float32' ||
    batch * m * k * n === 0 ||
    !tf.util.arraysEqual(outer, b.shape.slice(0, -2))
  )
    return null;
  return { batch, m, k, n, shape: [...outer, m, n], turnedA, turnedB };
}
