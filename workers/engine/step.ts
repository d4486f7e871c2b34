import * as tf from '@tensorflow/tfjs-core';
import { vectorOf } from './tensors';
import type { Parameter } from './kernels/adam';

/** A weighted sum that a step descends, by terms. */
export interface WeightedTerm {
  readonly key: string;
  readonly weight: number;
  readonly value: tf.Scalar;
}

export interface Gradients {
  /** In the order of the parameters. The caller disposes them. */
  readonly gradients: tf.Tensor[];
  /** `[2 · terms + 1]`: the weighted terms, the total, the terms before weighting. The caller disposes it. */
  readonly values: tf.Tensor1D;
}

/** Values and gradients of Σ weight · term. Throws when a parameter does not take part in the loss. */
export function termGradients(parameters: readonly Parameter[], loss: () => WeightedTerm[]): Gradients {
  let values: tf.Tensor1D | null = null;
  const result = tf.tidy(() =>
    tf.engine().gradients(
      () => {
        const terms = loss();
        const weighted = terms.map(({ weight, value }) => (weight === 1 ? value : tf.mul(value, weight)));
        const total = tf.addN(weighted);
        values = tf.keep(vectorOf(tf.stack([...weighted, total, ...terms.map(({ value }) => value)])));
        return total;
      },
      parameters.map((parameter) => parameter.tensor),
    ),
  );
  result.value.dispose();
  if (!values) throw new Error('The loss was not computed.');
  return { gradients: result.grads, values };
}

/** Adds `values` to a running sum where it lies on the device; returns the new sum and disposes both. */
export function accumulate(sum: tf.Tensor1D | null, values: tf.Tensor1D): tf.Tensor1D {
  if (!sum) return values;
  const next = tf.keep(tf.tidy(() => tf.add<tf.Tensor1D>(sum, values)));
  tf.dispose([sum, values]);
  return next;
}
