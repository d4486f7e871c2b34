import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { scalarOf } from '../tensors';
import { withGradient } from '../withGradient';

/** Sums that share the squares of a tensor: number `i` goes to the `i mod SHARES`-th. */
const SHARES = 1024;
const WORKGROUP = 64;

/** As many tensors as a shader binds beside its result. */
const MOST = 7;
const NAMES = Array.from({ length: MOST }, (_, of) => `x${of}`);

/** Up to seven lists of any lengths → `SHARES` sums of the squares of all. */
export const squareSharesPair: KernelPair = {
  name: 'LodestoneSquareShares',
  inputs: NAMES,
  outputShape: () => [SHARES],
  portable: (lists, output) => {
    for (let share = 0; share < SHARES; share++) {
      let sum = 0;
      for (const x of lists) for (let place = share; place < x.length; place += SHARES) sum += x[place]! * x[place]!;
      output[share] = sum;
    }
  },
  wgsl: (shapes) => ({
    key: String(shapes.length),
    inputComponents: shapes.map(() => 1),
    outputComponent: 1,
    workgroupSize: WORKGROUP,
    workgroups: SHARES / WORKGROUP,
    code: `
      fn main(share : i32) {
        var sum = 0.0;
        ${NAMES.slice(0, shapes.length)
          .map(
            (x) => `
        for (var place = share; place < uniforms.${x}Shape; place = place + ${SHARES}) {
          sum = sum + ${x}[place] * ${x}[place];
        }`,
          )
          .join('')}
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
      forward: (all) => {
        const lists = all.map((x) => tf.reshape(x, [-1]));
        const parts = Array.from({ length: Math.ceil(lists.length / MOST) }, (_, part) =>
          runPair(squareSharesPair, lists.slice(part * MOST, (part + 1) * MOST)),
        );
        return tf.sum(tf.stack(parts));
      },
      backward: (dy, all) => {
        const twice = tf.mul(dy, 2);
        return all.map((x) => tf.mul(x, twice));
      },
    }),
  );
