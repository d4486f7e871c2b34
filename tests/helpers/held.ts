import * as tf from '@tensorflow/tfjs-core';

type WithoutGradient = (x: tf.Tensor, compute?: (x: tf.Tensor) => tf.Tensor) => tf.Tensor;

/**
 * What carries no gradient is a constant of the loss: a finite difference that let it move would measure another slope.
 * Where `withoutGradient` is replaced by `holding`, its results are kept in the one evaluation and given again in others.
 */
class HeldConstants {
  #mode: 'computed' | 'kept' | 'given' = 'computed';
  #kept: tf.Tensor[] = [];
  #place = 0;

  holding(real: WithoutGradient): WithoutGradient {
    return (x, compute) => {
      if (this.#mode === 'given') {
        const constant = this.#kept[this.#place++];
        if (!constant) throw new Error('The loss has more constants than it had.');
        return constant.clone();
      }
      const made = real(x, compute);
      if (this.#mode === 'kept') this.#kept.push(tf.keep(made.clone()));
      return made;
    };
  }

  /** Evaluates and keeps the constants; returns how many there were. */
  keep(evaluate: () => void): number {
    this.release();
    this.#mode = 'kept';
    evaluate();
    this.#mode = 'computed';
    return this.#kept.length;
  }

  /** Evaluates with the constants that were kept. */
  async give<T>(evaluate: () => Promise<T>): Promise<T> {
    this.#mode = 'given';
    this.#place = 0;
    const result = await evaluate();
    this.#mode = 'computed';
    if (this.#place !== this.#kept.length) throw new Error('The loss has fewer constants than it had.');
    return result;
  }

  release(): void {
    tf.dispose(this.#kept);
    this.#kept = [];
  }
}

export const held = new HeldConstants();
