import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../src/domain/at';
import { matrixOf, scalarOf, vectorOf } from './tensors';
import { withGradient } from './withGradient';
import type { Parameter } from './parameters';

/** A weighted sum that a step descends, by terms. */
export interface WeightedTerm {
  readonly key: string;
  readonly weight: number | tf.Scalar;
  readonly value: tf.Scalar;
}

/** Several terms of one weight, whose values lie side by side. */
export interface WeightedTerms {
  readonly keys: readonly string[];
  readonly weight: number;
  /** One for each key. */
  readonly values: tf.Tensor1D;
}

export type LossTerms = readonly (WeightedTerm | WeightedTerms)[];

/** The keys of all terms, in their order. */
export const termKeys = (terms: LossTerms): string[] =>
  terms.flatMap((term) => ('keys' in term ? term.keys : [term.key]));

/** Each term by itself. */
export const eachTerm = (terms: LossTerms): WeightedTerm[] =>
  terms.flatMap((term) =>
    'keys' in term
      ? term.keys.map((key, place) => ({
          key,
          weight: term.weight,
          value: scalarOf(tf.reshape(tf.slice(term.values, [place], [1]), [])),
        }))
      : [term],
  );

/** Numbers to be read together with the terms, each under its key. */
export interface ObservedValues {
  readonly keys: readonly string[];
  readonly values: tf.Tensor;
}

export interface Gradients {
  /** In the order of the parameters. The caller disposes them. */
  readonly gradients: tf.Tensor[];
  /** `[2 · terms + 1 + observed]`: the weighted terms, the total, the terms before weighting, what was observed. The caller disposes it. */
  readonly values: tf.Tensor1D;
  /** Names of parameters that take no part in this step's loss. */
  readonly unreached: readonly string[];
}

const weighted = ({ weight, value }: WeightedTerm): tf.Tensor => (weight === 1 ? value : tf.mul(value, weight));

/** Values and gradients of Σ weight · term; a parameter that takes no part in this step's loss gets zeros. */
export function termGradients(
  parameters: readonly Parameter[],
  loss: () => LossTerms,
  observed: readonly ObservedValues[] = [],
): Gradients {
  let values: tf.Tensor1D | null = null;
  const result = tf.tidy(() =>
    tf.engine().gradients(
      () => {
        const { total, weighted, raw } = totalOf(loss());
        const seen = observed.map(({ values: list }) => tf.reshape(list, [-1]));
        values = tf.keep(vectorOf(tf.concat([weighted, tf.reshape(total, [1]), raw, ...seen])));
        tf.dispose([weighted, raw]);
        return total;
      },
      parameters.map((parameter) => parameter.tensor),
    ),
  );
  result.value.dispose();
  if (!values) throw new Error('The loss was not computed.');
  const unreached = parameters.filter((_, place) => !result.grads[place]).map(({ name }) => name);
  return { gradients: present(result.grads, parameters), values, unreached };
}

interface Total {
  readonly total: tf.Scalar;
  /** `[terms]`, kept. */
  readonly weighted: tf.Tensor;
  readonly raw: tf.Tensor;
}

/** Σ weight · term, and its parts. */
function totalOf(terms: LossTerms): Total {
  const parts: tf.Tensor[] = [];
  const weights = terms.map((term) => {
    if ('keys' in term) return tf.tensor1d(term.keys.map(() => term.weight));
    return typeof term.weight === 'number' ? tf.scalar(term.weight) : term.weight;
  });
  const listed = (tensors: readonly tf.Tensor[]): tf.Tensor => tf.concat(tensors.map((one) => tf.reshape(one, [-1])));
  const total = withGradient({
    inputs: terms.map((term) => ('keys' in term ? term.values : term.value)),
    constants: weights,
    forward: (values) => {
      const numbers = terms.flatMap((term) => ('keys' in term ? term.keys.map(() => term.weight) : [term.weight]));
      const all = numbers.every((weight) => typeof weight === 'number') ? tf.tensor1d(numbers) : listed(weights);
      const raw = tf.keep(listed(values));
      const weighted = tf.keep(tf.mul(raw, all));
      parts.push(weighted, raw);
      return tf.sum(weighted);
    },
    // Nothing else is made of the total, so its own gradient is 1.
    backward: (_dy, _values, factors) => factors.map((weight) => weight.clone()),
  });
  return { total: scalarOf(total), weighted: entry(parts, 0), raw: entry(parts, 1) };
}

/** What tfjs leaves out are gradients of parameters that the loss does not depend on. */
function present(gradients: readonly (tf.Tensor | undefined)[], parameters: readonly Parameter[]): tf.Tensor[] {
  return parameters.map(({ tensor }, place) => gradients[place] ?? tf.zerosLike(tensor));
}

/**
 * `[terms, parameters]`: the Euclidean norm of each weighted term's gradient with respect to each parameter. One forward
 * and one backward pass per term: for looking now and then, not at every step.
 */
export function termGradientNorms(parameters: readonly Parameter[], loss: () => LossTerms, terms: number): tf.Tensor2D {
  return tf.tidy(() => {
    const rows = Array.from({ length: terms }, (_, place) => {
      const one = (): tf.Tensor => {
        const term = eachTerm(loss())[place];
        if (!term) throw new Error('The loss has fewer terms than it had.');
        // A term that a parameter has no part in still needs a path to it.
        return tf.addN([weighted(term), ...parameters.map(({ tensor }) => tf.mul(tf.sum(tensor), 0))]);
      };
      const { grads } = tf.engine().gradients(
        one,
        parameters.map(({ tensor }) => tensor),
      );
      return tf.stack(grads.map((gradient) => tf.norm(gradient)));
    });
    return matrixOf(tf.stack(rows));
  });
}
