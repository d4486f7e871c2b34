import * as tf from '@tensorflow/tfjs-core';

type Tensors = readonly tf.Tensor[];

/** An operation whose gradient is given. */
interface Operation {
  /** Through which gradients flow. */
  readonly inputs: Tensors;
  /** What else the gradient needs. */
  readonly constants?: Tensors;
  /** What it makes on the way, or makes at all, and hands to `keep`, the gradient is handed again. */
  readonly forward: (inputs: Tensors, keep: (made: tf.Tensor) => void) => tf.Tensor;
  /** A gradient for each input, from those of the result. It is handed the tensors again: what was made on the way is gone by then. */
  readonly backward: (dy: tf.Tensor, inputs: Tensors, constants: Tensors, kept: Tensors) => tf.Tensor[];
}

export function withGradient({ inputs, constants = [], forward, backward }: Operation): tf.Tensor {
  const operation = tf.customGrad((...given) => {
    const tensors = given.filter((one) => one instanceof tf.Tensor);
    const save = given.at(-1);
    if (typeof save !== 'function') throw new Error('tfjs keeps nothing for the gradient.');
    const made: tf.Tensor[] = [];
    const value = forward(tensors, (one) => void made.push(one));
    save([...tensors, ...constants, ...made]);
    const ends = [tensors.length, tensors.length + constants.length];
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        backward(dy, saved.slice(0, ends[0]), saved.slice(ends[0], ends[1]), saved.slice(ends[1])),
    };
  });
  return operation(...inputs);
}
