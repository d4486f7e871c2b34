import * as tf from '@tensorflow/tfjs-core';

/** An operation whose gradient is given. */
interface Operation {
  /** Through which gradients flow. */
  readonly inputs: readonly tf.Tensor[];
  /** What else the gradient needs. */
  readonly constants?: readonly tf.Tensor[];
  readonly forward: (inputs: readonly tf.Tensor[]) => tf.Tensor;
  /** A gradient for each input, from those of the result. It is handed the tensors again: what was made on the way is gone by then. */
  readonly backward: (dy: tf.Tensor, inputs: readonly tf.Tensor[], constants: readonly tf.Tensor[]) => tf.Tensor[];
}

export function withGradient({ inputs, constants = [], forward, backward }: Operation): tf.Tensor {
  const operation = tf.customGrad((...given) => {
    const tensors = given.filter((one) => one instanceof tf.Tensor);
    const save = given.at(-1);
    if (typeof save !== 'function') throw new Error('tfjs keeps nothing for the gradient.');
    save([...tensors, ...constants]);
    return {
      value: forward(tensors),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        backward(dy, saved.slice(0, tensors.length), saved.slice(tensors.length)),
    };
  });
  return operation(...inputs);
}
