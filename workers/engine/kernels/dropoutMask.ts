import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { matrixOf } from '../tensors';

/** Uniform draws → what each number is multiplied by: 0 below `rate`, else 1/(1 − rate). */
export const dropoutMaskPair: KernelPair = {
  name: 'LodestoneDropoutMask',
  inputs: ['draws'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([draws], output, _, { rate = 0 }) => {
    if (!draws) throw new Error('A mask is made of draws.');
    const [least, kept] = [Math.fround(rate), Math.fround(1 / (1 - rate))];
    for (let place = 0; place < output.length; place++) output[place] = draws[place]! >= least ? kept : 0;
  },
  wgsl: (_, { rate = 0 }) => ({
    key: String(rate),
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 128,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          result[index] = select(0.0, f32(${1 / (1 - rate)}), draws[index] >= f32(${rate}));
        }
      }`,
  }),
};

export const registerDropoutMask = (): void => registerPair(dropoutMaskPair);

/** Of draws `[n, columns]`; carries no gradient. */
export const maskOf = (draws: tf.Tensor2D, rate: number): tf.Tensor2D =>
  matrixOf(runPair(dropoutMaskPair, [draws], { rate }));
