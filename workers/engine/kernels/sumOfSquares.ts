import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Sums that share the squares of a tensor: number `i` goes to the `i mod SHARES`-th. */
const SHARES = 1024;
const WORKGROUP = 64;

/** `x` of any shape → `SHARES` sums of its squares. */
export const squareSharesPair: KernelPair = {
  name: 'LodestoneSquareShares',
  inputs: ['x'],
  outputShape: () => [SHARES],
  portable: ([x], output) => {
    if (!x) throw new Error('There is nothing to square.');
    for (let share = 0; share < SHARES; share++) {
      let sum = 0;
      for (let place = share; place < x.length; place += SHARES) sum += x[place]! * x[place]!;
      output[share] = sum;
    }
  },
  wgsl: () => ({
    key: '',
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: WORKGROUP,
    workgroups: SHARES / WORKGROUP,
    code: `
      fn main(share : i32) {
        var sum = 0.0;
        for (var place = share; place < uniforms.xShape; place = place + ${SHARES}) {
          sum = sum + x[place] * x[place];
        }
        result[share] = sum;
      }`,
  }),
};

export const registerSumOfSquares = (): void => registerPair(squareSharesPair);

/** `Σ ‖x‖²` over tensors of any shapes. */
export const sumOfSquares = (tensors: readonly tf.Tensor[]): tf.Scalar =>
  scalarOf(
    withGradient({
      inputs: tensors,
      forward: (all) => tf.sum(tf.stack(all.map((x) => runPair(squareSharesPair, [tf.reshape(x, [-1])])))),
      backward: (dy, all) => {
        const twice = tf.mul(dy, 2);
        return all.map((x) => tf.mul(x, twice));
      },
    }),
  );
